/**
 * The constraints on a violation. Each constraint is a small function that returns the most permissive allowed action,
 * with its reason. decide.ts takes the strictest. A new constraint is a function in CONSTRAINTS.
 */

import * as z from 'zod';
import { type Exemption, exemptReason } from '../approvals/exemption.ts';
import { invertChanges } from '../changes/change.ts';
import { impactOf } from '../resources/documents.ts';
import { DAY_MS, HOUR_MS, timeAfter } from '../resources/durations.ts';
import type { Caller } from '../resources/principal.ts';
import type { Action, Reason, ReasonCode } from '../resources/reasons.ts';
import type { Resource } from '../resources/resource.ts';
import { isInScope } from '../resources/resource.ts';
import { type Infer, time } from '../resources/schema.ts';
import type { Evaluation } from '../rules/evaluate.ts';
import { type RuleHistory, withinHours } from '../rules/history.ts';
import { nextOpening } from '../rules/maintenance-window.ts';
import type { Policy } from '../rules/policy.ts';
import { MODE_TAG, type ResourceFacts } from './facts.ts';

export interface AppliedConstraint {
  readonly action: Action;
  readonly until?: string | undefined;
  readonly reason: Reason;
  /** Whether an approval lifts the constraint, because it only requires one. */
  readonly liftedByApproval: boolean;
  /** The constraint only prevents an approval request. It does not affect what needs no approval. */
  readonly approvalRequestsOnly?: true;
}

/** The input of the constraints. `declined` is about these changes, `history` about this rule on the resource. */
export interface DecisionInput extends Policy {
  readonly now: Date;
  readonly resource: Resource;
  readonly facts: ResourceFacts;
  readonly selfId: string | null;
  /** Only the sweep found the violation, and the settings say to report such findings only. */
  readonly foundBySweep: boolean;
  readonly declined: DeclinedChange | null;
  /** The exemption of the rule on the resource that is in force. */
  readonly exemption: Exemption | null;
  readonly history: RuleHistory;
  /** The writers of the resource since it last met the rule, oldest first. */
  readonly changers: readonly Caller[];
  /** A sweep retries what keeps failing. */
  readonly retryFailing: boolean;
  /** The hold when the hourly budget refused the resource. */
  readonly budgetHold: BudgetHold | null;
  /** Why a roll-out of the rule holds the resource. */
  readonly rolloutHold: string | null;
}

/** After so many failed writes within so many hours only the sweep retries. */
const MAX_FAILURES = 3;
const FAILURE_HOURS = 24;

const WORSE_MS = 7 * DAY_MS;

/** Impacts that wait for the maintenance window. */
const DISRUPTIVE: readonly string[] = ['traffic', 'new-revision', 'restart'];

/** Whether these changes restart the resource or touch its traffic. */
export function isDisruptive({ kind }: Pick<Resource, 'kind'>, changes: Evaluation['changes']): boolean {
  return DISRUPTIVE.includes(impactOf(kind, changes));
}

/** The hourly budget refused the resource: the limit is reached, or older resources come first. */
export interface BudgetHold {
  /** The expected time of its slot (ISO). */
  readonly until: string;
  readonly used: number;
  readonly limit: number;
}

/** A digest that was rejected or expired. It is not requested again until that time, or until a new change. */
export const declinedChange = z.strictObject({
  status: z.enum(['rejected', 'expired']),
  at: time,
  /** Null means until somebody changes the resource. */
  until: time.nullable(),
  /** The user who rejected it was a changer of the resource. */
  byChanger: z.literal(true).exactOptional(),
});
export type DeclinedChange = Infer<typeof declinedChange>;

/** Whether the change is still not requested again; an expired one is not, until somebody changes the resource. */
export function isDeclined({ until }: DeclinedChange, now: Date): boolean {
  return until === null || Date.parse(until) > now.getTime();
}

type Constraint = (evaluation: Evaluation, at: DecisionInput) => AppliedConstraint | null;

const exempt: Constraint = (_, { exemption }) =>
  exemption && { action: 'exempt', until: exemption.expires, reason: exemptReason(exemption), liftedByApproval: false };

const tier: Constraint = ({ tier: found, rule }) => {
  if (found === 'advice')
    return always('report', 'tier-advice', 'There is no fix that a service could make; the reason says what to do.');
  if (found === 'risky') return unlessApproved('queue', 'tier-risky', `A person decides: ${rule.risk}`);
  return null;
};

