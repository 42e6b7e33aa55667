/** The verdict of every rule on a fresh snapshot, with the decision about it and the changers of the resource. */
import { digestOf } from '../../domain/changes/change.ts';
import { basisOf, parametersBasis } from '../../domain/decisions/basis.ts';
import { decide, decideApproved } from '../../domain/decisions/decide.ts';
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Evaluation, evaluate } from '../../domain/rules/evaluate.ts';
import { documentsOfRules, type EffectiveRule } from '../../domain/rules/settings.ts';
import { movesIn } from '../events/configuration-moves.ts';
import { changersOf, NO_CHANGERS } from '../state/changers.ts';
import { type DecisionFacts, decisionInputOf, type EvaluatedRule } from '../state/decision-input.ts';
import { openApprovals, type ReconcileInput, type ReconcileState } from '../state/reconcile-context.ts';

/** The rules without a document that only the sweep reads. Only the sweep evaluates the others. */
export function rulesOfEvents(resource: Resource, rules: readonly EffectiveRule[]): EffectiveRule[] {
  return rules.filter(({ rule }) => rule.documents.every((name) => !isSweepOnly(resource, name)));
}

export function isSweepOnly({ kind }: Resource, name: string): boolean {
  return documentOf(kind, name)?.readOn === 'sweep';
}

/**
 * The documents that a reconcile of this resource needs: those of its rules, those of open intents and rollbacks, and
 * the slots when an event must be stored for them.
 */
export function documentsToRead(
  resource: Resource,
  rules: readonly EffectiveRule[],
  state: ReconcileState,
): DocumentName[] {
  const named = [
    ...documentsOfRules(rules),
    ...(movesIn(resource, state.waitingEvents).length > 0 ? ['slots' as const] : []),
    ...state.resourceState.attempts.flatMap(({ changes }) => changes.map(({ document }) => document)),
    ...openApprovals(state).flatMap(({ purpose, changes, preserved }) =>
      purpose === 'rollback' ? [...changes, ...preserved].map(({ document }) => document) : [],
    ),
  ];
  return [...new Set<DocumentName>(named)].filter((name) => documentOf(resource.kind, name) !== null);
}

/** Evaluates the rules that are due, unless their verdicts on this snapshot are given, and decides about each. */
export function evaluateRules(
  input: ReconcileInput,
  facts: DecisionFacts,
  verdicts: readonly Evaluation[] = evaluate(facts.snapshot, input.dueRules, facts.now),
): EvaluatedRule[] {
  const parametersOf = new Map(input.dueRules.map(({ rule, parameters }) => [rule.id, parameters]));
  return verdicts.map((evaluation): EvaluatedRule => {
    const { rule, verdict, changes, preserved } = evaluation;
    const changers = verdict === 'compliant' ? NO_CHANGERS : changersOf(facts.evidence, rule.id);
    const parameters = parametersOf.get(rule.id);
    if (verdict !== 'violation') {
      const basis = parametersBasis(parameters);
      return { evaluation, changeSet: null, decision: null, approvedDecision: null, basis, changers };
    }
    const digest = changes.length === 0 ? null : digestOf(input.resource, rule, 'fix', changes);
    const decisionInput = decisionInputOf(input, facts, evaluation, digest);
    const { id, version } = rule;
    const fix = { rule: { id, version }, purpose: 'fix', changes, preserved, approvalId: null, reasons: [] } as const;
    return {
      evaluation,
      changeSet: digest === null ? null : { ...fix, digest },
      decision: decide(evaluation, decisionInput),
      approvedDecision: decideApproved(evaluation, decisionInput),
      basis: basisOf(evaluation, parameters, { ...decisionInput, changers: changers.callers }),
      changers,
    };
  });
}
