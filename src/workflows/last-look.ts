/**
 * What is read as the last thing before a request to Azure, so that whoever was told that nothing is written any more is
 * right: settings, exemptions, and for what a person decided the events that have come since the plan was made.
 */
import { exemptionFor } from '../domain/exemption.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import type { Resource } from '../domain/resource.ts';
import { freezeFor, modeFor } from '../domain/settings.ts';
import type { Wanted } from './apply-plan.ts';
import { currentSettings } from './change-settings.ts';
import type { Ending } from './facts-of.ts';
import type { StoredEvent, World } from './ports.ts';
import { waitingEvents } from './unseen-events.ts';
import { newWriters } from './who-changed.ts';

/** Why nothing is written after all; null when it may be. `known`: the events that the plan knew of. */
export async function lastLook(
  world: World,
  resource: Resource,
  own: readonly Wanted[],
  known: readonly StoredEvent[],
): Promise<Ending | null> {
  const none: string[] = [];
  const deciders = own.flatMap(({ decidedBy }) => decidedBy?.toLowerCase() ?? []);
  const [{ settings }, exemptions, writers] = await Promise.all([
    currentSettings(world),
    world.exemptions.above(resource),
    deciders.length > 0 ? writersSince(world, resource, known) : none,
  ]);
  const now = world.clock.now();
  if (settings.stopped) return notNow('stopped', `The service was stopped: ${settings.stopped.reason}`);
  const mode = modeFor(settings, resource);
  if (mode === 'audit') return notNow('mode-audit', 'The mode was set to audit before the write.');
  if (mode === 'approve' && !own.every(({ approvalId }) => approvalId !== null))
    return notNow('mode-approve', 'The mode was set to approve before the write.');
  const freeze = freezeFor(settings, resource, now);
  if (freeze) return notNow('frozen', `Frozen before the write until ${freeze.until}: ${freeze.reason}`);
  // An exemption is what a rollback brings; it hinders none.
  const fixes = own.filter(({ purpose }) => purpose === 'fix');
  const [exempt] = fixes.flatMap(({ rule }) => exemptionFor(exemptions, resource, rule.id, now) ?? []);
  if (exempt) return notNow('exempt', `Exempt before the write until ${exempt.expires}: ${exempt.reason}`);
  // Another look decides what becomes of the approval.
  return settings.approvals.separationOfDuties && deciders.some((one) => writers.includes(one))
    ? notNow('own-change', 'Who approved it was seen to have changed the resource before the write.')
    : null;
}

/** The object ids of those whom events name that the plan did not know of. */
async function writersSince(world: World, resource: Resource, known: readonly StoredEvent[]): Promise<string[]> {
  const [waiting, self] = await Promise.all([waitingEvents(world, resource), world.arm.identity()]);
  return newWriters(known, waiting, self).map(({ objectId }) => objectId);
}

/** Not sent, because of what holds by now: another look decides. */
export function notNow(code: ReasonCode, text: string, cause: string = code): Ending {
  return { state: 'blocked', reasons: [{ code, text }], alsoMoved: [], arm: null, message: text, cause };
}
