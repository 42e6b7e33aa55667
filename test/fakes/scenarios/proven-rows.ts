/** Evidence of many looks that agreed, without the looks: made of the documents and rows of a few apps. */
import { compareRows } from '../../../src/domain/estate/compare.ts';
import { AGREEING_LOOKS, type Evidence, NO_EVIDENCE, updateEvidence } from '../../../src/domain/estate/evidence.ts';
import {
  type ListedRow,
  type RowsByKey,
  rowOfListing,
  rowsOfResource,
} from '../../../src/domain/estate/listed-rows.ts';
import type { ResourceRows } from '../../../src/domain/estate/row-documents.ts';
import type { Row } from '../../../src/domain/estate/rows.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import type { FakeDeps } from '../deps.ts';

/** The rows of an app that was published. */
export function publishedRows({ estate }: FakeDeps, id: string): ResourceRows {
  const ofTables = (tables: RegExp): ReadonlyMap<string, Row> => {
    const listed = [...estate.columns].flatMap(([key, columns]): ListedRow[] =>
      tables.test(key) ? [{ id: key.slice(key.indexOf(' ') + 1), columns }] : [],
    );
    return new Map(listed.flatMap((one) => rowOfListing(one) ?? []).map((row) => [row.key, row]));
  };
  const rows: RowsByKey = {
    own: ofTables(/^resources /),
    configurations: ofTables(/^configurations /),
    shared: ofTables(/^(groups|shared) /),
  };
  const resource = parseResourceId(id);
  const found = resource && rowsOfResource(resource, rows);
  if (!found) throw new Error(`${id} has no rows`);
  return found;
}

/** What the looks at these published apps would show, repeated until a leaf counts that two of them have. */
export async function provenBy(deps: FakeDeps, ids: readonly string[]): Promise<Evidence> {
  const now = deps.clock.now();
  const at = { listedAt: now.toISOString(), changedAt: null, now };
  let evidence: Evidence = NO_EVIDENCE;
  for (const id of ids) {
    const resource = parseResourceId(id);
    if (!resource) throw new Error(`${id} is no resource`);
    const snapshot = await deps.arm.read(resource, ['resource', 'config/web', 'plan', 'resourceGroup']);
    const compared = compareRows(publishedRows(deps, id), snapshot);
    for (let looks = 0; looks < AGREEING_LOOKS / Math.min(2, ids.length); looks += 1) {
      evidence = updateEvidence(evidence, compared, at);
    }
  }
  deps.arm.reads.splice(0);
  return evidence;
}