const mode: Constraint = (_, { mode: chosen }) => {
  if (chosen === 'audit') return always('report', 'mode-audit', 'Mode audit looks and reports only.');
  if (chosen === 'approve') return unlessApproved('queue', 'mode-approve', 'Mode approve queues every change.');
  return null;
};

const serviceStopped: Constraint = (_, { stopped }) =>
  stopped && always('hold', 'stopped', `The service is stopped: ${stopped.reason}`);

/** A stop of a part. The health gate stops automatic writes only. The next change of the settings looks again at once. */
const scopeStopped: Constraint = (_, { scopeStopped: stop, now }) => {
  if (!stop) return null;
  const again = timeAfter(now, HOUR_MS).toISOString();
  return stop.automaticOnly
    ? unlessApproved('hold', 'stopped', `Automatic writes are stopped here: ${stop.reason}`, again)
    : always('hold', 'stopped', `Writes are stopped here: ${stop.reason}`, again);
};

const appKind: Constraint = (_, { facts }) => {
  if (facts.app === 'logic-app')
    return unlessApproved('queue', 'logic-app', 'Changes to logic apps are decided by a person.');
  if (facts.app === 'function-app')
    return unlessApproved('queue', 'function-app', 'Changes to function apps are decided by a person.');
  return null;
};

const hostedOnContainerApps: Constraint = (_, { facts }) =>
  facts.onContainerApps
    ? always('report', 'hosted-on-container-apps', 'The app is hosted on Container Apps and never written.')
    : null;

const managedByOther: Constraint = (_, { facts: { managedBy } }) =>
  managedBy === undefined
    ? null
    : always('report', 'managed-by', `Another service manages it (${managedBy}), so it is never written.`);

const self: Constraint = (_, { resource, selfId }) =>
  selfId && isInScope(resource.key, selfId)
    ? always('report', 'self', 'It is Plumbline itself, which never writes itself.')
    : null;

const declinedBefore: Constraint = (_, { declined }) => {
  if (!declined) return null;
  if (declined.status === 'rejected' && declined.byChanger) {
    const text = `A person who had changed the resource rejected this change on ${declined.at}; it is not asked again before ${declined.until}.`;
    return { ...unlessApproved('report', 'rejected-before', text), approvalRequestsOnly: true };
  }
  if (declined.status === 'rejected') {
    return unlessApproved(
      'report',
      'rejected-before',
      `A person rejected this change on ${declined.at}; it is not asked again before ${declined.until}.`,
    );
  }
  return unlessApproved(
    'report',
    'expired-before',
    `Nobody decided this change before it expired on ${declined.at}; it is asked again after a new change.`,
  );
};

/** A first sweep may find thousands of violations. An operator decides for which of them approvals are requested. */
const sweepOnly: Constraint = ({ tier: found }, { foundBySweep }) =>
  foundBySweep && found === 'risky'
    ? unlessApproved('report', 'found-by-sweep', 'Only the sweep found it: it is queued when an operator asks for it.')
    : null;

const provisioning: Constraint = (_, { facts }) =>
  facts.provisioning ? always('hold', 'provisioning', 'Azure is still working on the resource.') : null;

/** Repeated reverts are not fixed again and again: a user decides, and the fix belongs into the source. */
const flapping: Constraint = ({ rule, changes }, { history, limits, now, changers }) => {
  const fixed = withinHours(history.fixedAt, limits.flapHours, now);
  if (fixed.length < limits.flapCount) return null;
  const { bicep, terraform } = rule.source(changes);
  const by = changers.length === 0 ? 'nobody that was seen' : changers.map(describeCaller).join(', ');
  const text = `It was fixed ${fixed.length} times in ${limits.flapHours} h and undone again, the last time by ${by}. Fix it at its source. Bicep: ${bicep} Terraform: ${terraform}`;
  return unlessApproved('queue', 'flapping', text);
};

const failing: Constraint = (_, { history, now, retryFailing }) => {
  const failed = withinHours(history.failedAt, FAILURE_HOURS, now);
  if (retryFailing || failed.length < MAX_FAILURES) return null;
  const text = `Writing it failed ${failed.length} times in ${FAILURE_HOURS} h, the last time on ${failed.at(-1)}; the next sweep tries again.`;
  return always('report', 'failing', text);
};

