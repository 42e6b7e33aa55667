/** Every rule's verdict on a fresh snapshot, with what is decided about it and who changed the resource meanwhile. */
import type { Person } from '../domain/approval.ts';
import type { ChangeMemory, Circumstances } from '../domain/ceilings.ts';
import { digestOf } from '../domain/change.ts';
import { decide, decideApproved } from '../domain/decide.ts';
import { type DocumentName, documentOf } from '../domain/documents.ts';
import { type Evaluation, evaluate } from '../domain/evaluate.ts';
import { exemptionFor } from '../domain/exemption.ts';
import { NO_HISTORY } from '../domain/history.ts';
import type { Resource } from '../domain/resource.ts';
import { type EffectiveRule, freezeFor, modeFor, rulesFor, windowFor } from '../domain/settings.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { foundBySweepOnly } from './found-by-sweep.ts';
import { type Facts, openApprovals } from './load-facts.ts';
import { movesAmong } from './moved-configuration.ts';
import type { World } from './ports.ts';
import { declinedBy, type Judged } from './settle-approvals.ts';
import { amongChangers, changersOf, isOurs, NO_CHANGERS } from './who-changed.ts';

export function rulesOn(world: World, resource: Resource, facts: Facts): EffectiveRule[] {
  return rulesFor(facts.settings.settings, world.rules, resource, { workspaceId: world.options.workspaceId });
}

/** Those that this look can judge: what needs a document that only the sweep reads is judged by the sweep alone. */
export function dueRules(resource: Resource, rules: readonly EffectiveRule[], { sweeping }: Facts): EffectiveRule[] {
  const isForEvents = ({ rule }: EffectiveRule) => rule.documents.every((name) => !isSweepOnly(resource, name));
  return sweeping ? [...rules] : rules.filter(isForEvents);
}

export function isSweepOnly({ kind }: Resource, name: string): boolean {
  return documentOf(kind, name)?.when === 'sweep';
}

/**
 * The documents that a look at this resource needs: those that its rules read, those of intents and rollbacks still open, and
 * the slots that must hear of an event.
 */
export function documentsFor(resource: Resource, rules: readonly EffectiveRule[], facts: Facts): DocumentName[] {
  const named = [
    ...rules.flatMap(({ rule, parameters }) => rule.needs?.(parameters) ?? rule.documents),
    ...(movesAmong(resource, facts.waiting).length > 0 ? ['slots' as const] : []),
    ...facts.memory.operations.flatMap(({ entries }) =>
      entries.flatMap(({ changes }) => changes.map(({ document }) => document)),
    ),
    ...openApprovals(facts).flatMap(({ purpose, changes, kept }) =>
      purpose === 'rollback' ? [...changes, ...kept].map(({ document }) => document) : [],
    ),
  ];
  return [...new Set<DocumentName>(['resource', ...named])].filter((name) => documentOf(resource.kind, name) !== null);
}

export function judge(
  world: World,
  resource: Resource,
  rules: readonly EffectiveRule[],
  facts: Facts,
  snapshot: Snapshot,
  now: Date,
): Judged[] {
  return evaluate(snapshot, rules, now).map((evaluation): Judged => {
    const { rule, verdict, changes } = evaluation;
    const changers = verdict === 'compliant' ? NO_CHANGERS : changersOf(facts, rule.id);
    const digest = changes.length === 0 ? null : digestOf(resource, rule, 'fix', changes);
    if (verdict !== 'violation') return { evaluation, digest: null, decision: null, approvedDecision: null, changers };
    const circumstances = circumstancesOf(world, resource, facts, snapshot, now, evaluation, digest);
    return {
      evaluation,
      digest,
      decision: decide(evaluation, circumstances),
      approvedDecision: decideApproved(evaluation, circumstances),
      changers,
    };
  });
}

/** What the ceilings look at, for this violation with the digest of its changes. */
export function circumstancesOf(
  world: World,
  resource: Resource,
  facts: Facts,
  snapshot: Snapshot,
  now: Date,
  evaluation: Evaluation,
  digest: string | null,
): Circumstances {
  const { settings } = facts.settings;
  const { rule } = evaluation;
  const { callers } = changersOf(facts, rule.id);
  return {
    now,
    resource,
    snapshot,
    mode: modeFor(settings, resource),
    stopped: settings.stopped,
    selfId: world.options.selfId,
    foundBySweep: !settings.approvals.fromSweep && foundBySweepOnly(evaluation, facts, callers),
    memory: digest === null ? null : (declinedFor(facts, now)[digest] ?? null),
    exemption: exemptionFor(facts.exemptions, resource, rule.id, now),
    limits: settings.limits,
    history: facts.memory.history[rule.id] ?? NO_HISTORY,
    changers: callers,
    retry: facts.sweeping,
    budget: facts.budget,
    window: windowFor(settings, resource),
    frozen: freezeFor(settings, resource, now),
    tagOptDown: settings.tagOptDown,
  };
}

/** What is declined now: rejections until they end, expiries until somebody changes the resource again. */
export function declinedFor(facts: Facts, now: Date): Record<string, ChangeMemory> {
  const changed = facts.waiting.some((event) => !isOurs(event, facts.self));
  const { rejectedDays, separationOfDuties } = facts.settings.settings.approvals;
  const isChanger = ({ objectId }: Person, rule: string) =>
    separationOfDuties && amongChangers(changersOf(facts, rule), objectId) !== null;
  const all = { ...facts.memory.declined, ...declinedBy(facts.approvals, rejectedDays, isChanger) };
  return Object.fromEntries(
    Object.entries(all).filter(([, { until }]) => (until === null ? !changed : Date.parse(until) > now.getTime())),
  );
}
