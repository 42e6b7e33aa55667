/** A time in a row that makes the service wait or skip counts only as far ahead as the service itself writes one. */

import { expect, test, vi } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { checkGuards } from '../../../src/workflows/guards/check-guards.ts';
import type { ResourceState } from '../../../src/workflows/ports/resource-states.ts';
import { emptyResourceState } from '../../../src/workflows/state/resource-state.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP, UNSAFE } from '../../fakes/azure/resources.ts';
import { START } from '../../fakes/deps.ts';
import { decisionOf, outcomesIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { approval } from '../../storage/samples.ts';

const FAR = '2099-01-01T00:00:00.000Z';
const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.parse(START) + days * DAY_MS).toISOString();
const shop = parseResourceId(SHOP);
if (!shop) throw new Error('no shop');
const key = shop.key;

function remembered(differs: Partial<ResourceState>): Scene {
  const made = scene({ app: UNSAFE, settings: { mode: 'autofix' } });
  if (shop) made.world.stored.resourceStates.set(key, { ...emptyResourceState(shop), ...differs });
  return made;
}

function warned({ world }: Scene): unknown[] {
  return world.stored.logged
    .filter(({ level, message }) => level === 'warn' && message.includes('in the future'))
    .map(({ fields }) => fields);
}

function exemption(expires: string): Exemption {
  return {
    ...{ id: 'x1', scope: SHOP, rule: 'webapp-min-tls', owner: 'team', reason: 'later', ticket: null, expires },
    ...{ createdAt: START, createdBy: { type: 'user', name: 'Olga' }, removedAt: null, outbox: [] },
  };
}

const member = (name: string) =>
  expect.objectContaining({ resource: expect.any(String), row: 'resource state', member: name });

test('nobody is kept from looking until 2099', async () => {
  const made = remembered({ recheckAt: FAR });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(outcomesIn(made.world)).toEqual({ e1: 'evaluated' });
  expect(warned(made)).toContainEqual(member('recheckAt'));
});

test('what Azure asked for is waited for, a day at most', async () => {
  const made = remembered({ recheckAt: inDays(1) });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle(3600);
  expect(outcomesIn(made.world)).toEqual({ e1: null });
  expect(warned(made)).toEqual([]);
});

test('failures of the future make no fix a failing one', async () => {
  const rule = 'webapp-min-tls';
  const failing = { [rule]: { fixedAt: [FAR, FAR, FAR], failedAt: [FAR, FAR, FAR], alsoMovedAt: null } };
  const made = remembered({ history: failing });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(made.world.stored.entries.map(({ kind, rule: of }) => `${kind} ${of}`)).toContain(`fix.applied ${rule}`);
  expect(warned(made)).toContainEqual(member(`history of ${rule}`));
});

test('a rejection holds as long as the settings let one hold', async () => {
  const made = remembered({ declined: { 'sha256:none': { status: 'rejected', at: START, until: FAR } } });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(made.world.stored.resourceStates.get(key)?.declined).toEqual({});
  expect(warned(made)).toContainEqual(member('declined sha256:none'));
  const kept = remembered({ declined: { 'sha256:none': { status: 'rejected', at: START, until: inDays(89) } } });
  await kept.host.deliver(gridEvent('e1', SHOP));
  await kept.host.settle();
  expect(kept.world.stored.resourceStates.get(key)?.declined).toHaveProperty('sha256:none');
});

test('an approval ends, whatever its row says', async () => {
  const made = remembered({ openApprovals: ['a1'] });
  if (!shop) return;
  const old = approval('a1', shop, { requestedAt: inDays(-30), expiresAt: FAR });
  made.world.stored.approvals.set('a1', { value: old, version: 1 });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(made.world.stored.approvals.get('a1')?.value.expiresAt).toBe(inDays(-23));
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'approval a1' }));
});

