/** Whatever happens in whatever order, these hold: at every request to Azure, after every step, and when it has come to rest. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOpen } from '../../src/domain/approval.ts';
import { modeFor } from '../../src/domain/settings.ts';
import { currentSettings } from '../../src/workflows/change-settings.ts';
import { SHOP } from '../world/apps.ts';
import { resourceNamed, type Sent } from '../world/memory-azure.ts';
import type { MemoryWorld } from '../world/memory-world.ts';
import { outcomesIn } from '../world/scene.ts';
import { approvals } from '../world/ways.ts';
import { happenings, LEAVES, RISKY_RULES, type Turmoil, turmoil } from './turmoil.ts';

const shop = resourceNamed(SHOP);

describe('whatever happens around an app', () => {
  test('promises 4, 8, 9 and 11: no write while stopped or in audit, none without its intent, no risky one unapproved', async () => {
    let requests = 0;
    await everyTime(async (scene, steps) => {
      let seen = 0;
      for (const step of steps) {
        await scene.happen(step);
        for (const sent of scene.world.arm.requests.slice(seen)) await expectAllowed(scene.world, sent);
        seen = scene.world.arm.requests.length;
        expectOneOpenApprovalPerRule(scene.world);
      }
      requests += seen;
    });
    expect(requests, 'so few requests prove nothing').toBeGreaterThan(100);
  });

  test('promises 1, 2 and 14: at rest every event has its outcome, safe violations are gone, risky ones are asked', async () => {
    await everyTime(async (scene, steps) => {
      for (const step of steps) await scene.happen(step);
      await scene.rest();
      const { world } = scene;
      expect(Object.values(outcomesIn(world))).not.toContain(null);
      for (const leaf of LEAVES) expectSettled(world, leaf);
      expectOneOpenApprovalPerRule(world);
      expectWholeLog(world);
      expect(await world.audit.verify()).toMatchObject({ valid: true });
      expect(world.stored.queue).toEqual([]);
    });
  });
});

async function everyTime(holds: (scene: Turmoil, steps: Parameters<Turmoil['happen']>[0][]) => Promise<void>) {
  await fc.assert(
    fc.asyncProperty(happenings, async (steps) => holds(turmoil(), steps)),
    { numRuns: 200 },
  );
}

async function expectAllowed(world: MemoryWorld, sent: Sent): Promise<void> {
  const { settings } = await currentSettings(world);
  const mode = modeFor(settings, shop);
  expect([settings.stopped, mode]).not.toEqual([null, 'audit']);
  expect(settings.stopped).toBeNull();
  for (const { rule, document, path } of LEAVES.filter((one) => isIn(sent, one))) {
    const intent = world.stored.entries.findLast(
      (entry) => entry.kind === 'fix.intended' && entry.rule === rule && entry.at <= sent.at,
    );
    expect(intent?.changes, `${rule} was written without an intent`).toMatchObject([
      { document, path: expect.stringContaining(path) },
    ]);
    if (!RISKY_RULES.includes(rule) && mode === 'autofix') continue;
    const planned = JSON.stringify(intent?.changes);
    const decided = approvals(world).filter((one) => {
      return one.rule.id === rule && one.decision?.decision === 'approve' && JSON.stringify(one.changes) === planned;
    });
    expect(decided, `${rule} was written without an approval of this change`).not.toEqual([]);
  }
}

function isIn({ document, body }: Sent, leaf: (typeof LEAVES)[number]): boolean {
  const name = leaf.path.split('/')[2] ?? '';
  return document === leaf.document && JSON.stringify(body).includes(`"${name}"`);
}

function expectOneOpenApprovalPerRule(world: MemoryWorld): void {
  const open = approvals(world)
    .filter(isOpen)
    .map(({ rule }) => rule.id);
  expect(open.length, `open approvals: ${open.join(', ')}`).toBe(new Set(open).size);
}

/** A safe violation is gone, a risky one waits for a person; or a person has said no. */
function expectSettled(world: MemoryWorld, { rule, document, path, right }: (typeof LEAVES)[number]): void {
  const finding = world.stored.findings.find((one) => one.rule === rule);
  if (finding?.decision?.reasons.some(({ code }) => code === 'rejected-before')) return;
  const open = approvals(world).some((one) => one.rule.id === rule && isOpen(one));
  if (RISKY_RULES.includes(rule)) expect([rule, finding?.verdict === 'violation']).toEqual([rule, open]);
  else expect([rule, open, world.arm.valueOf(SHOP, document, path)]).toEqual([rule, false, right]);
}

/** Each intent is there once; it has an end, and after `applied` no other. */
function expectWholeLog({ stored }: MemoryWorld): void {
  expect(new Set(stored.entries.map(({ id }) => id)).size).toBe(stored.entries.length);
  const byIntent = new Map<string, string[]>();
  for (const { operationId, rule, changes, kind } of stored.entries) {
    if (operationId === null) continue;
    const intent = JSON.stringify([operationId, rule, changes]);
    byIntent.set(intent, [...(byIntent.get(intent) ?? []), kind]);
  }
  for (const [intent, kinds] of byIntent) {
    expect(kinds[0], intent).toBe('fix.intended');
    expect(kinds.filter((kind) => kind === 'fix.intended')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'fix.applied').length, intent).toBeLessThanOrEqual(1);
    expect(kinds.length, `${intent} has no end`).toBeGreaterThan(1);
    if (kinds.includes('fix.applied')) expect(kinds.at(-1), intent).toBe('fix.applied');
  }
}
