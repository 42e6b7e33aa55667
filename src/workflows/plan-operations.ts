/** Which intents the attempts of a plan run under: those that the log holds without an end, and new ones. */
import type { Wanted } from './apply-plan.ts';
import type { Occasion } from './facts-of.ts';
import type { OpenEntry, OpenOperation, World } from './ports.ts';
import { isUnresolved, withIntent } from './resolve-intents.ts';

/** `remembered` was held against the log as far as it is unresolved; what is attempted again of the rest is so here. */
export async function planOperations(
  world: World,
  remembered: readonly OpenOperation[],
  wanted: readonly Wanted[],
  occasion: Occasion,
): Promise<OpenOperation[]> {
  const wantFor = (entry: OpenEntry) => wanted.find((one) => isAttemptAt(entry, one));
  const concerns = (entry: OpenEntry) => !isUnresolved(entry.state) && wantFor(entry) !== undefined;
  const { operations } = await withIntent(world, remembered, occasion, concerns);
  const again = operations.map((operation) => ({
    ...operation,
    entries: operation.entries.map((entry): OpenEntry => {
      const want = wantFor(entry);
      return want ? { ...entry, changes: want.changes, attempts: entry.attempts + 1, state: 'open' } : entry;
    }),
  }));
  const fresh = wanted.filter((want) => !again.some(({ entries }) => entries.some((one) => isAttemptAt(one, want))));
  const newId = world.newId();
  const ids = new Set(fresh.map(({ operationId }) => operationId ?? newId));
  const begun = [...ids].map((operationId) => ({
    operationId,
    startedAt: occasion.at,
    trigger: occasion.trigger,
    entries: fresh.filter((want) => (want.operationId ?? newId) === operationId).map(firstAttempt),
    waitingFor: [],
  }));
  return [...again, ...begun];
}

/** Whether an attempt is at what is wanted, by the same decision. */
export function isAttemptAt(entry: OpenEntry, { digest, approvalId }: Wanted): boolean {
  return entry.digest === digest && entry.approvalId === approvalId;
}

function firstAttempt({ rule, purpose, digest, changes, approvalId }: Wanted): OpenEntry {
  return { rule: rule.id, ruleVersion: rule.version, purpose, digest, changes, approvalId, attempts: 1, state: 'open' };
}
