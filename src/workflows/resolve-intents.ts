/**
 * Intents whose outcome is not in the log, resolved by what a fresh read shows: the planned values mean applied, the old
 * ones that the write may still come, anything else that it failed. Intents that ended otherwise are only remembered, so
 * that a further attempt at the same changes runs under them.
 */
import type { AuditEntry, AuditFact } from '../domain/audit.ts';
import { type Change, standing } from '../domain/change.ts';
import { digestIn } from '../domain/digests.ts';
import type { Reason } from '../domain/reasons.ts';
import { provisioningFinished, type Snapshot } from '../domain/snapshot.ts';
import {
  type Ending,
  endAmong,
  endingFact,
  endingIn,
  intendedId,
  type Occasion,
  partly,
  subjectOf,
} from './facts-of.ts';
import type { OpenEntry, OpenOperation, World } from './ports.ts';
import type { ApprovalPlan } from './settle-approvals.ts';

export interface Resolution extends Intents {
  readonly facts: readonly AuditFact[];
  /** Azure is still carrying one out: look again later. */
  readonly running: boolean;
}

/** What is remembered of attempts, held against the log. */
export interface Intents {
  /** What may still be carried out, or resolved. */
  readonly operations: readonly OpenOperation[];
  /** The signed intent of each entry that was held against the log. */
  readonly signed: ReadonlyMap<OpenEntry, AuditEntry>;
  /** What the log tells of more than what was remembered, or what became of it now. */
  readonly ended: readonly EndedEntry[];
}

/** An attempt with the signed entry of its intent. */
export interface Attempted {
  readonly operationId: string;
  readonly entry: OpenEntry;
  readonly intent: AuditEntry;
}

export interface EndedEntry extends Attempted {
  readonly state: Ending['state'];
  readonly reasons: Ending['reasons'];
  readonly factId: string;
  /** Of an attempt that was carried out in part: those changes. */
  readonly part?: readonly Change[];
  /** Its end was in the log before this look: only the memory did not know it. */
  readonly told?: true;
}

/** Adds how an attempt stands: the fact for the log, and what a look makes of it. */
export function tell(
  { facts, ended }: { readonly facts: AuditFact[]; readonly ended: EndedEntry[] },
  occasion: Occasion,
  attempted: Attempted,
  ending: Ending,
): void {
  const fact = endingFact(occasion, attempted.intent, ending);
  facts.push(fact);
  ended.push(endedBy(attempted, ending, fact.id));
}

function endedBy(attempted: Attempted, { state, reasons, part }: Ending, factId: string): EndedEntry {
  return { ...attempted, state, reasons, factId, ...(part ? { part } : {}) };
}

export async function resolveIntents(
  world: World,
  remembered: readonly OpenOperation[],
  snapshot: Snapshot,
  occasion: Occasion,
): Promise<Resolution> {
  const intents = await withIntent(world, remembered, occasion, ({ state }) => isUnresolved(state));
  const { operations } = intents;
  const unresolved = { ...intents, facts: [], running: false };
  if (operations.every(({ entries }) => entries.every(({ state }) => !isUnresolved(state)))) return unresolved;
  const asked = await Promise.all(
    operations.flatMap(({ waitingFor }) => waitingFor).map((url) => world.arm.operation(url)),
  );
  if (!provisioningFinished(snapshot) || asked.some(({ kind }) => kind === 'running')) {
    return { ...unresolved, running: true };
  }
  const { facts, ended, ...left } = follow(intents, occasion, (entry, intent) => {
    const ending = intent && isUnresolved(entry.state) ? endingOf(entry, snapshot) : null;
    return ending ? { left: null, ending } : { left: entry };
  });
  const kept = left.operations.map((operation) => ({ ...operation, waitingFor: [] }));
  return { operations: kept, signed: intents.signed, facts, ended: [...intents.ended, ...ended], running: false };
}

/**
 * The entries that `concerns` names, as the log has them. A crash may come between remembering an intent and logging it: then
 * nothing was written, and the entry goes. One whose end is in the log has ended, whatever is remembered. What was intended
 * is what was signed, for this resource; a row that says otherwise is named.
 */
export async function withIntent(
  world: World,
  operations: readonly OpenOperation[],
  { resource }: Pick<Occasion, 'resource'>,
  concerns: (entry: OpenEntry) => boolean,
): Promise<Intents> {
  const signed = new Map<OpenEntry, AuditEntry>();
  const ended: EndedEntry[] = [];
  const checked = await Promise.all(
    operations.map(async (operation) => {
      const entries = await Promise.all(
        operation.entries.map(async (entry): Promise<OpenEntry[]> => {
          if (!concerns(entry)) return [entry];
          const { operationId } = operation;
          const known = await world.audit.about(subjectOf(operationId, entry));
          const intent = known.find(({ id }) => id === intendedId(operationId, entry));
          if (!intent) return [];
          const digest = digestIn(intent.reasons);
          if (!isIntentOf(intent, resource.id, operationId, entry) || digest === null) {
            world.log.warn(
              { resource: resource.id, operationId, auditId: intent.id },
              'a remembered attempt is not what the log says; it is left out',
            );
            return [];
          }
          const attempt = { ...entry, changes: intent.changes, digest };
          const end = endAmong(known, intent);
          if (end)
            ended.push({ ...endedBy({ operationId, entry: attempt, intent }, endingIn(end), end.id), told: true });
          else signed.set(attempt, intent);
          return end ? [] : [attempt];
        }),
      );
      return { ...operation, entries: entries.flat() };
    }),
  );
  return { operations: withEntries(checked), signed, ended };
}

