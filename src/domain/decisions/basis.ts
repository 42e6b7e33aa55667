/**
 * The basis of a decision: what it depends on beside the settings, the exemptions and the time. It is stored with the
 * finding, so that the violation can be decided again under other settings without reading the resource.
 */
import * as z from 'zod';
import { asCaller, caller } from '../resources/principal.ts';
import type { Infer } from '../resources/schema.ts';
import type { Writer } from '../resources/writers.ts';
import { parametersKey } from '../rules/effective.ts';
import type { Evaluation } from '../rules/evaluate.ts';
import { ruleHistory } from '../rules/history.ts';
import { TIERS } from '../rules/rule.ts';
import { type DecisionInput, declinedChange } from './constraints.ts';
import { resourceFacts } from './facts.ts';

/** Each member is there only where it matters: most violations have none, and other verdicts have parameters only. */
export const decisionBasis = z.strictObject({
  /** The parameters that the rule was evaluated with, see rules/effective.ts; absent when it has none. */
  parameters: z.string().exactOptional(),
  /** The tier that the violation has because of its resource. */
  ownTier: z.enum(TIERS).exactOptional(),
  facts: resourceFacts.exactOptional(),
  history: ruleHistory.exactOptional(),
  /** With a history: who wrote the resource since it last met the rule. */
  changers: z.array(caller).exactOptional(),
  declined: declinedChange.exactOptional(),
  /** An event named somebody who wrote the resource since it last met the rule. */
  changedByEvent: z.literal(true).exactOptional(),
  /** The changes are approved and wait for their write. */
  approved: z.literal(true).exactOptional(),
});
export type DecisionBasis = Infer<typeof decisionBasis>;

/** The basis of the decision about a violation. */
export function basisOf(
  { ownTier }: Pick<Evaluation, 'ownTier'>,
  parameters: unknown,
  {
    facts,
    history,
    declined,
    changers,
  }: Pick<DecisionInput, 'facts' | 'history' | 'declined'> & {
    readonly changers: readonly Writer[];
  },
): DecisionBasis {
  const hasHistory =
    history.fixedAt.length + history.failedAt.length > 0 ||
    history.alsoMovedAt !== null ||
    history.worseAt !== undefined;
  return {
    ...parametersBasis(parameters),
    ...(ownTier === undefined ? {} : { ownTier }),
    ...(Object.keys(facts).length === 0 ? {} : { facts }),
    ...(hasHistory ? { history } : {}),
    ...(hasHistory && changers.length > 0 ? { changers: changers.map(asCaller) } : {}),
    ...(declined === null ? {} : { declined }),
    ...(changers.some(({ source }) => source === 'event') ? { changedByEvent: true as const } : {}),
  };
}

/** What is kept of the evaluation of a rule, whatever its verdict is. */
export function parametersBasis(parameters: unknown): Pick<DecisionBasis, 'parameters'> {
  const key = parametersKey(parameters);
  return key === undefined ? {} : { parameters: key };
}
