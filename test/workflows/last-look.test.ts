/** What is read as the last thing before a request: whoever was told that nothing is written any more is right. */
import { expect, test } from 'vitest';
import { settingsSchema } from '../../src/domain/settings.ts';
import type { Wanted } from '../../src/workflows/apply-plan.ts';
import { createExemption } from '../../src/workflows/exempt.ts';
import { lastLook } from '../../src/workflows/last-look.ts';
import type { StoredEvent } from '../../src/workflows/ports.ts';
import { event } from '../api/samples.ts';
import { resourceNamed } from '../domain/examples.ts';
import { SHOP } from '../world/apps.ts';
import { memoryWorld, START, storeSettings } from '../world/memory-world.ts';

const shop = resourceNamed(SHOP);
const rule = { id: 'webapp-min-tls', version: 1 };
const fix: Wanted = { rule, purpose: 'fix', digest: 'd', changes: [], kept: [], approvalId: null, reasons: [] };
const approved: Wanted = { ...fix, approvalId: 'a', decidedBy: 'ADA' };

test('an exemption that was granted meanwhile is seen; it hinders no rollback', async () => {
  const world = memoryWorld();
  const granted = { scope: SHOP, rule: rule.id, owner: 'Shop', reason: 'An old scanner.', ticket: null };
  const expires = '2026-03-09T12:00:00.000Z';
  expect(await lastLook(world, shop, [fix], [])).toBeNull();
  await createExemption(world, { ...granted, expires }, { type: 'user', objectId: 'o' });
  expect(await lastLook(world, shop, [fix], [])).toMatchObject({ state: 'blocked', cause: 'exempt' });
  expect(await lastLook(world, shop, [{ ...approved, purpose: 'rollback' }], [])).toBeNull();
});

function written(id: string, objectId: string): StoredEvent {
  const { event: sample, ...rest } = event({ resource: SHOP, outcome: null, receivedAt: START });
  return { ...rest, event: { ...sample, id, changedBy: { objectId, type: 'user' } } };
}

test('an event that came since the plan names who approved it: another look decides', async () => {
  const world = memoryWorld();
  const [other, own] = [written('other', 'bob'), written('own', 'ada')];
  await world.events.receive(other);
  expect(await lastLook(world, shop, [approved], [])).toBeNull();
  await world.events.receive(own);
  expect(await lastLook(world, shop, [approved], [other])).toMatchObject({ state: 'blocked', cause: 'own-change' });
  // What the plan knew of was decided by it, and nobody decided a fix that needs no decision.
  expect(await lastLook(world, shop, [approved], [other, own])).toBeNull();
  expect(await lastLook(world, shop, [fix], [])).toBeNull();
  storeSettings(world, { approvals: { ...settingsSchema.parse({}).approvals, separationOfDuties: false } });
  expect(await lastLook(world, shop, [approved], [other])).toBeNull();
});
