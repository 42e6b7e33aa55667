/** What becomes of the resources of one hash partition: looked at, skipped, or missing in the listing. */

import { isInScope, parseResourceId } from '../../domain/resources/resource.ts';
import type { EstateQuery, EstateRefusal } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { Versioned } from '../ports/storage.ts';
import type { SweptApp } from '../ports/sweeps.ts';
import { isRotationDue } from './choose-looks.ts';
import { choiceOf, judgePart } from './judge-part.ts';
import { listRows } from './list-rows.ts';
import { askTwice, type Look, type PartToList } from './listing.ts';
import { distrustOf, missingAllowed } from './listing-trust.ts';
import type { Run } from './sweep-run.ts';

export interface ListedPart {
  readonly kind: 'listed';
  /** In the order in which they are looked at. */
  readonly looks: readonly Look[];
  readonly counts: Counts;
  readonly distrusted: string | null;
  readonly waitSeconds: number;
}

interface Counts {
  readonly listed: number;
  readonly skipped: number;
  readonly missing: number;
  readonly notListed: number;
}

const NO_COUNTS: Counts = { listed: 0, skipped: 0, missing: 0, notListed: 0 };

export async function listPart(deps: Deps, asked: PartToList): Promise<ListedPart | EstateRefusal> {
  const { list, part, run } = asked;
  const { subscriptionId } = list;
  if (!run) return listForScan(deps, { subscriptionId, table: 'resources', part, columns: {} }, list.scope);
  if (run.value.distrusted !== null) return rotationOnly(deps, asked, run);
  const listed = await listRows(deps, asked, run);
  if (listed.kind === 'refused') return listed;
  const known = await deps.sweepRuns.listApps(subscriptionId, part);
  const judged = await judgePart(deps, { asked, run, listed, known });
  const unlisted = await findUnlisted(deps, asked, known, new Set(listed.own.keys()));
  const found = { kind: 'listed', distrusted: null, waitSeconds: listed.waitSeconds } as const;
  const counts = { ...NO_COUNTS, listed: listed.own.size, skipped: listed.own.size - judged.length };
  if (!listed.complete) {
    // Rows that could not be counted up hide some: their resources are not missing, and are read when it is their turn.
    deps.log.warn({ sweep: run.value.id, ...part }, 'a partition has other rows than Resource Graph counts');
    const due = dueOf(deps, asked, run, unlisted);
    return { ...found, looks: [...judged, ...due], counts: { ...counts, notListed: unlisted.length } };
  }
  const missing = run.value.missing + unlisted.length;
  const isFlood = missing > missingAllowed(Math.max(run.value.before?.listed ?? 0, run.value.counted));
  return {
    ...found,
    looks: isFlood ? judged : [...judged, ...unlisted.map(({ id }) => ({ id }))],
    counts: { ...counts, missing: unlisted.length },
    distrusted: isFlood ? distrustOf(run.value.counted + missing, run.value.counted) : null,
  };
}

/** A scan looks at everything in its scope. */
async function listForScan({ estate }: Deps, query: EstateQuery, scope: string): Promise<ListedPart | EstateRefusal> {
  const listed = await askTwice(estate, query);
  if (listed.kind === 'refused') return listed;
  const ids = listed.rows.map(({ id }) => id).filter((id) => parseResourceId(id) !== null && isInScope(id, scope));
  const counts = { ...NO_COUNTS, listed: ids.length };
  const looks = ids.map((id) => ({ id }));
  return { kind: 'listed', looks, counts, distrusted: null, waitSeconds: listed.waitSeconds };
}

/** Without a listing that is believed, what was seen before is read when it is its turn. */
async function rotationOnly(deps: Deps, asked: PartToList, run: Run): Promise<ListedPart> {
  const known = await deps.sweepRuns.listApps(asked.list.subscriptionId, asked.part);
  const looks = dueOf(
    deps,
    asked,
    run,
    known.map(({ value }) => value),
  );
  return { kind: 'listed', looks, counts: NO_COUNTS, distrusted: null, waitSeconds: 0 };
}

function dueOf(deps: Deps, { settings }: PartToList, run: Run, apps: readonly SweptApp[]): Look[] {
  const choice = choiceOf(deps, settings, run);
  return apps.filter((app) => {
    const resource = parseResourceId(app.id);
    return resource !== null && isRotationDue(resource, app, choice);
  });
}

/** The known resources that are not listed, without those that are gone: Azure has answered 404 for them since. */
async function findUnlisted(
  { sweepRuns, resources }: Deps,
  { list, part }: PartToList,
  known: readonly Versioned<SweptApp>[],
  listed: ReadonlySet<string>,
): Promise<SweptApp[]> {
  const unlisted: SweptApp[] = [];
  const gone: string[] = [];
  for (const { value } of known) {
    if (listed.has(value.id.toLowerCase())) continue;
    const resource = parseResourceId(value.id);
    const isGone = resource === null || (await resources.loadState(resource)).state?.gone === true;
    if (isGone) gone.push(value.id);
    else unlisted.push(value);
  }
  await sweepRuns.removeApps(list.subscriptionId, part, gone);
  return unlisted;
}
