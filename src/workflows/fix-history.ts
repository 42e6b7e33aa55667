/** By rule, what became of its fixes, with those that have ended now. Putting a fix back says nothing about the next one. */
import { NO_HISTORY, type RuleHistory, withEnd } from '../domain/history.ts';
import type { EndedEntry } from './resolve-intents.ts';

export function historyAfter(
  history: Readonly<Record<string, RuleHistory>>,
  ended: readonly EndedEntry[],
  at: Date,
): Readonly<Record<string, RuleHistory>> {
  const after = new Map(Object.entries(history));
  for (const { entry, state, reasons } of ended) {
    if (entry.purpose !== 'fix') continue;
    const alsoMoved = reasons.some(({ code }) => code === 'also-moved');
    after.set(entry.rule, withEnd(after.get(entry.rule) ?? NO_HISTORY, { state, alsoMoved }, at.toISOString()));
  }
  return Object.fromEntries(after);
}
