/**
 * Lists the resources of a subscription, one hash partition a message. The first message counts them; the last one adds
 * the known resources that no partition had. Each partition puts its resources on the same queue, then the next
 * partition. A partition that is handled twice changes nothing: its resources are looked at once, and the second chain
 * ends at the row of the sweep.
 */

import { COUNTERS } from '../../domain/audit/counters.ts';
import { jitterDown, jitterUp } from '../../domain/resources/jitter.ts';
import { isInScope } from '../../domain/resources/resource.ts';
import { checkGuards } from '../guards/check-guards.ts';
import { type EstateRefusal, isRetryable } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import { pagesOf } from '../ports/storage.ts';
import type { Part } from '../ports/sweeps.ts';
import { DONE, type Result, type SweepPage, type WorkMessage } from '../ports/work.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { queueLooks } from '../settings/read-pace.ts';
import { type ListedPart, listPart } from './list-part.ts';
import type { Look } from './listing.ts';
import { distrustOf, missingAllowed, partsFor } from './listing-trust.ts';
import { loadRun, type Run, saveRun } from './sweep-run.ts';

/** After so many transient refusals a listing is moved to the poison queue. */
const MAX_LIST_ATTEMPTS = 20;

export async function listResources(deps: Deps, page: SweepPage): Promise<Result> {
  const { list } = page;
  const waitSeconds = await checkGuards(deps, list.subscriptionId);
  if (waitSeconds > 0) return { kind: 'requeue', seconds: waitSeconds, countsAsAttempt: false };
  const due = list.cause === 'sweep' ? await loadRun(deps, page) : SCAN;
  if (due === null) return DONE;
  if (due.kind === 'next') {
    await sendPart(deps, page, due.part, deps.options.pauses.sweepPartSeconds);
    return DONE;
  }
  const { run } = due;
  const counted = list.part === null ? await countResources(deps, page, run) : { part: list.part, run };
  if ('kind' in counted) return retryPage(deps, page, counted);
  return listOne(deps, page, counted);
}

/** A scan has no row: all its messages are handled. */
const SCAN = { kind: 'partition', run: null } as const;

function sendPart({ sweeps }: Deps, { list, sweep }: SweepPage, part: Part, seconds: number): Promise<void> {
  return sweeps.send({ list: { ...list, part }, sweep, attempt: 0 }, seconds);
}

interface Counted {
  readonly part: Part;
  readonly run: Run | null;
}

/** Counts the resources, and says into how many partitions they are divided. */
async function countResources(deps: Deps, { list }: SweepPage, run: Run | null): Promise<Counted | EstateRefusal> {
  const counted = await deps.estate.countResources(list.subscriptionId);
  if (counted.kind === 'refused') return counted;
  if (run === null) return { part: { index: 0, of: partsFor(counted.total, null) }, run };
  const distrusted = await distrustOfCount(deps, run, counted.total);
  const before = run.value.before?.parts ?? null;
  // Without a listing, the resources are those of the partitions of the last sweep.
  const parts = distrusted === null ? partsFor(counted.total, before) : (before ?? 1);
  const value = { ...run.value, parts, counted: counted.total, distrusted };
  return { part: { index: 0, of: parts }, run: { ...run, value } };
}

/** Fewer resources than before are compared with those that are known now: the others may be gone. */
async function distrustOfCount(deps: Deps, { value }: Run, total: number): Promise<string | null> {
  if (distrustOf(value.before?.listed ?? 0, total) === null) return null;
  let known = 0;
  for await (const keys of knownResources(deps, value.subscriptionId)) known += keys.length;
  return distrustOf(known, total);
}

/** The resources of a subscription that have findings, without the subscription itself. */
async function* knownResources({ findings }: Deps, subscriptionId: string, scope = `/subscriptions/${subscriptionId}`) {
  const own = `/subscriptions/${subscriptionId}`.toLowerCase();
  for await (const keys of pagesOf((page) => findings.pageOfResources(scope, page), PAGE_SIZE)) {
    yield keys.filter((key) => key !== own);
  }
}

const PAGE_SIZE = 1000;

async function listOne(deps: Deps, page: SweepPage, { part, run }: Counted): Promise<Result> {
  const { list, sweep } = page;
  const settings = await loadSettings(deps);
  const found = await listPart(deps, { list, sweep, part, run, settings });
  if (found.kind === 'refused') return retryPage(deps, page, found);
  const isLast = part.index + 1 === part.of;
  const rest = isLast ? await findUnlisted(deps, page, { run, part, missing: found.counts.missing }) : NOTHING;
  const looks: Look[] = [...found.looks, ...rest.looks.map((id) => ({ id }))];
  if (list.cause === 'scan') {
    await deps.scans.addFound(
      sweep.id,
      looks.map(({ id }) => id),
    );
  }
  const messages = looks.map(({ id, marked }): WorkMessage => {
    const kept = run ? { part, ...(marked ? { marked } : {}) } : {};
    return { resource: id, cause: list.cause, sweep, ...kept, attempt: 0 };
  });
  const own = ownLook(deps, page);
  const busySeconds = await queueLooks(deps, list.subscriptionId, settings.settings, [...messages, ...own]);
  const { index, of } = part;
  deps.log.info({ sweep: sweep.id, index, of, ...found.counts, queued: looks.length }, 'resources listed');
  if (run && !(await saveCounts(deps, run, part, { found, rest, queued: looks.length }))) return DONE;
  const pause = Math.max(busySeconds, found.waitSeconds, deps.options.pauses.sweepPartSeconds);
  if (!isLast) await sendPart(deps, page, { index: index + 1, of }, pause);
  else if (list.cause === 'scan') await deps.scans.markListed(sweep.id);
  return DONE;
}

