/**
 * A preview: what other settings or exemptions would decide about the findings that are stored. Findings are judged one by
 * one, so memory holds totals only. Nothing is read or written here.
 */
import * as z from 'zod';
import { type Exemption, exemptionFor } from '../approvals/exemption.ts';
import { holdOfRollouts, type RolloutsInForce } from '../approvals/rollout.ts';
import { DAY_MS } from '../resources/durations.ts';
import { ACTIONS, type Reason, reason } from '../resources/reasons.ts';
import { isInScope, parseResourceId, type Resource, resourceView, viewOf } from '../resources/resource.ts';
import type { Infer } from '../resources/schema.ts';
import {
  type EffectiveSettings,
  effectiveSettings,
  isSameRule,
  parametersKey,
  type Reach,
  type RuleSet,
} from '../rules/effective.ts';
import { sizeOfStage, stage } from '../rules/rollout-settings.ts';
import { isStartedFor, type RolloutStart, rolloutStart } from '../rules/rollout-starts.ts';
import { SEVERITIES } from '../rules/rule.ts';
import type { Settings } from '../rules/settings.ts';
import { isDisruptive } from './constraints.ts';
import { decideAgain, type PlannedBudget, planBudget } from './decide-again.ts';
import type { Finding } from './finding.ts';

const outcome = z
  .enum([...ACTIONS, 'unknown'])
  .nullable()
  .describe('The decision. null: the rule is not evaluated there, or the resource meets it.');

export const previewItem = z
  .strictObject({
    resource: resourceView,
    rule: z.string(),
    severity: z.enum(SEVERITIES),
    before: outcome.describe('By the settings and exemptions in force'),
    after: outcome,
    reasons: z.array(reason).describe('Of the decision after'),
    approvalId: z.string().exactOptional().describe('The open approval, if there is one'),
  })
  .meta({ id: 'PreviewItem' });
export type PreviewItem = Infer<typeof previewItem>;

const previewChange = previewItem.pick({ rule: true, before: true, after: true }).extend({ resources: z.int() });

export const previewRollout = rolloutStart
  .pick({ rule: true, scope: true })
  .extend({
    apps: z.int().describe('Violations that would be fixed, were there no roll-out, as far as it is known'),
    stages: z.array(z.strictObject({ stage, apps: z.int() })).describe('In order, with the apps of each'),
    isEvaluated: z.boolean().describe('Whether the apps were evaluated with these settings; if not, they are first'),
  })
  .meta({ id: 'PreviewRollout' });

/** Each number is about decisions that change. */
export const previewTotals = z.strictObject({
  changes: z.array(previewChange).describe('The decisions that change, by rule, with the number of resources'),
  fixes: z.int().describe('Violations that would be fixed at once'),
  restarts: z.int().describe('Resources whose fixes restart them, make a new revision or touch their traffic'),
  approvals: z.int().describe('Approvals that would be requested'),
  approvalsCleared: z.int().describe('Open approvals that would be cleared'),
  holds: z.int().describe('Violations that would be held: by a window, a freeze, a stop, provisioning or the budget'),
  budgetHours: z
    .int()
    .nullable()
    .describe(
      'Hours until the budget lets the last fix through: of the subscription with most; null when it never does',
    ),
  unknown: z.int().describe('Rules on resources of which it is not known what would be decided'),
  exemptionsIdle: z.int().describe('Exemptions in force that would exempt no violation any more'),
  rollouts: z.array(previewRollout).describe('The roll-outs that would start; each holds its apps until their stage'),
});
export type PreviewTotals = Infer<typeof previewTotals>;

export interface PreviewSide {
  readonly settings: Settings;
  readonly exemptions: readonly Exemption[];
  readonly rollouts: RolloutsInForce;
}

export interface PreviewInput extends RuleSet {
  readonly before: PreviewSide;
  readonly after: PreviewSide;
  /** What is judged. An exemption beyond it is never idle. */
  readonly reach: Reach;
  readonly now: Date;
  readonly selfId: string | null;
}

export interface Preview {
  /** What changes about a finding; null when nothing does. */
  judge(finding: Finding): PreviewItem | null;
  /** What comes into evaluation on a resource that has findings of these rules. */
  judgeMissing(resourceKey: string, evaluated: ReadonlySet<string>): PreviewItem[];
  totals(): PreviewTotals;
}

