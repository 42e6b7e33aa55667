/**
 * Why a violation may not simply be fixed: each cause is one small function that gives the most that may happen, with its
 * reason. decide.ts takes the lowest; adding a cause is adding a function to CEILINGS.
 */
import { impactOf } from './documents.ts';
import type { Evaluation } from './evaluate.ts';
import type { Caller } from './event.ts';
import { type Exemption, exemptReason } from './exemption.ts';
import { type RuleHistory, within } from './history.ts';
import { hostingOf } from './hosting.ts';
import type { Action, Reason, ReasonCode } from './reasons.ts';
import type { Resource } from './resource.ts';
import { isWithin } from './resource.ts';
import type { Freeze, Mode, Settings } from './settings.ts';
import { bodyOf, kindsOf, provisioningFinished, type Snapshot, tagOf } from './snapshot.ts';
import { type MaintenanceWindow, opensAt } from './window.ts';

export interface Ceiling {
  readonly at: Action;
  readonly until?: string;
  readonly reason: Reason;
  /** Whether a person's approval lifts it: it only asked for one. */
  readonly liftedByApproval: boolean;
  /** It only keeps a person from being asked: what needs nobody's approval it does not hold back. */
  readonly onlyAsking?: true;
}

/** What the ceilings look at. `memory` is what is remembered of this very change, `history` of this rule on the resource. */
export interface Circumstances {
  readonly now: Date;
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
  readonly limits: Pick<Settings['limits'], 'flapCount' | 'flapHours'>;
  readonly history: RuleHistory;
  /** Those seen writing the resource since it last met the rule, the latest last. */
  readonly changers: readonly Caller[];
  /** That a sweep is looking, which tries again what keeps failing. */
  readonly retry: boolean;
  /** That its subscription has no room for it now. */
  readonly budget: BudgetHold | null;
  readonly window: MaintenanceWindow | null;
  readonly frozen: Freeze | null;
  /** Whether the tag of an app lowers its mode. */
  readonly tagOptDown: boolean;
}

/** So many failed writes within so many hours, and only the sweep tries again. */
const FAILURES = 3;
const FAILURE_HOURS = 24;
/** Impacts that wait for the maintenance window. */
const DISTURBING: readonly string[] = ['traffic', 'new-revision', 'restart'];
const MODE_TAG = 'plumbline-mode';

/** That as many resources were written automatically within the hour as may be, or older ones come first. */
export interface BudgetHold {
  /** When its turn comes, ISO. */
  readonly until: string;
  readonly used: number;
  readonly limit: number;
}

/** That a person declined, or nobody decided, this digest: it is not asked again until then, or until a new change. */
export interface ChangeMemory {
  readonly status: 'rejected' | 'expired';
  readonly at: string;
  /** ISO time; null means until somebody changes the resource again. */
  readonly until: string | null;
  /** Of a rejection: by one of those who had changed the resource. */
  readonly byChanger?: true;
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
  hostingOf(snapshot) === 'container-apps'
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
  if (memory.status === 'rejected' && memory.byChanger) {
    const text = `A person who had changed the resource rejected this change on ${memory.at}; it is not asked again before ${memory.until}.`;
    return { ...asks('report', 'rejected-before', text, true), onlyAsking: true };
  }
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

/** Fixing what somebody keeps undoing is a war that nobody wins: people settle it, and the source is where. */
const flapping: Cause = ({ rule, changes }, { history, limits, now, changers }) => {
  const fixed = within(history.fixedAt, limits.flapHours, now);
  if (fixed.length < limits.flapCount) return null;
  const { bicep, terraform } = rule.source(changes);
  const by = changers.length === 0 ? 'nobody that was seen' : changers.map(named).join(', ');
  const text = `It was fixed ${fixed.length} times in ${limits.flapHours} h and undone again, the last time by ${by}. Fix it at its source. Bicep: ${bicep} Terraform: ${terraform}`;
  return asks('queue', 'flapping', text, true);
};

const failing: Cause = (_, { history, now, retry }) => {
  const failed = within(history.failedAt, FAILURE_HOURS, now);
  if (retry || failed.length < FAILURES) return null;
  const text = `Writing it failed ${failed.length} times in ${FAILURE_HOURS} h, the last time on ${failed.at(-1)}; the next sweep tries again.`;
  return asks('report', 'failing', text, false);
};

const movedBefore: Cause = (_, { history: { alsoMovedAt } }) =>
  alsoMovedAt
    ? asks(
        'queue',
        'also-moved-before',
        `On ${alsoMovedAt} this fix moved something else along; a person decides.`,
        true,
      )
    : null;

/** Who owns an app may ask for less than the settings allow, never for more. */
const tag: Cause = (_, { snapshot, tagOptDown }) => {
  const wanted = tagOptDown ? tagOf(snapshot, MODE_TAG)?.trim().toLowerCase() : null;
  if (wanted === 'audit')
    return asks('report', 'tag-audit', `Its tag ${MODE_TAG} asks to look and report only.`, false);
  if (wanted === 'approve')
    return asks('queue', 'tag-approve', `Its tag ${MODE_TAG} asks to queue every change.`, true);
  return null;
};

const windowed: Cause = ({ changes }, { resource, window, now }) => {
  const impact = impactOf(resource.kind, changes);
  const opens = window && DISTURBING.includes(impact) ? opensAt(window, now)?.toISOString() : null;
  return opens
    ? asks(
        'hold',
        'window',
        `Its impact is ${impact}, so it waits for the maintenance window at ${opens}.`,
        false,
        opens,
      )
    : null;
};

const frozenNow: Cause = (_, { frozen }) =>
  frozen && asks('hold', 'frozen', `Frozen until ${frozen.until}: ${frozen.reason}`, false, frozen.until);

/** Only what would be written without a person waits for a turn. */
const budgeted: Cause = ({ tier: found }, { budget }) => {
  if (!budget || found !== 'safe') return null;
  const { used, limit, until } = budget;
  const text =
    limit === 0
      ? `Nothing is written without a person while fixesPerHour is 0; it is looked at again at ${until}.`
      : `Plumbline began to write ${used} of at most ${limit} resources of the subscription within the last hour; those that wait longer come first, and its turn comes at ${until}.`;
  return asks('hold', 'budget', text, true, until);
};

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
  flapping,
  failing,
  movedBefore,
  tag,
  windowed,
  frozenNow,
  budgeted,
];

function asks(at: Action, code: ReasonCode, text: string, liftedByApproval: boolean, until?: string): Ceiling {
  return { at, reason: { code, text }, liftedByApproval, ...(until === undefined ? {} : { until }) };
}

function named({ objectId, name, type }: Caller): string {
  const what = type === 'app' ? 'the application' : 'the user';
  return name === undefined ? `${what} ${objectId}` : `${what} ${name} (${objectId})`;
}
