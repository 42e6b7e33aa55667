/**
 * Loads everything that a reconcile needs before it reads the resource. When a part cannot be read, nothing is done.
 */
import type { Approval } from '../../domain/approvals/approval.ts';
import { isInForce } from '../../domain/approvals/exemption.ts';
import { MAX_OPEN_APPROVALS, MAX_WAIT_SECONDS } from '../../domain/resources/limits.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { ignoreFutureTime, type TimeDeps } from '../ports/stored-times.ts';
import type { WorkMessage } from '../ports/work.ts';
import { loadSettings } from '../settings/change-settings.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { emptyResourceState } from '../state/resource-state.ts';

export async function loadState(deps: Deps, resource: Resource, message: WorkMessage): Promise<ReconcileState> {
  const [settings, stored, waitingEvents, exemptions, identity] = await Promise.all([
    loadSettings(deps),
    deps.resourceStates.load(resource),
    deps.events.listWaiting(resource),
    deps.exemptions.listForResource(resource),
    deps.arm.getIdentity(),
  ]);
  const resourceState = stored?.value ?? emptyResourceState(resource);
  const loaded = await Promise.all(limitOpenApprovals(deps, resourceState).map((id) => deps.approvals.get(id)));
  const state: ReconcileState = {
    settings,
    resourceState,
    version: stored?.version ?? null,
    approvals: loaded.flatMap((approval) => (approval && belongsTo(deps, resource, approval.value) ? approval : [])),
    waitingEvents,
    exemptions,
    message,
    isSweep: message.sweep !== undefined,
    budgetHold: null,
    identity,
  };
  return sanitizeState(deps, resource, state);
}

/** Whether an approval is of this resource. An approval of another resource is logged and ignored. */
function belongsTo({ log }: Deps, resource: Resource, { id, resource: owner }: Approval): boolean {
  const own = owner.id.toLowerCase() === resource.key;
  if (!own)
    log.error({ resource: resource.id, approvalId: id, owner: owner.id }, 'an open approval is of another resource');
  return own;
}

const DAY_SECONDS = 86400;

/** The state without stored times that the service would not have written. */
export function sanitizeState(deps: TimeDeps, resource: Resource, state: ReconcileState): ReconcileState {
  const { settings, exemptions, approvals, waitingEvents } = state;
  const { rejectedDays, expireHours } = settings.settings.approvals;
  const row = { resource: resource.id };
  for (const { event, receivedAt } of waitingEvents)
    ignoreFutureTime(deps, receivedAt, 0, { ...row, row: `event ${event.id}` });
  const now = deps.clock.now();
  for (const one of exemptions) {
    if (one.removedAt === null && Date.parse(one.expires) > now.getTime() && !isInForce(one, now))
      deps.log.warn(
        { ...row, row: `exemption ${one.id}`, at: one.expires },
        'the exemption is longer than allowed; ignored',
      );
  }
  return {
    ...state,
    resourceState: sanitizeResourceState(
      deps,
      { ...row, row: 'resource state' },
      state.resourceState,
      rejectedDays * DAY_SECONDS,
    ),
    approvals: approvals.map(({ value, version }) => {
      const named = { ...row, row: `approval ${value.id}` };
      const expiresAt =
        ignoreFutureTime(deps, value.expiresAt, MAX_EXPIRY_SECONDS, named) ??
        new Date(Date.parse(value.requestedAt) + expireHours * 3600000).toISOString();
      return expiresAt === value.expiresAt ? { value, version } : { value: { ...value, expiresAt }, version };
    }),
  };
}

/** The settings allow at most so many hours. */
const MAX_EXPIRY_SECONDS = 100000 * 3600;
function sanitizeResourceState(
  deps: TimeDeps,
  row: Readonly<Record<string, unknown>>,
  resourceState: ResourceState,
  rejectedSeconds: number,
): ResourceState {
  const check = (member: string, at: string | null, seconds = 0) =>
    ignoreFutureTime(deps, at, seconds, { ...row, member });
  const history = Object.entries(resourceState.history).map(([rule, { fixedAt, failedAt, alsoMovedAt }]) => {
    const past = (times: readonly string[]) => times.filter((at) => check(`history of ${rule}`, at) !== null);
    return [rule, { fixedAt: past(fixedAt), failedAt: past(failedAt), alsoMovedAt }] as const;
  });
  // The clock of the instance that stored the decision may have been ahead. A day does not matter for a period of
  // months.
  const declined = Object.entries(resourceState.declined).filter(
    ([digest, { until }]) =>
      until === null || check(`declined ${digest}`, until, rejectedSeconds + DAY_SECONDS) !== null,
  );
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
    declined: Object.fromEntries(declined),
  };
}

/** The open approvals of a resource, up to the allowed number. */
export function limitOpenApprovals({ log }: TimeDeps, { resource, openApprovals }: ResourceState): readonly string[] {
  if (openApprovals.length <= MAX_OPEN_APPROVALS) return openApprovals;
  const row = { resource: resource.id, row: 'resource state', member: 'openApprovals' };
  log.warn({ ...row, found: openApprovals.length }, 'too many open approvals; the rest is ignored');
  return openApprovals.slice(0, MAX_OPEN_APPROVALS);
}