interface Outcome {
  readonly action: PreviewItem['after'];
  readonly reasons: readonly Reason[];
}

interface Side extends PreviewSide {
  effective(resource: Resource): EffectiveSettings;
  exemptionOf(resource: Resource, rule: string): Exemption | null;
  rolloutHold(resource: Resource, rule: string): string | null;
  readonly budget: PlannedBudget;
  /** The exemptions that exempt a violation. */
  readonly used: Set<string>;
}

export function startPreview(input: PreviewInput): Preview {
  const [before, after] = [sideOf(input, input.before), sideOf(input, input.after)];
  const oldest = input.now.getTime() - before.settings.sweep.fullReadDays * DAY_MS;
  const counts = { fixes: 0, approvals: 0, approvalsCleared: 0, holds: 0, unknown: 0 };
  const restarted = new Set<string>();
  const changes = new Map<string, Infer<typeof previewChange>>();
  const isNew = (start: RolloutStart) => !before.rollouts.starts.includes(start);
  const started = after.rollouts.starts.filter(isNew).map((start) => ({ start, apps: 0 }));

  function add(item: PreviewItem): PreviewItem {
    const { rule, before, after } = item;
    const key = `${rule} ${before} ${after}`;
    changes.set(key, { rule, before, after, resources: (changes.get(key)?.resources ?? 0) + 1 });
    return item;
  }

  return {
    judge(finding) {
      const resource = parseResourceId(finding.resource.id);
      if (!resource) return null;
      if (!mayDiffer(before, after, resource, finding.rule)) {
        markUsed(before, resource, finding);
        markUsed(after, resource, finding);
        return null;
      }
      const old = outcomeIn(input, before, resource, finding);
      const isOld = Date.parse(finding.evaluatedAt) < oldest && after.effective(resource).rules.has(finding.rule);
      const next = isOld ? tooOld(finding) : outcomeIn(input, after, resource, finding);
      if (next.action === 'unknown') counts.unknown += 1;
      if (next.action === old.action) return null;
      const approvalId = finding.decision?.approvalId;
      if (next.action === 'fix') counts.fixes += 1;
      if (next.action === 'fix' && isDisruptive(resource, finding.changes)) restarted.add(resource.key);
      if (next.action === 'hold') counts.holds += 1;
      if (next.action === 'hold' && next.reasons.some(({ code }) => code === 'rollout')) {
        const own = started.find(({ start }) => start.rule === finding.rule && isStartedFor(start, resource));
        if (own) own.apps += 1;
      }
      if (next.action === 'queue' && approvalId === undefined) counts.approvals += 1;
      if (approvalId !== undefined && isClearing(next)) counts.approvalsCleared += 1;
      return add({
        ...{ resource: finding.resource, rule: finding.rule, severity: finding.severity },
        ...{ before: old.action, after: next.action, reasons: next.reasons },
        ...(approvalId === undefined ? {} : { approvalId }),
      });
    },

    judgeMissing(resourceKey, evaluated) {
      const resource = parseResourceId(resourceKey);
      if (!resource) return [];
      const known = before.effective(resource).rules;
      const coming = [...after.effective(resource).rules.values()].filter(
        ({ rule: { id } }) => !known.has(id) && !evaluated.has(id),
      );
      counts.unknown += coming.length;
      return coming.map(({ rule: { id, severity } }) => {
        const reasons = [notEvaluated('The rule has not been evaluated on this resource yet.')];
        return add({ resource: viewOf(resource), rule: id, severity, before: null, after: 'unknown', reasons });
      });
    },

    totals() {
      const idle = [...before.used].filter((id) => !after.used.has(id) && isWithin(input.reach, scopeOf(before, id)));
      return {
        changes: [...changes.values()].sort(byRule),
        ...counts,
        restarts: restarted.size,
        budgetHours: after.budget.hours(),
        exemptionsIdle: idle.length,
        rollouts: started.filter(({ start, apps }) => apps > 0 || !start.isEvaluated).map(rolloutView),
      };
    },
  };
}

