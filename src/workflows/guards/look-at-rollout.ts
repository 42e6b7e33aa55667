/** What the stored findings and the health gates say about a roll-out. Azure is not asked. */
import { type Exemption, exemptionFor } from '../../domain/approvals/exemption.ts';
import { type Candidate, memberOf, type Rollout } from '../../domain/approvals/rollout.ts';
import type { RolloutLook } from '../../domain/approvals/rollout-steps.ts';
import { decideAgain } from '../../domain/decisions/decide-again.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import type { HealthGate } from '../../domain/health/gate.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { Action } from '../../domain/resources/reasons.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { type EffectiveSettings, effectiveSettings, parametersKey } from '../../domain/rules/effective.ts';
import { EVERYWHERE, hasOwnSetting, isStartedFor, rolloutFor } from '../../domain/rules/rollout-starts.ts';
import type { Settings } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { paginate } from '../ports/storage.ts';
import { isAbout } from './decide-rollout.ts';

/** What all looks of a run have in common. */
export interface LookContext {
  readonly now: Date;
  readonly settings: Settings;
  readonly exemptions: readonly Exemption[];
  effective(resource: Resource): EffectiveSettings;
}

export interface Look extends RolloutLook {
  /** Apps of the stages so far that were last read before it was their turn. */
  readonly due: readonly Resource[];
}

/** Rules of sweeps alone, and apps that cannot be read, are evaluated late: a roll-out does not wait longer for them. */
const MAX_WAIT_MS = 24 * HOUR_MS;

/** No gate is open for so long, and no more are open at once. */
const MAX_GATE_MS = 7 * DAY_MS;
const MAX_GATES = 10_000;

/** An app whose fix did not succeed within this time does not delay the stage. */
const MAX_ATTEMPT_MS = 10 * MINUTE_MS;

export function createLookContext(deps: Deps, found: Omit<LookContext, 'effective'>): LookContext {
  const defaults = { workspaceId: deps.options.workspaceId };
  return { ...found, effective: effectiveSettings(found.settings, { rules: deps.rules, defaults }, found.now) };
}

/** One request for each 500 violations of the rule in the scope. */
export async function lookAtRollout(deps: Deps, one: Rollout, context: LookContext): Promise<Look> {
  const pending = new Set<string>();
  const due: Resource[] = [];
  const left: Candidate[] = [];
  for await (const finding of listViolations(deps, one)) {
    const resource = parseResourceId(finding.resource.id);
    if (resource === null || !mayHold(one, resource, context.settings)) continue;
    const action = actionWithout(deps, finding, resource, context);
    if (action !== 'fix' && action !== 'hold') continue;
    if (!isMember(one, resource)) left.push({ key: resource.key, canary: finding.basis?.facts?.canary ?? false });
    else if (!isTried(finding, one, context.now)) {
      pending.add(resource.key);
      if (isDue(finding, one)) due.push(resource);
    }
  }
  // After the findings: a gate is stored before the write that it watches.
  const gates = pending.size === 0 && one.progress.stage > 0 ? await listUncompleted(deps, one, context.now) : [];
  for (const { resource } of gates) pending.add(resource.id.toLowerCase());
  const isEvaluated = one.isEvaluated || (await isWhollyEvaluated(deps, one, context));
  return { pending: pending.size, due, left, isEvaluated };
}

/**
 * The apps that an ended roll-out leaves to be looked at: those that it held, and those that were not read since and would be
 * written now.
 */
export async function* listReleased(deps: Deps, one: Rollout, context: LookContext): AsyncGenerator<Resource> {
  for await (const finding of listViolations(deps, one)) {
    const resource = parseResourceId(finding.resource.id);
    if (resource === null || !isStartedFor(one, resource)) continue;
    if (isHeld(finding) || (isOld(finding, one) && actionWithout(deps, finding, resource, context) === 'fix')) {
      yield resource;
    }
  }
}

/** Whether it was decided before the end of the roll-out, and then not to be written. */
function isOld({ evaluatedAt, decision }: Finding, { ended }: Rollout): boolean {
  return ended !== null && evaluatedAt <= ended.at && decision?.action !== 'fix';
}