function isIntentOf(intent: AuditEntry, resource: string, operationId: string, entry: OpenEntry): boolean {
  return (
    intent.kind === `${entry.purpose}.intended` &&
    intent.resource?.id.toLowerCase() === resource.toLowerCase() &&
    intent.operationId === operationId &&
    intent.rule === entry.rule
  );
}

function withEntries(operations: readonly OpenOperation[]): OpenOperation[] {
  return operations.filter(({ entries }) => entries.length > 0);
}

export function isUnresolved(state: OpenEntry['state']): boolean {
  return state === 'open' || state === 'unknown';
}

/**
 * Intents without an outcome whose approval was superseded in this look end with it: the old values are there, and whoever
 * approves them anew has an intent of their own.
 */
export function endSettled(
  intents: Followed,
  { store }: Pick<ApprovalPlan, 'store'>,
  occasion: Occasion,
): Pick<Resolution, 'operations' | 'facts' | 'ended'> {
  return follow(intents, occasion, (entry, intent) => {
    const found = store.find(({ approval }) => approval.id === entry.approvalId)?.approval;
    if (found?.status !== 'superseded') return { left: entry };
    if (!intent) return { left: null };
    const { reasons } = found;
    const message = reasons.map(({ text }) => text).join(' ');
    return { left: null, ending: { state: 'failed', reasons, alsoMoved: [], arm: null, message, cause: '' } };
  });
}

/**
 * Open intents that are not tried again now: the old values are still there, or could not be read, so their outcome is
 * unknown until a later read. Ended attempts are forgotten once their change is no longer what the resource needs.
 */
export function setAside(
  intents: Followed,
  isAttempted: (entry: OpenEntry) => boolean,
  needed: ReadonlySet<string>,
  occasion: Occasion,
): Pick<Resolution, 'operations' | 'facts' | 'ended'> {
  return follow(intents, occasion, (entry, intent) => {
    if (isAttempted(entry)) return { left: entry };
    if (!isUnresolved(entry.state)) return { left: needed.has(entry.digest) ? entry : null };
    if (entry.state === 'unknown' || !intent) return { left: entry };
    const reasons = [{ code: 'not-verified' as const, text: NOT_SEEN }];
    const ending: Ending = { state: 'unknown', reasons, alsoMoved: [], arm: null, message: NOT_SEEN, cause: '' };
    return { left: { ...entry, state: 'unknown' }, ending };
  });
}

type Followed = Pick<Intents, 'operations' | 'signed'>;

/** What is left to remember of an attempt, and how it stands where that is to be told: only of one whose intent is known. */
interface Fate {
  readonly left: OpenEntry | null;
  readonly ending?: Ending;
}

/** What becomes of each remembered attempt, told by the trigger of its intent. */
function follow(
  { operations, signed }: Followed,
  occasion: Occasion,
  fateOf: (entry: OpenEntry, intent: AuditEntry | undefined) => Fate,
): Pick<Resolution, 'operations' | 'facts' | 'ended'> {
  const facts: AuditFact[] = [];
  const ended: EndedEntry[] = [];
  const kept = operations.map((operation) => {
    const { operationId } = operation;
    const entries = operation.entries.flatMap((entry): OpenEntry[] => {
      const intent = signed.get(entry);
      const { left, ending } = fateOf(entry, intent);
      if (intent && ending) {
        tell({ facts, ended }, asIntended(occasion, intent), { operationId, entry, intent }, ending);
      }
      return left ? [left] : [];
    });
    return { ...operation, entries };
  });
  return { operations: withEntries(kept), facts, ended };
}

/** What brought an attempt up stands with its intent, whatever has a later look find its end. */
function asIntended(occasion: Occasion, { trigger }: AuditEntry): Occasion {
  return { ...occasion, trigger: trigger ?? occasion.trigger };
}

const NOT_SEEN = 'The planned values were not seen, and the change may not be tried again now; a later read decides.';
/** What was there before is not kept beyond the look that writes: a row of it would prove nothing. */
const NOT_COMPARED: Reason = {
  code: 'unread',
  text: 'A later look found it, so what else moved with the write is not known.',
};

function endingOf(entry: OpenEntry, snapshot: Snapshot): Ending | null {
  const common = { alsoMoved: [], arm: null, cause: '' };
  switch (standing(entry.changes, snapshot)) {
    case 'planned': {
      const message = 'A later read shows the planned values.';
      return { ...common, state: 'applied', reasons: [NOT_COMPARED], message };
    }
    case 'other': {
      const stands = (change: Change) => standing([change], snapshot);
      const part = entry.changes.filter((change) => stands(change) === 'planned');
      // The process ended between two requests, or Azure asked to wait with the second: the rest is planned anew.
      const rest = part.length > 0 && entry.changes.every((change) => stands(change) !== 'other');
      const text = rest
        ? 'A later read shows a part of the planned values.'
        : 'A later read shows neither the planned values nor those before.';
      const reasons = rest ? [NOT_COMPARED] : [{ code: 'not-verified' as const, text }];
      return partly({ ...common, state: 'failed', reasons, message: text }, entry.changes, part);
    }
    // The old values: either the write never went out, or it does not show yet. Unread: nothing is known.
    default:
      return null;
  }
}
