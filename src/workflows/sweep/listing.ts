/** What a partition of a listing is about, and how Resource Graph is asked for it. */
import type { EstateList, EstateQuery, EstateRefusal } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredSettings } from '../ports/settings.ts';
import type { Part } from '../ports/sweeps.ts';
import type { SweepPage } from '../ports/work.ts';
import type { Run } from './sweep-run.ts';

export interface PartToList extends Pick<SweepPage, 'list' | 'sweep'> {
  readonly part: Part;
  readonly settings: StoredSettings;
  /** Null for a scan. */
  readonly run: Run | null;
}

/** A resource to look at. */
export interface Look {
  readonly id: string;
  /** Whether an event had found something there. */
  readonly marked?: true;
}

/** A partition whose rows are not as many as counted is asked for once more: it may have changed between two pages. */
export async function askTwice(estate: Deps['estate'], query: EstateQuery): Promise<EstateList | EstateRefusal> {
  const first = await estate.listPart(query);
  return first.kind === 'listed' && !first.complete ? estate.listPart(query) : first;
}
