/**
 * Intents whose outcome is not in the log, resolved by what a fresh read shows: the planned values mean applied, the old
 * ones that the write may still come, anything else that it failed. Intents that ended otherwise are only remembered, so
 * that a further attempt at the same changes runs under them.
 */
import type { AuditFact } from '../domain/audit.ts';
import { type Change, standing } from '../domain/change.ts';
import type { Reason } from '../domain/reasons.ts';
import { provisioningFinished, type Snapshot } from '../domain/snapshot.ts';
import { type Ending, endingFact, intendedId, type Occasion, partly } from './facts-of.ts';
import type { OpenEntry, OpenOperation, World } from './ports.ts';
import { signedEntry } from './signed-entry.ts';

export interface Resolution {
  /** What is still remembered: open, unknown or ended attempts whose changes may be tried again. */
  readonly operations: readonly OpenOperation[];
  readonly facts: readonly AuditFact[];
  readonly ended: readonly EndedEntry[];
  /** Azure is still carrying one out: look again later. */
  readonly running: boolean;
}

export interface EndedEntry {
  readonly operationId: string;
  readonly entry: OpenEntry;
  readonly state: Ending['state'];
  readonly reasons: Ending['reasons'];
  readonly factId: string;
  /** Of an attempt that was carried out in part: those changes. */
  readonly part?: readonly Change[];
}

export async function resolveIntents(
  world: World,
  remembered: readonly OpenOperation[],
  snapshot: Snapshot,
  occasion: Occasion,
): Promise<Resolution> {
  const operations = await withIntent(world, remembered);
  if (operations.every(({ entries }) => entries.every(({ state }) => !isUnresolved(state)))) {
    return { operations, facts: [], ended: [], running: false };
  }
  const asked = await Promise.all(
    operations.flatMap(({ waitingFor }) => waitingFor).map((url) => world.arm.operation(url)),
  );
  if (!provisioningFinished(snapshot) || asked.some(({ kind }) => kind === 'running')) {
    return { operations, facts: [], ended: [], running: true };
  }
  const facts: AuditFact[] = [];
  const ended: EndedEntry[] = [];
  const kept = operations.map((operation) => {
    const entries = operation.entries.flatMap((entry): OpenEntry[] => {
      const ending = isUnresolved(entry.state) ? endingOf(entry, snapshot) : null;
      if (!ending) return [entry];
      const fact = endingFact({ ...occasion, trigger: operation.trigger }, operation.operationId, entry, ending);
      facts.push(fact);
      ended.push({
        operationId: operation.operationId,
        entry,
        state: ending.state,
        reasons: ending.reasons,
        factId: fact.id,
        ...(ending.part ? { part: ending.part } : {}),
      });
      return ending.state === 'applied' ? [] : [{ ...entry, state: 'failed' }];
    });
    return { ...operation, entries, waitingFor: [] };
  });
  return { operations: kept.filter(({ entries }) => entries.length > 0), facts, ended, running: false };
}

/**
 * A crash may come between remembering an intent and logging it: then nothing was written, and there is nothing to end. What
 * was intended is what the log says, which is signed.
 */
export async function withIntent(world: World, operations: readonly OpenOperation[]): Promise<OpenOperation[]> {
  const checked = await Promise.all(
    operations.map(async (operation) => {
      const entries = await Promise.all(
        operation.entries.map(async (entry) => {
          if (!isUnresolved(entry.state)) return [entry];
          const intent = await signedEntry(world, intendedId(operation.operationId, entry));
          return intent?.kind === `${entry.purpose}.intended` ? [{ ...entry, changes: intent.changes }] : [];
        }),
      );
      return { ...operation, entries: entries.flat() };
    }),
  );
  return checked.filter(({ entries }) => entries.length > 0);
}

export function isUnresolved(state: OpenEntry['state']): boolean {
  return state === 'open' || state === 'unknown';
}

/**
 * Open intents that are not tried again now: the old values are still there, or could not be read, so their outcome is
 * unknown until a later read. Ended attempts are forgotten once their change is no longer what the resource needs.
 */
export function setAside(
  operations: readonly OpenOperation[],
  attempted: ReadonlySet<string>,
  needed: ReadonlySet<string>,
  occasion: Occasion,
): Pick<Resolution, 'operations' | 'facts' | 'ended'> {
  const facts: AuditFact[] = [];
  const ended: EndedEntry[] = [];
  const kept = operations.map((operation) => ({
    ...operation,
    entries: operation.entries.flatMap((entry): OpenEntry[] => {
      if (attempted.has(entry.digest)) return [entry];
      if (!isUnresolved(entry.state)) return needed.has(entry.digest) ? [entry] : [];
      if (entry.state === 'unknown') return [entry];
      const ending: Ending = {
        state: 'unknown',
        reasons: [{ code: 'not-verified', text: NOT_SEEN }],
        alsoMoved: [],
        arm: null,
        message: NOT_SEEN,
        cause: '',
      };
      const fact = endingFact({ ...occasion, trigger: operation.trigger }, operation.operationId, entry, ending);
      facts.push(fact);
      ended.push({
        operationId: operation.operationId,
        entry,
        state: 'unknown',
        reasons: ending.reasons,
        factId: fact.id,
      });
      return [{ ...entry, state: 'unknown' }];
    }),
  }));
  return { operations: kept.filter(({ entries }) => entries.length > 0), facts, ended };
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
