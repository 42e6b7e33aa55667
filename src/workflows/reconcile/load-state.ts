/**
 * Loads everything that a reconcile needs before it reads the resource: first its rows, then under its lease the rest.
 * When a part cannot be read, nothing is done.
 */

import type { Approval } from '../../domain/approvals/approval.ts';
import { type Exemption, isInForce } from '../../domain/approvals/exemption.ts';
import { DAY_SECONDS, HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import { sameJson } from '../../domain/resources/json.ts';
import { MAX_OPEN_APPROVALS, MAX_WAIT_SECONDS } from '../../domain/resources/limits.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { flushApprovalRecords } from '../approvals/store-approval.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { ignoreFutureTime, type TimeDeps } from '../ports/runtime.ts';
import { ConflictError, type Versioned } from '../ports/storage.ts';
import type { WorkMessage } from '../ports/work.ts';
import { loadRecentSettings, loadSettings } from '../settings/change-settings.ts';
import { loadRecentRolloutsFor, loadRolloutsFor } from '../settings/load-rollouts.ts';
import type { LoadedRows, ReconcileContext, ReconcileState } from '../state/reconcile-context.ts';
import { emptyResourceState } from '../state/resource-state.ts';

/** The rows of a resource: one request. */
export async function loadRows(deps: Deps, resource: Resource): Promise<LoadedRows> {
  const { state, version, waiting, lease } = await deps.resources.load(resource);
  const resourceState = state ? sanitizeResourceState(deps, resource, state) : emptyResourceState(resource);
  return { resourceState, version, waitingEvents: waiting, lease };
}

/** The state with everything else that a reconcile needs before it reads. */
export async function loadState(
  deps: Deps,
  { resource, message }: { readonly resource: Resource; readonly message: Pick<WorkMessage, 'cause'> },
  { resourceState, version, waitingEvents }: LoadedRows,
): Promise<ReconcileState> {
  const isAnew = isReadAnew(message);
  const [settings, exemptions, identity, loaded] = await Promise.all([
    isAnew ? loadSettings(deps) : loadRecentSettings(deps),
    isAnew ? deps.exemptions.listForResource(resource) : deps.exemptions.listRecentForResource(resource),
    deps.arm.getIdentity(),
    Promise.all(limitOpenApprovals(deps, resourceState).map((id) => deps.approvals.get(id))),
  ]);
  const rollouts = await (isAnew ? loadRolloutsFor : loadRecentRolloutsFor)(deps, settings, resource);
  const approvals = loaded.flatMap((one) => (one && belongsTo(deps, resource, one.value) ? one : []));
  warnOfInvalidTimes(deps, resource, waitingEvents, exemptions);
  const { rejectedDays, expireHours } = settings.settings.approvals;
  return {
    settings,
    waitingEvents,
    exemptions,
    rollouts,
    identity,
    version,
    resourceState: {
      ...resourceState,
      declined: sanitizeDeclined(deps, resource, resourceState.declined, rejectedDays * DAY_SECONDS),
    },
    approvals: approvals.map((one) => sanitizeApproval(deps, one, expireHours)),
  };
}

/**
 * The settings and exemptions of an evaluation may be some seconds old. Before anything comes of it but findings, they are
 * read again. Throws ConflictError when they are others by now: then the message is handled again.
 */
export async function assertCurrent(
  deps: Deps,
  { resource, message, state }: Pick<ReconcileContext, 'resource' | 'message' | 'state'>,
): Promise<void> {
  if (isReadAnew(message)) return;
  const [settings, exemptions] = await Promise.all([loadSettings(deps), deps.exemptions.listForResource(resource)]);
  if (sameJson(settings, state.settings) && sameJson(exemptions, state.exemptions)) return;
  throw new ConflictError(`settings or exemptions changed while ${resource.id} was evaluated`);
}

/** A person or housekeeping sends these messages after something else was stored, such as an exemption. */
export function isReadAnew({ cause }: Pick<WorkMessage, 'cause'>): boolean {
  return cause === 'decision' || cause === 'wake' || cause === 'request';
}

/** The state after the audit records that wait in its approvals are logged. */
export async function flushRecords(deps: Deps, state: ReconcileState): Promise<ReconcileState> {
  return { ...state, approvals: await Promise.all(state.approvals.map((one) => flushApprovalRecords(deps, one))) };
}

/** Whether an approval is of this resource. An approval of another resource is logged and ignored. */
function belongsTo({ log }: Deps, resource: Resource, { id, resource: owner }: Approval): boolean {
  const own = owner.id.toLowerCase() === resource.key;
  if (!own)
    log.error({ resource: resource.id, approvalId: id, owner: owner.id }, 'an open approval is of another resource');
  return own;
}

/** Times of events and exemptions that the service would not have written are ignored where they are used. */
function warnOfInvalidTimes(
  deps: TimeDeps,
  { id }: Resource,
  waitingEvents: readonly StoredEvent[],
  exemptions: readonly Exemption[],
): void {
  for (const { event, receivedAt } of waitingEvents)
    ignoreFutureTime(deps, receivedAt, 0, { resource: id, row: `event ${event.id}` });
  const now = deps.clock.now();
  for (const one of exemptions) {
    if (one.removedAt !== null || Date.parse(one.expires) <= now.getTime() || isInForce(one, now)) continue;
    const row = { resource: id, row: `exemption ${one.id}`, at: one.expires };
    deps.log.warn(row, 'the exemption is longer than allowed; ignored');
  }
}

/** The settings allow at most so many hours. */
const MAX_EXPIRY_SECONDS = 100000 * 3600;

/** An approval with an invalid expiry expires as if it were requested with the present settings. */
function sanitizeApproval(deps: TimeDeps, stored: Versioned<Approval>, expireHours: number): Versioned<Approval> {
  const { value, version } = stored;
  const row = { resource: value.resource.id, row: `approval ${value.id}` };
  if (ignoreFutureTime(deps, value.expiresAt, MAX_EXPIRY_SECONDS, row) !== null) return stored;
  const expiresAt = timeAfter(value.requestedAt, expireHours * HOUR_MS).toISOString();
  return { value: { ...value, expiresAt }, version };
}

function sanitizeResourceState(deps: TimeDeps, resource: Resource, resourceState: ResourceState): ResourceState {
  const row = { resource: resource.id, row: 'resource state' };
  const check = (member: string, at: string | null, seconds = 0) =>
    ignoreFutureTime(deps, at, seconds, { ...row, member });
  const history = Object.entries(resourceState.history).map(([rule, { fixedAt, failedAt, ...latest }]) => {
    const past = (times: readonly string[]) => times.filter((at) => check(`history of ${rule}`, at) !== null);
    return [rule, { fixedAt: past(fixedAt), failedAt: past(failedAt), ...latest }] as const;
  });
  return {
    ...resourceState,
    // The wait that Azure requested, plus the jitter.
    recheckAt: check('recheckAt', resourceState.recheckAt, MAX_WAIT_SECONDS + 60),
    evaluatedAt: check('evaluatedAt', resourceState.evaluatedAt),
    fullyEvaluatedAt: check('fullyEvaluatedAt', resourceState.fullyEvaluatedAt),
    compliantAt: Object.fromEntries(
      Object.entries(resourceState.compliantAt).filter(([rule, at]) => check(`compliantAt ${rule}`, at) !== null),
    ),
    history: Object.fromEntries(history),
    listedAt: check('listedAt', resourceState.listedAt),
  };
}

/**
 * The declined changes. The clock of the instance that stored a decision may have been ahead. A day does not matter for
 * a period of months.
 */
function sanitizeDeclined(
  deps: TimeDeps,
  { id }: Resource,
  declined: ResourceState['declined'],
  rejectedSeconds: number,
): ResourceState['declined'] {
  const isPossible = (digest: string, until: string) =>
    ignoreFutureTime(deps, until, rejectedSeconds + DAY_SECONDS, {
      resource: id,
      row: 'resource state',
      member: `declined ${digest}`,
    }) !== null;
  return Object.fromEntries(
    Object.entries(declined).filter(([digest, { until }]) => until === null || isPossible(digest, until)),
  );
}

/** The open approvals of a resource, up to the allowed number. */
function limitOpenApprovals({ log }: TimeDeps, { resource, openApprovals }: ResourceState): readonly string[] {
  if (openApprovals.length <= MAX_OPEN_APPROVALS) return openApprovals;
  const row = { resource: resource.id, row: 'resource state', member: 'openApprovals' };
  log.warn({ ...row, found: openApprovals.length }, 'too many open approvals; the rest is ignored');
  return openApprovals.slice(0, MAX_OPEN_APPROVALS);
}
