/**
 * What is known before the plan: the outcomes of earlier intents, the verdict of every rule, and who changed the
 * resource.
 */
import type { Exemption } from '../../domain/approvals/exemption.ts';
import { recheckSeparation, type SeparationRecheck } from '../approvals/recheck-separation.ts';
import { factsBeforePlan } from '../state/decision-input.ts';
import type { ReconcileContext } from '../state/reconcile-context.ts';
import { evaluateRules } from './evaluate-rules.ts';
import { exemptionsForRollbacks } from './exempt-rollbacks.ts';
import { type Resolution, resolveIntents } from './resolve-intents.ts';

export interface Assessment extends Resolution, SeparationRecheck {
  /** The exemptions in force, with the new ones. */
  readonly exemptions: readonly Exemption[];
  /** Those for rollbacks whose outcome was found now. They are not stored yet. */
  readonly newExemptions: readonly Exemption[];
}

export async function evaluateResource(context: ReconcileContext): Promise<Assessment> {
  const { attempts, running } = await resolveIntents(context);
  // Before the evaluation: a rolled-back fix must not be applied again.
  const newExemptions = await exemptionsForRollbacks(context, context.state.exemptions, attempts);
  const exemptions = [...context.state.exemptions, ...newExemptions];
  const evaluated = evaluateRules(context, factsBeforePlan(context, exemptions));
  return { attempts, running, exemptions, newExemptions, ...(await recheckSeparation(context, evaluated)) };
}
