/**
 * The memory of a resource is one row. What decides about writes (intents, approvals, history, what was declined) is small by
 * its own limits and stays; what is only shown gets the rest, and says where it was cut. The list of findings has it whole.
 */
import type { Finding } from '../domain/finding.ts';
import { cutText, LARGEST_MEMORY, MOST_DECLINED, MOST_TIMES, weightOf } from '../domain/limits.ts';
import type { ResourceMemory } from './ports.ts';

export function fitted(memory: ResourceMemory): ResourceMemory {
  const { findings, ...rest } = memory;
  const kept = { ...rest, history: historyThatFits(rest.history), declined: latestOf(rest.declined) };
  const room = LARGEST_MEMORY - weightOf(kept);
  const whole = weightOf(findings) <= room ? findings : findings.map(shortened);
  return { ...kept, findings: weightOf(whole) <= room ? whole : whole.map(bare) };
}

/** Weights of what is left of a finding where all of them together have no room. */
const SHORT_REASON = 200;
const SHORT_SENTENCE = 80;

function shortened({ decision, reason, changes, ...finding }: Finding): Finding {
  const rest = changes.length === 0 ? '' : ' Its changes have no room here; the list of findings has them.';
  return {
    ...finding,
    reason: `${cutText(reason, SHORT_REASON)}${rest}`,
    changes: [],
    decision: decision && {
      ...decision,
      reasons: decision.reasons.map(({ code, text }) => ({ code, text: cutText(text, SHORT_SENTENCE) })),
    },
  };
}

/** What decides about the next look, and no more. */
function bare({ decision, ...finding }: Finding): Finding {
  if (!decision) return { ...finding, decision };
  const reasons = decision.reasons.map(({ code }) => ({ code, text: '' }));
  return { ...finding, decision: { ...decision, reasons, ceilings: [] } };
}

/** The latest times of each rule, where those of all rules together have no room. */
function historyThatFits(history: ResourceMemory['history']): ResourceMemory['history'] {
  const rules = Object.entries(history);
  if (rules.reduce((sum, [, { fixedAt }]) => sum + fixedAt.length, 0) <= MOST_TIMES) return history;
  const most = Math.floor(MOST_TIMES / rules.length);
  return Object.fromEntries(rules.map(([rule, one]) => [rule, { ...one, fixedAt: one.fixedAt.slice(-most) }]));
}

/** Those declined last: what is forgotten is asked again. */
function latestOf(declined: ResourceMemory['declined']): ResourceMemory['declined'] {
  const all = Object.entries(declined).sort(([, a], [, b]) => (a.at < b.at ? 1 : -1));
  return Object.fromEntries(all.slice(0, MOST_DECLINED));
}
