/** A stored time in the future that delays or skips work counts only as far ahead as the service itself writes one. */

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
  if (shop) made.deps.stored.resourceStates.set(key, { ...emptyResourceState(shop), ...differs });
  return made;
}

function warned({ deps }: Scene): unknown[] {
  return deps.stored.logged
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

test('a recheck in 2099 does not delay a reconcile', async () => {
  const made = remembered({ recheckAt: FAR });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(outcomesIn(made.deps)).toEqual({ e1: 'evaluated' });
  expect(warned(made)).toContainEqual(member('recheckAt'));
});

test('a recheck that Azure asked for delays at most one day', async () => {
  const made = remembered({ recheckAt: inDays(1) });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle(3600);
  expect(outcomesIn(made.deps)).toEqual({ e1: null });
  expect(warned(made)).toEqual([]);
});

test('failures in the future do not make a rule failing', async () => {
  const rule = 'webapp-min-tls';
  const failing = { [rule]: { fixedAt: [FAR, FAR, FAR], failedAt: [FAR, FAR, FAR], alsoMovedAt: null } };
  const made = remembered({ history: failing });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(made.deps.stored.entries.map(({ kind, rule: of }) => `${kind} ${of}`)).toContain(`fix.applied ${rule}`);
  expect(warned(made)).toContainEqual(member(`history of ${rule}`));
});

test('a rejection holds at most as long as the settings allow', async () => {
  const made = remembered({ declined: { 'sha256:none': { status: 'rejected', at: START, until: FAR } } });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(made.deps.stored.resourceStates.get(key)?.declined).toEqual({});
  expect(warned(made)).toContainEqual(member('declined sha256:none'));
  const kept = remembered({ declined: { 'sha256:none': { status: 'rejected', at: START, until: inDays(89) } } });
  await kept.host.deliver(gridEvent('e1', SHOP));
  await kept.host.settle();
  expect(kept.deps.stored.resourceStates.get(key)?.declined).toHaveProperty('sha256:none');
});

test('an approval expires although its row has a later time', async () => {
  const made = remembered({ openApprovals: ['a1'] });
  if (!shop) return;
  const old = approval('a1', shop, { requestedAt: inDays(-30), expiresAt: FAR });
  made.deps.stored.approvals.set('a1', { value: old, version: 1 });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(made.deps.stored.approvals.get('a1')?.value.expiresAt).toBe(inDays(-23));
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'approval a1' }));
});

test('at most as many approvals are read as may be open', async () => {
  const made = remembered({ openApprovals: Array.from({ length: 10_000 }, (_, nth) => `a${nth}`) });
  const read = vi.spyOn(made.deps.approvals, 'get');
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  const line = made.deps.stored.logged.find(({ message }) => message.startsWith('too many open approvals'));
  expect(line?.fields).toMatchObject({ row: 'resource state', member: 'openApprovals', found: 10_000 });
  expect(new Set(read.mock.calls.flat()).size).toBe(200);
});

test.each(['evaluatedAt', 'fullyEvaluatedAt'] as const)(
  'a reconcile in the future, by %s, does not count',
  async (name) => {
    const made = remembered({ [name]: FAR });
    await made.host.deliver(gridEvent('e1', SHOP));
    await made.host.settle();
    expect(warned(made)).toContainEqual(member(name));
    expect(Date.parse(made.deps.stored.resourceStates.get(key)?.[name] ?? FAR)).toBeLessThan(Date.parse(inDays(1)));
  },
);

test('an event with a time in the future is logged and reconciled now', async () => {
  const made = remembered({});
  await made.host.deliver(gridEvent('e1', SHOP));
  const [event] = made.deps.stored.events;
  if (event) made.deps.stored.events[0] = { ...event, receivedAt: FAR };
  await made.host.settle();
  expect(outcomesIn(made.deps)).toEqual({ e1: 'evaluated' });
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'event e1' }));
});

test('an exemption without end is logged and exempts nothing', async () => {
  const made = remembered({});
  made.deps.stored.exemptions.set('x1', { value: exemption(FAR), version: 1 });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  const line = made.deps.stored.logged.filter(({ message }) => message.startsWith('the exemption is longer'));
  expect(line).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      fields: { resource: expect.any(String), row: 'exemption x1', at: FAR },
    }),
  );
  expect(decisionOf(made.deps, 'webapp-min-tls')).toBe(null);

  const sound = remembered({});
  sound.deps.stored.exemptions.set('x1', { value: exemption(inDays(300)), version: 1 });
  await sound.host.deliver(gridEvent('e1', SHOP));
  await sound.host.settle();
  expect(decisionOf(sound.deps, 'webapp-min-tls')).toContain('exempt');
  expect(sound.deps.stored.logged.filter(({ message }) => message.startsWith('the exemption is longer'))).toEqual([]);
});

test('a throttle until 2099 does not count', async () => {
  const made = remembered({});
  const { deps } = made;
  deps.stored.guards.throttles.set(shop?.subscriptionId ?? '', { since: START, until: FAR });
  expect(await checkGuards(deps, shop?.subscriptionId ?? '')).toBe(0);
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'throttle' }));
  deps.stored.guards.throttles.set(shop?.subscriptionId ?? '', { since: START, until: inDays(1) });
  expect(await checkGuards(deps, shop?.subscriptionId ?? '')).toBeGreaterThanOrEqual(86_400);
});

test('a heartbeat in the future does not hide an outage', async () => {
  const made = scene({
    app: UNSAFE,
    settings: { mode: 'autofix', limits: { fixesPerHour: 0, flapCount: 3, flapHours: 24, resumeHours: 6 } },
  });
  const { deps } = made;
  deps.stored.guards.heartbeat = FAR;
  await made.host.deliver(gridEvent('e1', SHOP));
  await checkGuards(deps, shop?.subscriptionId ?? '');
  expect(deps.stored.settings?.value.settings.stopped?.reason).toContain('nobody knows how long');
  expect(warned(made)).toContainEqual(expect.objectContaining({ row: 'heartbeat' }));
});

test('places of the budget that no claim can have written do not count', async () => {
  const made = remembered({});
  const far = Date.parse(FAR);
  made.deps.stored.budgets.set(shop?.subscriptionId ?? '', {
    grants: Array.from({ length: 25 }, (_, nth) => ({ resource: `r${nth}`, first: far, last: far })),
    waiting: [{ resource: 'r', due: far }],
    holding: { since: far, by: 'r' },
  });
  await made.host.deliver(gridEvent('e1', SHOP));
  await made.host.settle();
  expect(decisionOf(made.deps, 'webapp-min-tls')).toBe(null);
  const line = made.deps.stored.logged.find(({ fields }) => JSON.stringify(fields).includes('"row":"budget"'));
  expect(line).toMatchObject({ level: 'warn', fields: { ignored: 27 } });
});