test('no more approvals are read than may be open', async () => {
  const made = remembered({ openApprovals: Array.from({ length: 10_000 }, (_, nth) => `a${nth}`) });
  const read = vi.spyOn(made.world.approvals, 'get');
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  const told = made.world.stored.logged.find(({ message }) => message.startsWith('too many open approvals'));
  expect(told?.fields).toMatchObject({ row: 'resource state', member: 'openApprovals', found: 10_000 });
  expect(new Set(read.mock.calls.flat()).size).toBe(200);
});

test.each(['evaluatedAt', 'fullyEvaluatedAt'] as const)('a look of the future, by %s, was none', async (name) => {
  const made = remembered({ [name]: FAR });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(warned(made)).toContainEqual(member(name));
  expect(Date.parse(made.world.stored.resourceStates.get(key)?.[name] ?? FAR)).toBeLessThan(Date.parse(inDays(1)));
});

test('an event of the future is named, and looked at now', async () => {
  const made = remembered({});
  await made.host.deliver(gridEvent('e1', SHOP));
  const [event] = made.world.stored.events;
  if (event) made.world.stored.events[0] = { ...event, receivedAt: FAR };
  await made.host.settle();
  expect(outcomesIn(made.world)).toEqual({ e1: 'evaluated' });
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'event e1' }));
});

test('an exemption without end is named, and exempts nothing', async () => {
  const made = remembered({});
  made.world.stored.exemptions.set('x1', { value: exemption(FAR), version: 1 });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  const told = made.world.stored.logged.filter(({ message }) => message.startsWith('the exemption is longer'));
  expect(told).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      fields: { resource: expect.any(String), row: 'exemption x1', at: FAR },
    }),
  );
  expect(decisionOf(made.world, 'webapp-min-tls')).toBe(null);

  const sound = remembered({});
  sound.world.stored.exemptions.set('x1', { value: exemption(inDays(300)), version: 1 });
  await sound.host.deliver(gridEvent('e1', SHOP));
  await sound.host.settle();
  expect(decisionOf(sound.world, 'webapp-min-tls')).toContain('exempt');
  expect(sound.world.stored.logged.filter(({ message }) => message.startsWith('the exemption is longer'))).toEqual([]);
});

test('Azure asks nobody to wait until 2099', async () => {
  const made = remembered({});
  const { world } = made;
  world.stored.guards.throttles.set(shop?.subscriptionId ?? '', { since: START, until: FAR });
  expect(await checkGuards(world, shop?.subscriptionId ?? '')).toBe(0);
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'throttle' }));
  world.stored.guards.throttles.set(shop?.subscriptionId ?? '', { since: START, until: inDays(1) });
  expect(await checkGuards(world, shop?.subscriptionId ?? '')).toBeGreaterThanOrEqual(86_400);
});

test('a heartbeat of the future hides no silence', async () => {
  const made = scene({
    app: UNSAFE,
    settings: { mode: 'autofix', limits: { fixesPerHour: 0, flapCount: 3, flapHours: 24, resumeHours: 6 } },
  });
  const { world } = made;
  world.stored.guards.heartbeat = FAR;
  await made.host.deliver(gridEvent('e1', SHOP));
  await checkGuards(world, shop?.subscriptionId ?? '');
  expect(world.stored.settings?.value.settings.stopped?.reason).toContain('nobody knows how long');
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'heartbeat' }));
});

test('places of the budget that no claim has written count for nothing', async () => {
  const made = remembered({});
  const far = Date.parse(FAR);
  made.world.stored.budgets.set(shop?.subscriptionId ?? '', {
    grants: Array.from({ length: 25 }, (_, nth) => ({ resource: `r${nth}`, first: far, last: far })),
    waiting: [{ resource: 'r', due: far }],
    holding: { since: far, by: 'r' },
  });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(decisionOf(made.world, 'webapp-min-tls')).toBe(null);
  const told = made.world.stored.logged.find(({ fields }) => JSON.stringify(fields).includes('"row":"budget"'));
  expect(told).toMatchObject({ level: 'warn', fields: { ignored: 27 } });
});
