/** The verdict of every rule on a fresh snapshot, with the decision about it and the changers of the resource. */
import { digestOf } from '../../domain/changes/change.ts';
import { decide, decideApproved } from '../../domain/decisions/decide.ts';
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import { evaluate } from '../../domain/rules/evaluate.ts';
import { type EffectiveRule, rulesFor } from '../../domain/rules/settings.ts';
import { movesIn } from '../events/configuration-moves.ts';
import type { Deps } from '../ports/deps.ts';
import { changersOf, NO_CHANGERS } from '../state/changers.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import { decisionInputOf } from '../state/decision-input.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';
import { openApprovals } from '../state/reconcile-state.ts';

export function effectiveRules(deps: Deps, resource: Resource, state: ReconcileState): EffectiveRule[] {
  return rulesFor(state.settings.settings, deps.rules, resource, { workspaceId: deps.options.workspaceId });
}

/**
 * The rules that this reconcile can evaluate. Rules with a document that only the sweep reads are evaluated by the
 * sweep only.
 */
export function dueRules(
  resource: Resource,
  rules: readonly EffectiveRule[],
  { isSweep }: ReconcileState,
): EffectiveRule[] {
  const isEventRule = ({ rule }: EffectiveRule) => rule.documents.every((name) => !isSweepOnly(resource, name));
  return isSweep ? [...rules] : rules.filter(isEventRule);
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
    ...rules.flatMap(({ rule, parameters }) => rule.requiredDocuments?.(parameters) ?? rule.documents),
    ...(movesIn(resource, state.waitingEvents).length > 0 ? ['slots' as const] : []),
    ...state.resourceState.operations.flatMap(({ attempts }) =>
      attempts.flatMap(({ changes }) => changes.map(({ document }) => document)),
    ),
    ...openApprovals(state).flatMap(({ purpose, changes, preserved }) =>
      purpose === 'rollback' ? [...changes, ...preserved].map(({ document }) => document) : [],
    ),
  ];
  return [...new Set<DocumentName>(['resource', ...named])].filter((name) => documentOf(resource.kind, name) !== null);
}

export function evaluateRules(
  deps: Deps,
  resource: Resource,
  rules: readonly EffectiveRule[],
  state: ReconcileState,
  snapshot: Snapshot,
  now: Date,
): EvaluatedRule[] {
  return evaluate(snapshot, rules, now).map((evaluation): EvaluatedRule => {
    const { rule, verdict, changes } = evaluation;
    const changers = verdict === 'compliant' ? NO_CHANGERS : changersOf(state, rule.id);
    const digest = changes.length === 0 ? null : digestOf(resource, rule, 'fix', changes);
    if (verdict !== 'violation') return { evaluation, digest: null, decision: null, approvedDecision: null, changers };
    const input = decisionInputOf(deps, resource, state, snapshot, now, evaluation, digest);
    return {
      evaluation,
      digest,
      decision: decide(evaluation, input),
      approvedDecision: decideApproved(evaluation, input),
      changers,
    };
  });
}
