/**
 * The last check before a request to Azure. It reads settings and exemptions, for automatic changes the roll-outs, and for approved changes the events that
 * arrived after the plan was made. So a stop, a freeze or an exemption is effective as soon as it is stored.
 */

import { type Outcome, outcomeOf } from '../../domain/approvals/attempt.ts';
import type { ChangeSet } from '../../domain/approvals/change-set.ts';
import { exemptionFor } from '../../domain/approvals/exemption.ts';
import { holdOfRollouts, NO_ROLLOUTS } from '../../domain/approvals/rollout.ts';
import type { ReasonCode } from '../../domain/resources/reasons.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { freezeFor, modeFor, scopeStopFor } from '../../domain/rules/settings.ts';
import { listWaitingEvents } from '../events/unprocessed-events.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { loadRolloutsFor } from '../settings/load-rollouts.ts';
import { writersOfNewEvents } from '../state/changers.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';

/**
 * The reason why nothing is written; null when the write is allowed. `knownEvents`: the events that were known when
 * the plan was made.
 */
export async function checkBeforeWrite(
  { deps, resource }: Pick<ReconcileContext, 'deps' | 'resource'>,
  changeSets: readonly ChangeSet[],
  knownEvents: readonly StoredEvent[],
): Promise<Outcome | null> {
  const automatic = changeSets.filter(({ approvalId }) => approvalId === null);
  const none: string[] = [];
  const deciders = changeSets.flatMap(({ decidedBy }) => decidedBy?.toLowerCase() ?? []);
  const [{ settings, rollouts }, exemptions, writers] = await Promise.all([
    loadInForce(deps, resource, automatic),
    deps.exemptions.listForResource(resource),
    deciders.length > 0 ? listNewWriters(deps, resource, knownEvents) : none,
  ]);
  const now = deps.clock.now();
  if (settings.stopped) return notSent('stopped', `The service was stopped: ${settings.stopped.reason}`);
  const stop = scopeStopFor(settings, resource);
  if (stop && (automatic.length > 0 || !stop.automaticOnly))
    return notSent('stopped', `Writes here were stopped: ${stop.reason}`);
  const mode = modeFor(settings, resource);
  if (mode === 'audit') return notSent('mode-audit', 'The mode was set to audit before the write.');
  if (mode === 'approve' && automatic.length > 0)
    return notSent('mode-approve', 'The mode was set to approve before the write.');
  const isOrdered = changeSets.every(({ byHealthGate }) => byHealthGate);
  const freeze = isOrdered ? null : freezeFor(settings, resource, now);
  if (freeze) return notSent('frozen', `Frozen before the write until ${freeze.until}: ${freeze.reason}`);
  // A rollback creates an exemption, so an exemption does not block it.
  const fixes = changeSets.filter(({ purpose }) => purpose === 'fix');
  const [exempt] = fixes.flatMap(({ rule }) => exemptionFor(exemptions, resource, rule.id, now) ?? []);
  if (exempt) return notSent('exempt', `Exempt before the write until ${exempt.expires}: ${exempt.reason}`);
  const [held] = automatic.flatMap(({ rule }) => holdOfRollouts(settings, rollouts, resource, rule.id) ?? []);
  if (held !== undefined) return notSent('rollout', held);
  // The next reconcile decides about the approval.
  return settings.approvals.separationOfDuties && deciders.some((one) => writers.includes(one))
    ? notSent('own-change', 'Who approved it was seen to have changed the resource before the write.')
    : null;
}

/** The settings, and the roll-outs that may hold what no person decided. */
async function loadInForce(deps: Deps, resource: Resource, automatic: readonly ChangeSet[]) {
  const stored = await loadSettings(deps);
  const { settings } = stored;
  return { settings, rollouts: automatic.length === 0 ? NO_ROLLOUTS : await loadRolloutsFor(deps, stored, resource) };
}

/** The object ids of the callers in events that the plan did not know. */
async function listNewWriters(deps: Deps, resource: Resource, knownEvents: readonly StoredEvent[]): Promise<string[]> {
  const [waiting, identity] = await Promise.all([listWaitingEvents(deps, resource), deps.arm.getIdentity()]);
  return writersOfNewEvents(knownEvents, waiting, identity).map(({ objectId }) => objectId);
}

/** The outcome of a write that was not sent because the state changed. The next reconcile decides. */
export function notSent(code: ReasonCode, text: string, causeCode: string = code): Outcome {
  return outcomeOf('blocked', text, [{ code, text }], causeCode);
}
