/**
 * Whether only a sweep has found a violation: nobody was seen writing the resource since it last met the rule, and nothing
 * else brought it up (an event without a name, an approval that is open, an operator who asked). Once it was brought up, it
 * stays so until the resource meets the rule again: the decision that is remembered tells.
 */
import type { Evaluation } from '../domain/evaluate.ts';
import type { Caller } from '../domain/event.ts';
import { type Facts, isOurs, openApprovals } from './load-facts.ts';

export function foundBySweepOnly({ rule }: Evaluation, facts: Facts, changers: readonly Caller[]): boolean {
  const { message, memory, waiting, self } = facts;
  if (changers.length > 0 || waiting.some((event) => !isOurs(event, self))) return false;
  if (message.rule === rule.id || openApprovals(facts).some((approval) => approval.rule.id === rule.id)) return false;
  const before = memory.findings.find((finding) => finding.rule === rule.id);
  if (before?.verdict === 'violation' && before.tier === 'risky') {
    return before.decision?.reasons.some(({ code }) => code === 'found-by-sweep') ?? false;
  }
  const brought = message.cause === 'wake' ? memory.trigger?.type : message.cause;
  return brought === 'sweep' || brought === 'scan';
}
