/** By rule, what became of its fixes, with those that have ended now. Putting a fix back says nothing about the next one. */
import { NO_HISTORY, type RuleHistory, withEnd } from '../domain/history.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import type { EndedEntry } from './resolve-intents.ts';

/** What a failed write is told with. */
const FAILURES: readonly ReasonCode[] = ['invalid', 'gone', 'not-verified'];

export function historyAfter(
  history: Readonly<Record<string, RuleHistory>>,
  ended: readonly EndedEntry[],
  at: Date,
): Readonly<Record<string, RuleHistory>> {
  const after = new Map(Object.entries(history));
  for (const { entry, state, reasons } of ended) {
    if (entry.purpose !== 'fix') continue;
    const has = (code: ReasonCode) => reasons.some((reason) => reason.code === code);
    // That the rest of a plan was not sent yet is no failed write: its reason would be told.
    const left = state === 'failed' && has('part-applied') && !FAILURES.some(has);
    const end = { state: left ? 'left' : state, alsoMoved: has('also-moved') };
    after.set(entry.rule, withEnd(after.get(entry.rule) ?? NO_HISTORY, end, at.toISOString()));
  }
  return Object.fromEntries(after);
}