interface Done {
  readonly found: ListedPart;
  readonly rest: Unlisted;
  readonly queued: number;
}

async function saveCounts(deps: Deps, run: Run, part: Part, done: Done): Promise<boolean> {
  const { found, rest, queued } = done;
  const { value } = run;
  const distrusted = value.distrusted ?? found.distrusted ?? rest.distrusted;
  const reason = value.distrusted === null || part.index === 0 ? distrusted : null;
  if (reason !== null) {
    const fields = { subscriptionId: value.subscriptionId, sweep: value.id, reason };
    deps.log.warn(fields, 'the listing is not believed: everything is kept as it is');
  }
  const { counts } = found;
  const swept = {
    skipped: counts.skipped,
    queued,
    missing: counts.missing + rest.missing,
    'not-listed': counts.notListed,
  };
  for (const outcome of COUNTERS.sweptResources.outcome)
    deps.metrics.add('sweptResources', swept[outcome], { outcome });
  if (reason !== null) deps.metrics.count('distrustedListings');
  return saveRun(deps, run, {
    parts: part.of,
    position: part.index + 1,
    state: part.index + 1 === part.of ? 'done' : 'running',
    listed: value.listed + found.counts.listed,
    skipped: value.skipped + found.counts.skipped,
    queued: value.queued + queued,
    missing: value.missing + found.counts.missing + rest.missing,
    notListed: value.notListed + found.counts.notListed,
    distrusted,
  });
}

interface Unlisted {
  readonly looks: readonly string[];
  readonly missing: number;
  readonly distrusted: string | null;
}

const NOTHING: Unlisted = { looks: [], missing: 0, distrusted: null };

/** No list contains the subscription itself, which has its own rules. A scan counts only the resources that it listed. */
function ownLook({ rules }: Deps, { list, sweep }: SweepPage): WorkMessage[] {
  const resource = `/subscriptions/${list.subscriptionId}`;
  const isDue =
    list.part === null && isInScope(resource, list.scope) && rules.some(({ kind }) => kind === 'subscription');
  return isDue ? [{ resource, cause: 'sweep', sweep, attempt: 0 }] : [];
}

interface LastPart {
  readonly run: Run | null;
  readonly part: Part;
  /** Of this partition. */
  readonly missing: number;
}

/** The known resources that no partition had. Too many of them at once are not looked at: the listing is not believed. */
async function findUnlisted(
  deps: Deps,
  { list, sweep }: SweepPage,
  { run, part, missing }: LastPart,
): Promise<Unlisted> {
  const { subscriptionId, scope } = list;
  if (!run) {
    const looks = await deps.scans.keysNotFound(sweep.id, knownResources(deps, subscriptionId, scope));
    return { looks, missing: 0, distrusted: null };
  }
  if (run.value.distrusted !== null) return NOTHING;
  const before = run.value.before?.parts ?? part.of;
  if (before !== part.of) await deps.sweepRuns.removePartition(subscriptionId, before);
  const looks = await deps.sweepRuns.keysNotSeen(subscriptionId, knownResources(deps, subscriptionId));
  const known = Math.max(run.value.before?.listed ?? 0, run.value.counted);
  if (run.value.missing + missing + looks.length <= missingAllowed(known)) {
    return { looks, missing: looks.length, distrusted: null };
  }
  const distrusted = distrustOf(run.value.counted + looks.length, run.value.counted);
  return { looks: [], missing: looks.length, distrusted };
}

/**
 * Requeues a page after a transient refusal, with at least the delay that Resource Graph requests. Other refusals fail
 * the message.
 */
function retryPage(deps: Deps, page: SweepPage, { failure }: EstateRefusal): Result {
  const { kind, code, message, retryAfter } = failure;
  if (!isRetryable(kind) || page.attempt >= MAX_LIST_ATTEMPTS) {
    throw new Error(`Resource Graph does not list subscription ${page.list.subscriptionId}: ${code}: ${message}`);
  }
  // The quota of Resource Graph is separate and shared by all subscriptions: it throttles no single one.
  const backoff = () => jitterDown(deps, Math.min(300, 2 ** (page.attempt + 1)));
  const seconds = retryAfter === null ? backoff() : jitterUp(deps, retryAfter);
  deps.log.warn({ sweep: page.sweep.id, code, retryAfter }, 'resources could not be listed; requeued');
  return { kind: 'requeue', seconds, countsAsAttempt: true };
}
