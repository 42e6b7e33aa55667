/** What holds after every step, and what the model says of the world when it has come to rest. */
import { expect } from 'vitest';
import { type Approval, isOpen } from '../../src/domain/approvals/approval.ts';
import { type Json, sameJson } from '../../src/domain/resources/json.ts';
import type { FakeDeps } from '../fakes/deps.ts';
import { approvals } from '../fakes/scenarios/scenarios.ts';
import { APPS, type Leaf, leavesOf } from './estate.ts';
import type { Model } from './model.ts';
import type { Stage } from './stage.ts';

const WEEK_MS = 7 * 86_400_000;

export function expectAlways(model: Model, { world, wrongs }: Stage): void {
  // What was put back stays for a week.
  for (const { id, kind, resource, rule, at } of world.stored.entries) {
    if (kind !== 'rollback.applied' || resource === null || rule === null || model.exemptions.has(`rollback ${id}`))
      continue;
    model.exemptions.set(`rollback ${id}`, { scope: resource.id, rule, until: Date.parse(at) + WEEK_MS });
  }
  expect(wrongs).toEqual([]);
  const open = approvals(world).filter((one) => isOpen(one) && one.purpose === 'fix');
  const asked = open.map(({ resource, rule }) => `${resource.id} ${rule.id}`);
  expect(asked.filter((one, at) => asked.indexOf(one) !== at)).toEqual([]);
}

/** Every event has its one outcome, every decision its end, every intent its outcome, and nothing waits anywhere. */
export async function expectRest({ deeds }: Model, { world, interrupted }: Stage): Promise<void> {
  const { stored, audit } = world;
  expect(stored.events.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
  expect([...stored.queue, ...stored.sweeps, ...stored.deadLetters.values()]).toEqual([]);
  for (const approval of approvals(world)) {
    const { id, status } = approval;
    expect(ENDS[deeds.get(id)?.kind ?? 'nothing'], `${id}: ${deeds.get(id)?.kind}`).toContain(status);
    const applied = stored.entries.some(({ kind, approvalId }) => kind.endsWith('.applied') && approvalId === id);
    expect([id, status === 'applied']).toEqual([id, applied]);
  }
  expectWholeIntents(world, interrupted());
  expect(await audit.verify()).toMatchObject({ valid: true });
}

const ENDS = {
  approve: ['applied', 'failed', 'superseded', 'cleared'],
  rollback: ['applied', 'failed', 'superseded', 'cleared'],
  reject: ['rejected'],
  nothing: ['pending', 'superseded', 'cleared', 'expired'],
};

/** Each leaf is as the model says, Plumbline has decided so, and people are asked for what is theirs to say. */
export function expectPredicted(model: Model, { world }: Stage): void {
  const now = world.clock.now().getTime();
  for (const app of APPS) {
    for (const leaf of leavesOf(app)) {
      const expected = model.expected(app, leaf, now);
      const told = `${leaf.rule} of ${app}`;
      expect([told, sameJson(valueNow(world, app, leaf), model.valueOf(app, leaf))]).toEqual([told, true]);
      expect([told, foundIn(world, app, leaf)]).toEqual([told, FOUND[expected]]);
    }
  }
}

/** Verdict, action and how many are asked; what is to be fixed can never be found at rest. */
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
 * Each intent is there once and has an end. After `applied` comes no other, unless the memory of that was lost with a process
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