function isHeld({ decision }: Finding): boolean {
  return decision?.action === 'hold' && decision.reasons.some(({ code }) => code === 'rollout');
}

function listViolations(deps: Deps, one: Rollout): AsyncGenerator<Finding> {
  const query = { rule: one.rule, verdict: 'violation' as const, ...inScope(one) };
  return paginate((page) => deps.findings.list(query, page));
}

/** The gates of this roll-out that are open, or that have not told it yet how they ended. */
async function listUncompleted(deps: Deps, one: Rollout, now: Date): Promise<readonly HealthGate[]> {
  const gates = await deps.healthGates.listDue(timeAfter(now, MAX_GATE_MS), MAX_GATES);
  return gates.filter((gate) => isAbout(gate, one));
}

function inScope({ scope }: Rollout): { readonly resource?: string } {
  return scope === EVERYWHERE ? {} : { resource: scope };
}

function mayHold(one: Rollout, resource: Resource, settings: Settings): boolean {
  const { stages } = rolloutFor(settings, resource);
  return isStartedFor(one, resource) && stages.length > 0 && !hasOwnSetting(settings, resource, one.rule);
}

/** What the next look at the app decides without roll-outs; null when it is not known. */
function actionWithout(
  deps: Deps,
  finding: Finding,
  resource: Resource,
  { now, settings, exemptions, effective }: LookContext,
): Action | null {
  const { policy, rules } = effective(resource);
  const rule = rules.get(finding.rule);
  const { basis } = finding;
  if (rule === undefined || basis === undefined || parametersKey(rule.parameters) !== basis.parameters) return null;
  return decideAgain(resource, finding, basis, {
    ...{ now, selfId: deps.options.selfId, policy, rule, fromSweep: settings.approvals.fromSweep },
    exemption: exemptionFor(exemptions, resource, finding.rule, now),
    claim: () => null,
    rolloutHold: () => null,
  }).action;
}

function isMember(one: Rollout, resource: Resource): boolean {
  return one.progress.stage > 0 && (one.members === null || one.members.includes(memberOf(resource)));
}

/** Whether it was read before its turn, or by a process that did not know the settings or the stage yet. */
function isDue(finding: Finding, { stageAt }: Rollout): boolean {
  const { evaluatedAt, decision } = finding;
  if (stageAt === null || evaluatedAt <= stageAt || isHeld(finding)) return true;
  return decision?.action !== 'fix' && decision?.action !== 'hold';
}

/** Whether Plumbline tried to write it in this stage and did not succeed: Azure blocked it, or somebody undid it. */
function isTried(finding: Finding, one: Rollout, now: Date): boolean {
  const isOld = now.getTime() - Date.parse(finding.evaluatedAt) > MAX_ATTEMPT_MS;
  return finding.decision?.action === 'fix' && !isDue(finding, one) && isOld;
}

/** Whether each app of the kind has a finding of the rule with the parameters in force. */
async function isWhollyEvaluated(deps: Deps, one: Rollout, { now, effective }: LookContext): Promise<boolean> {
  if (now.getTime() > Date.parse(one.startedAt) + MAX_WAIT_MS) return true;
  const known = new Set<string>();
  const ruleAt = (resource: Resource) => effective(resource).rules.get(one.rule);
  for await (const { resource: view, basis } of paginate((page) =>
    deps.findings.list({ rule: one.rule, ...inScope(one) }, page),
  )) {
    const resource = parseResourceId(view.id);
    const rule = resource && ruleAt(resource);
    if (rule && parametersKey(rule.parameters) === basis?.parameters) known.add(view.id.toLowerCase());
  }
  let isComplete = true;
  const isWhole = await deps.findings.visitBriefs(({ id }) => {
    const resource = parseResourceId(id);
    if (resource && isStartedFor(one, resource) && ruleAt(resource)) isComplete &&= known.has(resource.key);
  });
  return isComplete && isWhole;
}
