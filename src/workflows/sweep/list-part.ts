/** What becomes of the resources of one hash partition: looked at, skipped, or missing in the listing. */

import { isInScope, parseResourceId } from '../../domain/resources/resource.ts';
import type { EstateList, EstateQuery, EstateRefusal } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { Versioned } from '../ports/storage.ts';
import type { Part, SweptApp } from '../ports/sweeps.ts';
import type { SweepPage } from '../ports/work.ts';
import { distrustOf, missingAllowed } from './listing-trust.ts';
import type { Run } from './sweep-run.ts';

export interface PartToList extends Pick<SweepPage, 'list' | 'sweep'> {
  readonly part: Part;
  /** Null for a scan. */
  readonly run: Run | null;
}

export interface ListedPart {
  readonly kind: 'listed';
  /** The ids of the resources to look at. */
  readonly looks: readonly string[];
  readonly counts: {
    readonly listed: number;
    readonly skipped: number;
    readonly missing: number;
    readonly notListed: number;
  };
  readonly distrusted: string | null;
  readonly waitSeconds: number;
}

export async function listPart(deps: Deps, asked: PartToList): Promise<ListedPart | EstateRefusal> {
  const { list, part, run } = asked;
  if (run?.value.distrusted) return NOT_ASKED;
  const listed = await askTwice(deps, { subscriptionId: list.subscriptionId, table: 'resources', part, columns: {} });
  if (listed.kind === 'refused') return listed;
  const ids = listed.rows.map(({ id }) => id).filter((id) => parseResourceId(id) !== null && isInScope(id, list.scope));
  const counts = { listed: ids.length, skipped: 0, missing: 0, notListed: 0 };
  const { waitSeconds } = listed;
  if (!run) return { kind: 'listed', looks: ids, counts, distrusted: null, waitSeconds };
  const known = await deps.sweepRuns.listApps(list.subscriptionId, part);
  const unlisted = await storeListing(deps, asked, ids, known);
  // Rows that could not be counted up hide some: these resources are not missing.
  if (!listed.complete) {
    deps.log.warn({ sweep: run.value.id, ...part }, 'a partition has other rows than Resource Graph counts');
    return {
      kind: 'listed',
      looks: [...ids, ...unlisted],
      counts: { ...counts, notListed: unlisted.length },
      distrusted: null,
      waitSeconds,
    };
  }
  const isFlood =
    run.value.missing + unlisted.length > missingAllowed(Math.max(run.value.before?.listed ?? 0, run.value.counted));
  const distrusted = isFlood
    ? distrustOf(run.value.counted + run.value.missing + unlisted.length, run.value.counted)
    : null;
  return {
    kind: 'listed',
    looks: isFlood ? ids : [...ids, ...unlisted],
    counts: { ...counts, missing: unlisted.length },
    distrusted,
    waitSeconds,
  };
}

const NOT_ASKED: ListedPart = {
  kind: 'listed',
  looks: [],
  counts: { listed: 0, skipped: 0, missing: 0, notListed: 0 },
  distrusted: null,
  waitSeconds: 0,
};

/** A partition whose rows are not as many as counted is asked for once more: it may have changed between two pages. */
async function askTwice({ estate }: Deps, query: EstateQuery): Promise<EstateList | EstateRefusal> {
  const first = await estate.listPart(query);
  return first.kind === 'listed' && !first.complete ? estate.listPart(query) : first;
}

/** Stores the resources that are new. Returns those that are known and not listed, without those that are gone. */
async function storeListing(
  deps: Deps,
  { list, part }: PartToList,
  ids: readonly string[],
  known: readonly Versioned<SweptApp>[],
): Promise<string[]> {
  const { subscriptionId } = list;
  const keys = new Set(ids.map((id) => id.toLowerCase()));
  const stored = new Set(known.map(({ value }) => value.id.toLowerCase()));
  const added = ids.filter((id) => !stored.has(id.toLowerCase()));
  await deps.sweepRuns.saveApps(
    subscriptionId,
    part,
    added.map((id) => ({ app: { id }, version: null })),
  );
  const unlisted = known.map(({ value }) => value.id).filter((id) => !keys.has(id.toLowerCase()));
  const gone: string[] = [];
  for (const id of unlisted) if (await isGone(deps, id)) gone.push(id);
  await deps.sweepRuns.removeApps(subscriptionId, part, gone);
  return unlisted.filter((id) => !gone.includes(id));
}

/** Whether Azure has answered 404 for the resource itself since it was listed. */
async function isGone({ resources }: Deps, id: string): Promise<boolean> {
  const resource = parseResourceId(id);
  return resource === null || (await resources.loadState(resource)).state?.gone === true;
}
