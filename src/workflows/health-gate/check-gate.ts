/**
 * One look of a health gate. The row holds what is known; the message only names it. A gate that is judged is ended: see
 * end-gate.ts. Repeating a message is harmless, because a look happens once its time has come.
 */
import { wroteChanges } from '../../domain/approvals/rollback.ts';
import type { AuditEntry } from '../../domain/audit/audit.ts';
import type { HealthGate } from '../../domain/health/gate.ts';
import { judgeHealthCheck } from '../../domain/health/health-check.ts';
import { judgeState, judgeTraffic, type NextLook, type Verdict } from '../../domain/health/judge.ts';
import { judgeMetrics, metricsRemarks, windowOf } from '../../domain/health/metrics.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { type GateSettings, healthGateFor } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import { ConflictError } from '../ports/storage.ts';
import { DONE, type Result } from '../ports/work.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { attemptSubject, findOutcomeEntry } from '../state/audit-records.ts';
import { findWriteSince } from '../state/find-write-since.ts';
import { endGate } from './end-gate.ts';
import { nextLook, secondsUntil } from './gate-times.ts';
import { illNeighbour } from './neighbours.ts';

/** Handles the message of a gate. `attempt`: how often its end was tried. */
export async function checkGate(deps: Deps, id: string, attempt: number): Promise<Result> {
  const found = await deps.healthGates.get(id);
  if (!found) return DONE;
  let gate = found.value;
  const fixes = await findFixes(deps, gate);
  if (gate.next !== null) {
    const wait = secondsUntil(deps, gate.next.at);
    if (wait > 0) return requeue(wait);
    if (fixes.length === 0 && gate.next.step !== 'early') {
      // Nothing was written in all this time.
      await deps.healthGates.discard(id);
      return DONE;
    }
    gate = fixes.length === 0 ? later(deps, gate, 'end') : await look(deps, gate, fixes);
    try {
      await deps.healthGates.save(gate, found.version);
    } catch (error) {
      if (error instanceof ConflictError) return requeue(1);
      throw error;
    }
    if (gate.next !== null) return requeue(secondsUntil(deps, gate.next.at));
  }
  return endGate(deps, gate, { fixes, attempt });
}

function requeue(seconds: number): Result {
  return { kind: 'requeue', seconds, countsAsAttempt: false };
}

/** The signed outcomes of the fixes that wrote something. */
async function findFixes(deps: Deps, { rules }: HealthGate): Promise<AuditEntry[]> {
  const found = await Promise.all(
    rules.map(async ({ id, operationId, approvalId }): Promise<AuditEntry[]> => {
      const subject = attemptSubject({ operationId, approvalId, rule: { id, version: 0 } });
      const entries = await deps.audit.listBySubject(subject);
      const intents = entries.filter((entry) => entry.kind === 'fix.intended' && entry.operationId === operationId);
      const outcomes = intents.flatMap((intent) => findOutcomeEntry(entries, intent) ?? []);
      return outcomes.filter(wroteChanges);
    }),
  );
  return found.flat();
}

/** The gate after a look: with its next look, or judged. */
async function look(deps: Deps, gate: HealthGate, fixes: readonly AuditEntry[]): Promise<HealthGate> {
  const resource = parseResourceId(gate.resource.id);
  if (!resource || gate.next === null) return judged(deps, gate, { kind: 'unknown', text: 'the app is not known' }, []);
  const { settings } = await loadSettings(deps);
  const scene: Scene = { deps, gate, resource, fixes, settings: healthGateFor(settings, resource) };
  const { step } = gate.next;
  if (step !== 'metrics') {
    const now = await deps.health.readState(resource);
    const isEnd = step === 'end';
    const verdict = judgeState({ before: gate.before, now, suspected: gate.suspected, isEnd });
    const seen = { ...gate, stateGood: now.condition === 'good' };
    if (verdict) return follow(scene, seen, verdict, []);
    return lookAtTraffic(scene, seen, false);
  }
  return lookAtTraffic(scene, gate, true);
}

interface Scene {
  readonly deps: Deps;
  readonly gate: HealthGate;
  readonly resource: Resource;
  readonly fixes: readonly AuditEntry[];
  readonly settings: GateSettings;
}

async function lookAtTraffic(scene: Scene, gate: HealthGate, isLast: boolean): Promise<HealthGate> {
  const { deps, resource, settings } = scene;
  const startedAt = new Date(gate.startedAt);
  const readAt = deps.clock.now();
  const { from, to } = windowOf(startedAt, readAt);
  const metrics = await deps.health.readMetrics(resource, from, to);
  if (metrics.kind === 'unread') return follow(scene, gate, { kind: 'unknown', text: metrics.text }, []);
  const input = { points: metrics.points, startedAt, readAt };
  const found = judgeMetrics({ ...input, maximumErrorShare: settings.maximumErrorShare });
  const check = judgeHealthCheck(metrics.healthChecks, input);
  const verdict = judgeTraffic(found, check, isLast);
  // What has no requests to compare can still have requests that are refused, or that stay away.
  const told = check?.kind === 'told' ? [check.text] : [];
  return follow(scene, gate, verdict, verdict.kind === 'wait' ? [] : [...metricsRemarks(input), ...told]);
}

/** Does what a verdict says. Nobody is blamed when somebody else wrote the app, or its neighbours fell ill, too. */
async function follow(
  { deps, resource, fixes, settings }: Scene,
  gate: HealthGate,
  verdict: Verdict,
  remarks: readonly string[],
): Promise<HealthGate> {
  if (verdict.kind === 'wait') return later(deps, gate, verdict.for);
  if (verdict.kind !== 'worse') return judged(deps, gate, verdict, remarks);
  const excuse =
    (await writtenByOthers(deps, resource, fixes)) ?? (await illNeighbour(deps, gate, settings.maximumErrorShare));
  if (excuse === null) return judged(deps, { ...gate, stateGood: false }, verdict, remarks);
  const text = `${verdict.text}; ${excuse}, so the cause is not known`;
  return judged(deps, { ...gate, stateGood: false }, { kind: 'unknown', text }, [text, ...remarks]);
}

async function writtenByOthers(deps: Deps, resource: Resource, fixes: readonly AuditEntry[]): Promise<string | null> {
  const [first] = fixes;
  return first === undefined ? null : findWriteSince(deps, resource, first);
}

function later(deps: Deps, gate: HealthGate, wait: NextLook): HealthGate {
  const step = gate.next?.step ?? 'end';
  return { ...gate, suspected: wait === 'confirmation', next: nextLook(deps, gate.dueAt, wait, step) };
}

/** `told`: what people are told beside the verdict. What was ill before is told, too. */
function judged(
  { clock }: Deps,
  gate: HealthGate,
  { kind, text }: Exclude<Verdict, { kind: 'wait' }>,
  told: readonly string[],
): HealthGate {
  const sentences = [text, ...told.filter((one) => one !== text)];
  return {
    ...gate,
    status: kind,
    next: null,
    suspected: false,
    reasons: sentences.map((one) => ({ code: 'health-gate', text: sentence(one) })),
    told: told.length > 0 || gate.before.condition === 'ill',
    endedAt: clock.now().toISOString(),
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