function rolloutView({
  start: { rule, scope, stages, isEvaluated },
  apps,
}: {
  readonly start: RolloutStart;
  readonly apps: number;
}): Infer<typeof previewRollout> {
  let left = apps;
  const sizes = stages.map((one) => {
    const size = sizeOfStage(one, left);
    left -= size;
    return { stage: one, apps: size };
  });
  return { rule, scope, apps, stages: sizes, isEvaluated };
}

function sideOf({ rules, defaults, now }: PreviewInput, { settings, exemptions, rollouts }: PreviewSide): Side {
  const byRule = new Map<string, Exemption[]>();
  for (const one of exemptions) byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), one]);
  return {
    settings,
    exemptions,
    rollouts,
    rolloutHold: (resource, rule) => holdOfRollouts(settings, rollouts, resource, rule),
    effective: effectiveSettings(settings, { rules, defaults }, now),
    exemptionOf: (resource, rule) => exemptionFor(byRule.get(rule) ?? [], resource, rule, now),
    budget: planBudget(settings.limits.fixesPerHour, now),
    used: new Set(),
  };
}

function outcomeIn({ now, selfId }: PreviewInput, side: Side, resource: Resource, finding: Finding): Outcome {
  const { policy, rules } = side.effective(resource);
  const rule = rules.get(finding.rule);
  if (!rule) return { action: null, reasons: [notEvaluated('These settings do not evaluate the rule there.')] };
  if (finding.verdict === 'unknown') return unknown(finding.reason);
  const { basis } = finding;
  if (parametersKey(rule.parameters) !== basis?.parameters) {
    return unknown('The rule was last evaluated with other parameters.');
  }
  if (finding.verdict !== 'violation') return { action: null, reasons: [] };
  if (!basis) return unknown('An earlier version of Plumbline evaluated it; the next look at the resource decides.');
  const exemption = side.exemptionOf(resource, finding.rule);
  const { fromSweep } = side.settings.approvals;
  const { claim } = side.budget;
  const circumstances = { now, selfId, policy, rule, exemption, fromSweep, claim, rolloutHold: side.rolloutHold };
  const { action, reasons } = decideAgain(resource, finding, basis, circumstances);
  if (action === 'exempt' && exemption) side.used.add(exemption.id);
  return { action, reasons };
}

function mayDiffer(before: Side, after: Side, resource: Resource, rule: string): boolean {
  const [old, next] = [before.effective(resource), after.effective(resource)];
  return (
    before.settings.limits.fixesPerHour !== after.settings.limits.fixesPerHour ||
    before.settings.approvals.fromSweep !== after.settings.approvals.fromSweep ||
    !isSameRule(old.rules.get(rule), next.rules.get(rule)) ||
    JSON.stringify(old.policy) !== JSON.stringify(next.policy) ||
    before.exemptionOf(resource, rule)?.id !== after.exemptionOf(resource, rule)?.id ||
    before.rolloutHold(resource, rule) !== after.rolloutHold(resource, rule)
  );
}

function markUsed(side: Side, resource: Resource, { rule, verdict }: Finding): void {
  const exemption = verdict === 'violation' ? side.exemptionOf(resource, rule) : null;
  if (exemption && side.effective(resource).rules.has(rule)) side.used.add(exemption.id);
}

/** A look clears the open approval of a violation that is exempt or cannot be fixed by a service, and of a rule that is off. */
function isClearing({ action, reasons }: Outcome): boolean {
  return action === null || action === 'exempt' || reasons.some(({ code }) => code === 'tier-advice');
}

function tooOld({ evaluatedAt }: Finding): Outcome {
  return unknown(`It was last evaluated at ${evaluatedAt}, longer ago than sweep.fullReadDays.`);
}

function unknown(text: string): Outcome {
  return { action: 'unknown', reasons: [notEvaluated(text)] };
}

function notEvaluated(text: string): Reason {
  return { code: 'not-evaluated', text };
}

function scopeOf({ exemptions }: Side, id: string): string {
  return exemptions.find((one) => one.id === id)?.scope ?? '';
}

function isWithin({ scopes }: Reach, scope: string): boolean {
  return scopes === null || scopes.some((one) => isInScope(scope, one));
}

function byRule(one: PreviewTotals['changes'][number], other: PreviewTotals['changes'][number]): number {
  const [a, b] = [one, other].map(({ rule, before, after }) => `${rule} ${before} ${after}`);
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
