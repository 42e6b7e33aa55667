/**
 * Whether only a sweep has found a violation: nobody was seen writing the resource since it last met the rule, and nothing
 * else brought it up (an event without a name, an approval that is open, an operator who asked). Once it was brought up, it
 * stays so until the resource meets the rule again: the decision that is remembered tells.
 */
import type { Evaluation } from '../domain/evaluate.ts';
import type { Writer } from '../domain/writers.ts';
import { type Facts, openApprovals } from './load-facts.ts';
import { isOurs } from './who-changed.ts';

export function foundBySweepOnly({ rule }: Evaluation, facts: Facts, changers: readonly Writer[]): boolean {
  const { message, memory, waiting, self } = facts;
  if (waiting.some((event) => !isOurs(event, self))) return false;
  if (message.rule === rule.id || openApprovals(facts).some((approval) => approval.rule.id === rule.id)) return false;
  const before = memory.findings.find((finding) => finding.rule === rule.id);
  // Of a rule that nobody looked at before, who wrote the resource tells nothing; the Activity Log brings nothing up.
  if (before && changers.some(({ source }) => source === 'event')) return false;
  if (before?.verdict === 'violation' && before.tier === 'risky') {
    return before.decision?.reasons.some(({ code }) => code === 'found-by-sweep') ?? false;
  }
  const brought = message.cause === 'wake' ? memory.trigger?.type : message.cause;
  return brought === 'sweep' || brought === 'scan';
}