const alsoMovedBefore: Constraint = (_, { history: { alsoMovedAt } }) =>
  alsoMovedAt
    ? unlessApproved(
        'queue',
        'also-moved-before',
        `On ${alsoMovedAt} this fix moved something else along; a person decides.`,
      )
    : null;

/** After a fix made the app worse, a person decides about it for a week. */
const worseBefore: Constraint = (_, { history: { worseAt }, now }) => {
  if (worseAt === undefined || timeAfter(worseAt, WORSE_MS) <= now) return null;
  const until = timeAfter(worseAt, WORSE_MS).toISOString();
  return unlessApproved(
    'queue',
    'health-gate',
    `On ${worseAt} the app was worse after this fix; until ${until} a person decides.`,
  );
};

/** The settings may want a person for what the health gate could not roll back. */
const irreversible: Constraint = ({ rule, changes }, { resource, healthGate }) => {
  if (!healthGate.enabled || healthGate.irreversible !== 'ask' || !isDisruptive(resource, changes)) return null;
  if (rule.reversible && invertChanges(changes) !== null) return null;
  return unlessApproved('queue', 'irreversible', 'It disturbs the app and could not be rolled back; a person decides.');
};

/** The owner of an app may request less than the settings allow, never more. */
const tag: Constraint = (_, { facts: { modeTag }, tagOptDown }) => {
  if (!tagOptDown) return null;
  if (modeTag === 'audit') return always('report', 'tag-audit', `Its tag ${MODE_TAG} asks to look and report only.`);
  if (modeTag === 'approve')
    return unlessApproved('queue', 'tag-approve', `Its tag ${MODE_TAG} asks to queue every change.`);
  return null;
};

const outsideWindow: Constraint = ({ changes }, { resource, window, now }) => {
  const impact = impactOf(resource.kind, changes);
  const opens = window && DISRUPTIVE.includes(impact) ? nextOpening(window, now)?.toISOString() : null;
  return opens
    ? always('hold', 'window', `Its impact is ${impact}, so it waits for the maintenance window at ${opens}.`, opens)
    : null;
};

const freeze: Constraint = (_, { frozen }) =>
  frozen && always('hold', 'frozen', `Frozen until ${frozen.until}: ${frozen.reason}`, frozen.until);

/** Only automatic writes use the budget. */
const overBudget: Constraint = ({ tier: found }, { budgetHold }) => {
  if (!budgetHold || found !== 'safe') return null;
  const { used, limit, until } = budgetHold;
  const text =
    limit === 0
      ? `Nothing is written without a person while fixesPerHour is 0; it is looked at again at ${until}.`
      : `Plumbline began to write ${used} of at most ${limit} resources of the subscription within the last hour; those that wait longer come first, and its turn comes at ${until}.`;
  return unlessApproved('hold', 'budget', text, until);
};

/** Only automatic writes wait for their stage. The roll-out queues the resource when its stage begins. */
const laterStage: Constraint = ({ tier: found }, { rolloutHold }) =>
  rolloutHold !== null && found === 'safe' ? unlessApproved('hold', 'rollout', rolloutHold) : null;

/** Without the resource its kind and manager are not known: fail closed. */
const resourceUnread: Constraint = (_, { facts }) =>
  facts.unread
    ? always('report', 'unread', 'The resource itself could not be read, so nothing on it is written.')
    : null;

export const CONSTRAINTS: readonly Constraint[] = [
  exempt,
  resourceUnread,
  tier,
  mode,
  serviceStopped,
  scopeStopped,
  appKind,
  hostedOnContainerApps,
  managedByOther,
  self,
  declinedBefore,
  sweepOnly,
  provisioning,
  flapping,
  failing,
  alsoMovedBefore,
  worseBefore,
  irreversible,
  tag,
  outsideWindow,
  freeze,
  overBudget,
  laterStage,
];

/** A constraint that an approval lifts, because it only requires one. */
function unlessApproved(action: Action, code: ReasonCode, text: string, until?: string): AppliedConstraint {
  return { ...always(action, code, text, until), liftedByApproval: true };
}

function always(action: Action, code: ReasonCode, text: string, until?: string): AppliedConstraint {
  return { action, reason: { code, text }, liftedByApproval: false, until };
}

function describeCaller({ objectId, name, type }: Caller): string {
  const what = type === 'app' ? 'the application' : 'the user';
  return name === undefined ? `${what} ${objectId}` : `${what} ${name} (${objectId})`;
}
