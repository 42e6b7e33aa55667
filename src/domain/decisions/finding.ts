/** A finding: the verdict of a rule on a resource, its reason, and the decision about it. */
import * as z from 'zod';
import { resourceView } from '../resources/resource.ts';
import { type Infer, time } from '../resources/schema.ts';
import { reference, ruleResult } from '../rules/rule.ts';
import { decisionBasis } from './basis.ts';
import { decision } from './decide.ts';

export const finding = z.strictObject({
  rule: z.string(),
  title: z.string(),
  ...ruleResult.shape,
  resource: resourceView,
  references: z.array(reference),
  /** When the verdict changed to this one. */
  since: time,
  evaluatedAt: time,
  decision: decision.nullable().describe('null unless the verdict is violation'),
  /** For previews only. A violation that an earlier version evaluated has none. */
  basis: decisionBasis.exactOptional(),
});
export type Finding = Infer<typeof finding>;

/** Whether only a roll-out holds the violation, for as long as nobody knows: it queues the resource when its stage begins. */
export function isHeldByRollout({ decision }: Finding): boolean {
  if (decision?.action !== 'hold' || decision.until !== null) return false;
  const openEnded = decision.ceilings.filter(({ at, until }) => at === 'hold' && until === null);
  return openEnded.length > 0 && openEnded.every(({ code }) => code === 'rollout');
}
