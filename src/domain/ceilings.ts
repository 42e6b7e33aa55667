/**
 * Why a violation may not simply be fixed: each cause is one small function that gives the most that may happen, with its
 * reason. decide.ts takes the lowest; adding a cause is adding a function to CEILINGS.
 */
import type { Evaluation } from './evaluate.ts';
import { type Exemption, exemptReason } from './exemption.ts';
import type { Action, Reason, ReasonCode } from './reasons.ts';
import type { Resource } from './resource.ts';
import { isWithin } from './resource.ts';
import type { Mode } from './settings.ts';
import { bodyOf, kindsOf, provisioningFinished, type Snapshot } from './snapshot.ts';

export interface Ceiling {
  readonly at: Action;
  readonly until?: string;
  readonly reason: Reason;
  /** Whether a person's approval lifts it: it only asked for one. */
  readonly liftedByApproval: boolean;
}

/** What the ceilings look at. `memory` is what is remembered of this very change. */
export interface Circumstances {
  readonly resource: Resource;
  readonly snapshot: Snapshot;
  readonly mode: Mode;
  readonly stopped: { readonly reason: string } | null;
  readonly selfId: string | null;
  /** That nobody but the sweep has brought it up, and operators want such findings reported only. */
  readonly foundBySweep: boolean;
  readonly memory: ChangeMemory | null;
  /** The exemption of the rule on the resource that is in force. */
  readonly exemption: Exemption | null;
}

/** That a person declined, or nobody decided, this digest: it is not asked again until then, or until a new change. */
export interface ChangeMemory {
  readonly status: 'rejected' | 'expired';
  readonly at: string;
  /** ISO time; null means until somebody changes the resource again. */
  readonly until: string | null;
}

type Cause = (evaluation: Evaluation, at: Circumstances) => Ceiling | null;

const exempt: Cause = (_, { exemption }) =>
  exemption && { at: 'exempt', until: exemption.expires, reason: exemptReason(exemption), liftedByApproval: false };

const tier: Cause = ({ tier: found, rule }) => {
  if (found === 'advice')
    return asks(
      'report',
      'tier-advice',
      'There is no fix that a service could make; the reason says what to do.',
      false,
    );
  if (found === 'risky') return asks('queue', 'tier-risky', `A person decides: ${rule.risk}`, true);
  return null;
};

const mode: Cause = (_, { mode: chosen }) => {
  if (chosen === 'audit') return asks('report', 'mode-audit', 'Mode audit looks and reports only.', false);
  if (chosen === 'approve') return asks('queue', 'mode-approve', 'Mode approve queues every change.', true);
  return null;
};

const stop: Cause = (_, { stopped }) =>
  stopped && asks('hold', 'stopped', `The service is stopped: ${stopped.reason}`, false);

const kind: Cause = (_, { snapshot }) => {
  const kinds = kindsOf(snapshot);
  if (kinds.includes('workflowapp'))
    return asks('queue', 'logic-app', 'Changes to logic apps are decided by a person.', true);
  if (kinds.includes('functionapp'))
    return asks('queue', 'function-app', 'Changes to function apps are decided by a person.', true);
  return null;
};

const hosted: Cause = (_, { snapshot }) =>
  kindsOf(snapshot).includes('azurecontainerapps')
    ? asks('report', 'hosted-on-container-apps', 'The app is hosted on Container Apps and never written.', false)
    : null;

const managed: Cause = (_, { snapshot }) => {
  const owner = bodyOf(snapshot, 'resource')?.managedBy;
  return typeof owner === 'string' && owner !== ''
    ? asks('report', 'managed-by', `Another service manages it (${owner}), so it is never written.`, false)
    : null;
};

const self: Cause = (_, { resource, selfId }) =>
  selfId && isWithin(resource.key, selfId)
    ? asks('report', 'self', 'It is Plumbline itself, which never writes itself.', false)
    : null;

const declined: Cause = (_, { memory }) => {
  if (!memory) return null;
  if (memory.status === 'rejected') {
    return asks(
      'report',
      'rejected-before',
      `A person rejected this change on ${memory.at}; it is not asked again before ${memory.until}.`,
      true,
    );
  }
  return asks(
    'report',
    'expired-before',
    `Nobody decided this change before it expired on ${memory.at}; it is asked again after a new change.`,
    true,
  );
};

/** Nobody wants three thousand cards on the first day: an operator says which of them come before people. */
const swept: Cause = ({ tier: found }, { foundBySweep }) =>
  foundBySweep && found === 'risky'
    ? asks('report', 'found-by-sweep', 'Only the sweep found it: it is queued when an operator asks for it.', true)
    : null;

const provisioning: Cause = (_, { snapshot }) =>
  provisioningFinished(snapshot)
    ? null
    : asks('hold', 'provisioning', 'Azure is still working on the resource.', false);

/** Without the resource itself its kind and its owner are not known: fail closed. */
const unread: Cause = (_, { snapshot }) =>
  bodyOf(snapshot, 'resource')
    ? null
    : asks('report', 'unread', 'The resource itself could not be read, so nothing on it is written.', false);

export const CEILINGS: readonly Cause[] = [
  exempt,
  unread,
  tier,
  mode,
  stop,
  kind,
  hosted,
  managed,
  self,
  declined,
  swept,
  provisioning,
];

function asks(at: Action, code: ReasonCode, text: string, liftedByApproval: boolean): Ceiling {
  return { at, reason: { code, text }, liftedByApproval };
}
