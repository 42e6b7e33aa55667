/**
 * Whether somebody may approve an approval, and if not, why. `recordDecision` refuses by the same functions, in the same
 * order. It asks again who changed the resource, with the events that arrived since and with the Activity Log; a list knows
 * the changers as they were at the last reconcile.
 */
import * as z from 'zod';
import type { Person } from '../resources/principal.ts';
import { parseResourceId, type Resource } from '../resources/resource.ts';
import type { Infer } from '../resources/schema.ts';
import { approversFor, modeFor, type Settings, scopeStopFor } from '../rules/settings.ts';
import type { Approval } from './approval.ts';
import { Refusal } from './refusal.ts';

export const mayDecideView = z
  .strictObject({
    allowed: z.boolean().describe('Whether the caller may approve it now'),
    reason: z.string().nullable().describe('Why not, as a sentence; null when the caller may'),
  })
  .describe(
    'Whether you may approve this, by the settings and by the changers that the last reconcile knew. Deciding asks again. Whoever has the role may reject what is pending',
  );
export type MayDecide = Infer<typeof mayDecideView>;

/** Who decides, with the object ids of the known groups (lower case). */
export interface Decider extends Person {
  readonly groups?: readonly string[];
}

/** The caller of a request. */
export interface Asker {
  readonly decider: Decider;
  /** Why the caller decides nothing: without the role, or no person. Null for others. */
  readonly refusal: Refusal | null;
}

/** `settings` may be null when the approval is final, or when the caller decides nothing. */
export function mayDecide(
  approval: Omit<Approval, 'source' | 'outbox'>,
  { decider, refusal }: Asker,
  settings: Settings | null,
  now: Date,
): MayDecide {
  const found = refusal ?? closedRefusal(approval, now);
  if (found) return { allowed: false, reason: found.message };
  // Only a row that somebody else has written.
  if (approval.status !== 'pending') return { allowed: false, reason: `This approval is ${approval.status} already.` };
  const { message = null } = settingsRefusal(approval, decider, settings) ?? {};
  return { allowed: message === null, reason: message };
}

function settingsRefusal(
  approval: Omit<Approval, 'source' | 'outbox'>,
  decider: Decider,
  settings: Settings | null,
): Refusal | null {
  const resource = parseResourceId(approval.resource.id);
  if (!resource || !settings) throw new Error(`whether approval ${approval.id} may be decided cannot be said`);
  return (
    readOnlyRefusal(settings, resource) ??
    approverRefusal(settings, resource, decider) ??
    separationRefusal(settings, ownershipOf(approval, decider))
  );
}

/** Why an approval takes no decision any more. In this order: expired, decided, superseded. */
export function closedRefusal(
  { status, decision, supersededBy, expiresAt }: Pick<Approval, 'status' | 'decision' | 'supersededBy' | 'expiresAt'>,
  now: Date,
): Refusal | null {
  const expired = status === 'expired' || (status === 'pending' && Date.parse(expiresAt) <= now.getTime());
  if (expired) return new Refusal('expired', `This approval expired at ${expiresAt}.`);
  if (decision !== null) {
    const text = `${decision.by.name} decided this approval at ${decision.at}: ${decision.decision}.`;
    return new Refusal('decided', text);
  }
  if (status === 'superseded' || status === 'cleared') {
    const text =
      status === 'cleared'
        ? 'What this approval would change is already right.'
        : 'The resource changed after this approval was shown; look at the new one.';
    return new Refusal('superseded', text, supersededBy === null ? {} : { supersededBy });
  }
  return null;
}

/** Why nothing is written to this resource now: the mode, then the stop. A stop of automatic writes refuses no decision. */
export function readOnlyRefusal(settings: Settings, resource: Resource): Refusal | null {
  if (modeFor(settings, resource) === 'audit') {
    return new Refusal('audit-mode', 'Mode audit writes nothing; an operator must choose another mode first.');
  }
  if (settings.stopped) return new Refusal('stopped', `The service is stopped: ${settings.stopped.reason}`);
  const stop = scopeStopFor(settings, resource);
  return stop === null || stop.automaticOnly ? null : new Refusal('stopped', `Writes here are stopped: ${stop.reason}`);
}

/** When the settings name approvers, only they may approve. Everybody with the role may reject. */
export function approverRefusal(settings: Settings, resource: Resource, person: Decider): Refusal | null {
  const approvers = approversFor(settings, resource);
  if (approvers === null || idsOf(person).some((id) => approvers.includes(id))) return null;
  return new Refusal(
    'forbidden',
    'The settings name the approvers of this resource (scopes[].approvers), and neither you nor a group in your token is one of them.',
  );
}

/** The object ids (lower case) under which the settings may name a person. */
export function idsOf({ objectId, groups = [] }: Decider): string[] {
  return [objectId.toLowerCase(), ...groups];
}

/** What is known about who changed the resource. */
export interface Ownership {
  /** The person is among the changers. */
  readonly isOwn: boolean;
  /** No changer is known, or one may be missing. */
  readonly isUnknown: boolean;
}

/** Own change, then changer unknown. Null when separation of duties is off. */
export function separationRefusal({ approvals }: Settings, { isOwn, isUnknown }: Ownership): Refusal | null {
  if (!approvals.separationOfDuties) return null;
  if (isOwn) {
    const text = 'You changed this resource yourself, so somebody else must approve the change.';
    return new Refusal('own-change', text);
  }
  if (!isUnknown || approvals.unknownChanger !== 'refuse') return null;
  return new Refusal(
    'changer-unknown',
    'Who had changed the resource is not known. The settings (approvals.unknownChanger) let nobody approve then; put it right at its source.',
  );
}

/** By the changers that are kept with the approval; those of an earlier version name one at most. */
function ownershipOf(
  { changers, changedBy, reasons }: Pick<Approval, 'changers' | 'changedBy' | 'reasons'>,
  { objectId }: Decider,
): Ownership {
  const isComplete = changers?.complete ?? reasons.every(({ code }) => code !== 'changer-unknown');
  const ids = [...(changers?.objectIds ?? []), ...(changedBy ? [changedBy.objectId.toLowerCase()] : [])];
  return { isOwn: ids.includes(objectId.toLowerCase()), isUnknown: !isComplete || ids.length === 0 };
}
