/** The invariants after every step, and the comparison with the model when all queues are empty. */
import { expect } from 'vitest';
import { type Approval, isOpen } from '../../src/domain/approvals/approval.ts';
import { type Json, sameJson } from '../../src/domain/resources/json.ts';
import type { FakeDeps } from '../fakes/deps.ts';
import { approvals } from '../fakes/scenarios/scenarios.ts';
import { APPS, type Leaf, leavesOf } from './estate.ts';
import type { Model } from './model.ts';
import type { Stage } from './stage.ts';

const WEEK_MS = 7 * 86_400_000;

export function expectAlways(model: Model, { deps, wrongs }: Stage): void {
  // A rolled-back value stays for a week.
  for (const { id, kind, resource, rule, at } of deps.stored.entries) {
    if (kind !== 'rollback.applied' || resource === null || rule === null || model.exemptions.has(`rollback ${id}`))
      continue;
    model.exemptions.set(`rollback ${id}`, { scope: resource.id, rule, until: Date.parse(at) + WEEK_MS });
  }
  expect(wrongs).toEqual([]);
  const open = approvals(deps).filter((one) => isOpen(one) && one.purpose === 'fix');
  const asked = open.map(({ resource, rule }) => `${resource.id} ${rule.id}`);
  expect(asked.filter((one, at) => asked.indexOf(one) !== at)).toEqual([]);
}

/** Every event has one outcome, every decision its end, every intent its outcome, and no message or wakeup is left. */
export async function expectRest({ deeds }: Model, { deps, interrupted }: Stage): Promise<void> {
  const { stored, audit } = deps;
  expect(stored.events.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
  expect([...stored.queue, ...stored.sweeps, ...stored.deadLetters.values()]).toEqual([]);
  for (const approval of approvals(deps)) {
    const { id, status } = approval;
    expect(ENDS[deeds.get(id)?.kind ?? 'nothing'], `${id}: ${deeds.get(id)?.kind}`).toContain(status);
    const applied = stored.entries.some(({ kind, approvalId }) => kind.endsWith('.applied') && approvalId === id);
    expect([id, status === 'applied']).toEqual([id, applied]);
  }
  expectWholeIntents(deps, interrupted());
  expect(await audit.verify()).toMatchObject({ valid: true });
}

const ENDS = {
  approve: ['applied', 'failed', 'superseded', 'cleared'],
  rollback: ['applied', 'failed', 'superseded', 'cleared'],
  reject: ['rejected'],
  nothing: ['pending', 'superseded', 'cleared', 'expired'],
};

/** Each leaf has the value of the model, the decision about it is right, and the approvals that are needed exist. */
export function expectPredicted(model: Model, { deps }: Stage): void {
  const now = deps.clock.now().getTime();
  for (const app of APPS) {
    for (const leaf of leavesOf(app)) {
      const expected = model.expected(app, leaf, now);
      const subject = `${leaf.rule} of ${app}`;
      expect([subject, sameJson(valueNow(deps, app, leaf), model.valueOf(app, leaf))]).toEqual([subject, true]);
      expect([subject, foundIn(deps, app, leaf)]).toEqual([subject, FOUND[expected]]);
    }
  }
}

/** Verdict, action and number of approvals; a violation to be fixed cannot remain when all queues are empty. */
const FOUND = {
  right: 'compliant, undefined, asked 0',
  exempt: 'violation, exempt, asked 0',
  rejected: 'violation, report, asked 0',
  asked: 'violation, queue, asked 1',
  fixed: 'fixed',
};

function foundIn(deps: FakeDeps, app: string, leaf: Leaf): string {
  const found = deps.stored.findings.find(({ rule, resource }) => rule === leaf.rule && resource.id === app);
  const asked = approvals(deps).filter((one) => isPendingFor(one, app, leaf));
  const shown = asked.flatMap(({ changes }) => changes.map(({ from }) => from));
  expect(shown, 'what people are shown is what is there').toEqual(asked.map(() => valueNow(deps, app, leaf)));
  return `${found?.verdict}, ${found?.decision?.action}, asked ${asked.length}`;
}

function valueNow({ arm }: FakeDeps, app: string, { document, path }: Leaf): Json {
  return arm.valueOf(app, document, path);
}

function isPendingFor({ status, purpose, resource, rule }: Approval, app: string, leaf: Leaf): boolean {
  return status === 'pending' && purpose === 'fix' && resource.id === app && rule.id === leaf.rule;
}

/**
 * Each intent is there once and has an end. No end follows `applied`, unless the state with it was lost with a process
 * and somebody has broken the same leaf again: the further attempt runs under the intent that is still open.
 */
function expectWholeIntents({ stored }: FakeDeps, interrupted: boolean): void {
  expect(new Set(stored.entries.map(({ id }) => id)).size).toBe(stored.entries.length);
  const byIntent = new Map<string, string[]>();
  for (const { operationId, rule, changes, kind } of stored.entries) {
    if (operationId === null) continue;
    const intent = JSON.stringify([operationId, rule, changes]);
    byIntent.set(intent, [...(byIntent.get(intent) ?? []), kind.split('.')[1] ?? '']);
  }
  for (const [intent, phases] of byIntent) {
    expect(phases[0], intent).toBe('intended');
    if (!interrupted) expect(phases.slice(0, -1), intent).not.toContain('applied');
    expect(phases.slice(1), `${intent} has no end, or is there twice`).not.toContain('intended');
    expect(phases.length, `${intent} has no end`).toBeGreaterThan(1);
  }
}
