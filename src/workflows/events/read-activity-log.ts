/**
 * The backstop for lost events. Every minute the Activity Log of each subscription is read; what Event Grid did not deliver
 * becomes an event. The progress is stored after the events, so a crash in between only repeats the reading. Two instances at
 * the same time store the same events.
 */
import { DAY_MS, HOUR_MS, SECOND_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { ServiceIdentity } from '../../domain/resources/principal.ts';
import type { ActivityProgress, ArmFailure, ProviderProgress } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import { ignoreFutureTime } from '../ports/runtime.ts';
import { ConflictError } from '../ports/storage.ts';
import { nextPeriod, progressAfter } from './periods.ts';
import { receiveLostChanges } from './receive-lost-changes.ts';

/** Diagnostic settings of an app are entries of Microsoft.Insights. */
const PROVIDERS = ['Microsoft.Web', 'Microsoft.App', 'Microsoft.Insights'];
/** Of 200 entries each, for each provider and run. The next run reads the rest. */
const MAX_PAGES = 10;
/** How often a subscription is asked that refused for want of a right. */
const FORBIDDEN_PAUSE_MS = HOUR_MS;

/** Reads the logs of these subscriptions, unless the settings switch it off. Throws StorageUnavailable. */
export async function readActivityLogs(deps: Deps, subscriptions: readonly string[]): Promise<void> {
  if (subscriptions.length === 0) return;
  const stored = await deps.settings.load();
  if (stored?.value.settings.sweep.activityLog === false) return;
  const identity = await deps.arm.getIdentity();
  for (const subscriptionId of subscriptions) {
    try {
      await readActivityLog(deps, identity, subscriptionId);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      deps.log.info({ subscriptionId }, error.message);
    }
  }
}

async function readActivityLog(deps: Deps, identity: ServiceIdentity, subscriptionId: string): Promise<void> {
  const now = deps.clock.now();
  const found = await deps.activityProgress.load(subscriptionId);
  const settled = timeAfter(now, -deps.options.pauses.activityLogSeconds * SECOND_MS);
  // What happened before the first reading is no lost event: nobody received events then.
  const progress = found?.value ?? { since: settled.toISOString(), providers: {}, forbidden: null };
  const known = (at: string) => ignoreFutureTime(deps, at, 0, { subscriptionId, row: 'activity-log' });
  const since = known(progress.since) ?? timeAfter(now, -DAY_MS).toISOString();
  if (progress.forbidden !== null && isRecent(progress.forbidden.at, FORBIDDEN_PAUSE_MS, now)) return;
  const providers = { ...progress.providers };
  let failure: ArmFailure | null = null;
  for (const provider of PROVIDERS) {
    const stored = providers[provider] ?? { readTo: since, rest: null, known: [] };
    const before = { ...stored, readTo: known(stored.readTo) ?? since };
    const result = await readProvider(deps, identity, { subscriptionId, provider, settled, since, before });
    if ('failure' in result) {
      failure = result.failure;
      break;
    }
    providers[provider] = result.progress;
  }
  const forbidden = failure === null ? null : noteRefusal(deps, subscriptionId, failure, progress.forbidden);
  await deps.activityProgress.save(subscriptionId, { since, providers, forbidden }, found?.version ?? null);
}

interface ProviderReading {
  readonly subscriptionId: string;
  readonly provider: string;
  readonly settled: Date;
  readonly since: string;
  readonly before: ProviderProgress;
}

async function readProvider(
  deps: Deps,
  identity: ServiceIdentity,
  { subscriptionId, provider, settled, since, before }: ProviderReading,
): Promise<{ readonly progress: ProviderProgress } | { readonly failure: ArmFailure }> {
  const period = nextPeriod(before, since, settled);
  if (period === null) return { progress: before };
  // As a sweep: what Azure refuses here slows no change down.
  const { activityLog } = deps.sweeping ?? deps;
  const read = await activityLog.listChanges({ subscriptionId, provider, ...period, maxPages: MAX_PAGES });
  if (read.kind === 'refused') return read;
  const compared = await receiveLostChanges(deps, identity, read.changes, new Set(before.known));
  const unread = [read.unreadTo, compared.unreadTo].flatMap((to) => to?.getTime() ?? []);
  const unreadTo = unread.length === 0 ? null : new Date(Math.max(...unread));
  const isStuck = unreadTo !== null && unreadTo >= period.to;
  if (isStuck) deps.log.warn({ subscriptionId, provider }, 'too many entries of the Activity Log have the same time');
  const known = compared.known.map(({ event, at }) => ({ id: event.id, at }));
  return { progress: progressAfter(before, period, isStuck ? null : unreadTo, known) };
}

/** Logs a refusal; a missing right once a day. Returns what is stored about a missing right. */
function noteRefusal(
  { clock, log }: Deps,
  subscriptionId: string,
  { kind, code, message, retryAfter }: ArmFailure,
  forbidden: ActivityProgress['forbidden'],
): ActivityProgress['forbidden'] {
  const now = clock.now();
  if (kind !== 'blocked') {
    const fields = { subscriptionId, code, message, retryAfter };
    if (kind === 'throttled') log.info(fields, 'the Activity Log waits, because Azure throttles');
    else log.warn(fields, 'the Activity Log could not be read; the next run tries again');
    return forbidden;
  }
  const at = now.toISOString();
  if (forbidden !== null && isRecent(forbidden.loggedAt, DAY_MS, now)) return { ...forbidden, at };
  const hint = 'lost events are only found by the sweep; the role needs Microsoft.Insights/eventtypes/values/read';
  log.warn({ subscriptionId, code, message }, `the identity may not read the Activity Log: ${hint}`);
  return { at, loggedAt: at };
}

/** A time in the future came from a wrong clock. */
function isRecent(at: string, milliseconds: number, now: Date): boolean {
  const age = now.getTime() - Date.parse(at);
  return age >= 0 && age < milliseconds;
}
