/** What a write moves beside what it is about: all of it is named, and goes back with the fix while it is nobody else's. */
import { describe, expect, test } from 'vitest';
import { type Json, type JsonObject, pointerOf } from '../../../src/domain/resources/json.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, deliverAndSettle, rollbackOf, takeTime } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
import { ada, TLS, tlsNow } from '../approvals/rolling-back.ts';

const INGRESS = '/properties/configuration/ingress';
const RULES = '/properties/ipSecurityRestrictions';
const office = { name: 'office', action: 'Allow', ipAddressRange: '203.0.113.0/24' };
const restrictions = [
  { name: 'office', action: 'Allow', ipAddress: '203.0.113.0/24', priority: 100 },
  { name: 'Deny all', action: 'Deny', ipAddress: 'Any', priority: 2_147_483_647 },
];
const open = [{ name: 'Allow all', action: 'Allow', ipAddress: 'Any', priority: 1 }];
const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0', ipSecurityRestrictions: restrictions } };

/** An ingress with all that an update of it has been seen to reset. */
const BEFORE: JsonObject = {
  allowInsecure: true,
  targetPort: 8080,
  traffic: [
    { revisionName: 'cart--0001', weight: 80 },
    { latestRevision: true, weight: 20 },
  ],
  customDomains: [{ name: 'pay.contoso.example', bindingType: 'SniEnabled' }],
  ipSecurityRestrictions: [office],
};
const AFTER: JsonObject = {
  targetPort: 80,
  traffic: [{ latestRevision: true, weight: 100 }],
  customDomains: null,
  ipSecurityRestrictions: null,
};

/** From now on the next write moves this along. */
function moveAlong(
  { arm }: FakeDeps,
  id: string,
  document: 'resource' | 'config/web',
  moves: Readonly<Record<string, Json>>,
) {
  arm.onWrite = (_, take) => {
    take();
    for (const [path, value] of Object.entries(moves)) arm.change(id, document, path, value);
    arm.onWrite = null;
    return { kind: 'done', arm: { status: 200 } };
  };
}

async function resetIngress(moves: JsonObject = AFTER): Promise<Scene> {
  const deps = fakeDeps();
  const host = createHost(deps);
  seedContainerApp(deps.arm, BEFORE);
  moveAlong(
    deps,
    CART,
    'resource',
    Object.fromEntries(Object.entries(moves).map(([key, to]) => [`${INGRESS}/${key}`, to])),
  );
  await deliverAndSettle(host, 'first', CART);
  return { world: deps, host };
}

/** A fix of minimum TLS that wiped the access restrictions. */
async function wiped(
  app: WebAppOptions = OLD_TLS,
  moves: Readonly<Record<string, Json>> = { [RULES]: open },
): Promise<Scene> {
  const made = scene({ app });
  moveAlong(made.world, SHOP, 'config/web', moves);
  await deliverAndSettle(made.host, 'first', SHOP);
  return made;
}

const movedIn = ({ stored }: FakeDeps) =>
  stored.entries
    .findLast(({ kind }) => kind === 'fix.applied')
    ?.alsoMoved.map(({ path, from, to }) => ({ path, from, to }));

describe('all that moved with a write is named', () => {
  test('an ingress whose update resets it: port, traffic, domains and restrictions', async () => {
    const { world } = await resetIngress();
    const moves = ['targetPort', 'traffic', 'customDomains', 'ipSecurityRestrictions'];
    expect(movedIn(world)).toEqual(
      moves.map((key) => ({ path: `${INGRESS}/${key}`, from: BEFORE[key], to: AFTER[key] })),
    );
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      reasons: [{ code: 'also-moved', text: expect.stringContaining(`resource ${INGRESS}/customDomains`) }],
      message: 'Written and verified. Something else moved with it.',
    });
  });

  test('a site whose update wipes its restrictions, which stand in another document', async () => {
    const { world, host } = scene({
      app: { site: { httpsOnly: false }, config: { ipSecurityRestrictions: restrictions } },
    });
    moveAlong(world, SHOP, 'config/web', { [RULES]: open });
    await deliverAndSettle(host, 'first', SHOP);
    expect(movedIn(world)).toEqual([{ path: RULES, from: restrictions, to: open }]);
    // One read more than the site itself, after the write; before it the look had read it.
    expect(world.arm.reads.slice(1).map(({ documents }) => documents)).toEqual([
      ['resource'],
      ['resource'],
      ['config/web'],
    ]);
  });

  test('what the platform always moves is not, nor what our own change says', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = (_, take) => {
      take();
      world.arm.change(SHOP, 'resource', '/properties/lastModifiedTimeUtc', '2026-03-01T12:00:31');
      world.arm.change(SHOP, 'config/web', '/etag', 'W/"2"');
      return undefined;
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(world.stored.entries.at(-1)).toMatchObject({ kind: 'fix.applied', alsoMoved: [], reasons: [] });
  });

  test('a configuration that cannot be read afterwards: the entry says that it is not known', async () => {
    const { world, host } = scene({ app: { site: { httpsOnly: false } } });
    world.arm.onWritten = () => {
      world.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no' } : undefined);
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      reasons: [{ code: 'unread', text: expect.stringMatching(/^config\/web was not read/) }],
    });
  });

  test('one that is read only at the second try is compared', async () => {
    const { world, host } = scene({
      app: { site: { httpsOnly: false }, config: { ipSecurityRestrictions: restrictions } },
    });
    moveAlong(world, SHOP, 'config/web', { [RULES]: open });
    let refusals = 0;
    world.arm.onWritten = () => {
      refusals = 1;
    };
    world.arm.onRead = (_, name) => {
      if (name !== 'config/web' || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 'failed', detail: 'throttled', retryable: true };
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(movedIn(world)).toEqual([{ path: RULES, from: restrictions, to: open }]);
  });

  test('also with an operation that fails after it was accepted, and a person decides from then on', async () => {
    const deps = fakeDeps();
    const host = createHost(deps);
    seedContainerApp(deps.arm, BEFORE);
    takeTime(deps, 20, 'ContainerAppOperationError');
    const accepts = deps.arm.onWrite;
    deps.arm.onWrite = (step, take) => {
      deps.arm.change(CART, 'resource', `${INGRESS}/targetPort`, 80);
      return accepts?.(step, take);
    };
    await deliverAndSettle(host, 'first', CART);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.failed',
      alsoMoved: [{ path: `${INGRESS}/targetPort`, from: 8080, to: 80 }],
    });
    await deliverAndSettle(host, 'second', CART);
    expect(approvals(deps)).toMatchObject([{ status: 'pending', reasons: [{ code: 'also-moved-before' }] }]);
  });
});

describe('what moved along goes back with the fix', () => {
  test('an ingress, whole as it was before', async () => {
    const { world, host } = await resetIngress();
    const asked = await host.rollBack(rollbackOf(world));
    expect(asked.changes.map(({ path, to }) => [path, to])).toEqual([
      [`${INGRESS}/allowInsecure`, true],
      ...Object.keys(AFTER).map((key) => [`${INGRESS}/${key}`, BEFORE[key]]),
    ]);
    expect(asked.reasons).toMatchObject([{ code: 'approved' }, { code: 'also-moved' }]);
    await host.settle();
    expect(world.arm.valueOf(CART, 'resource', INGRESS)).toMatchObject(BEFORE);
    expect(factsIn(world).slice(2)).toEqual([
      'approval.approved containerapp-insecure-ingress',
      'rollback.intended containerapp-insecure-ingress',
      'exemption.created containerapp-insecure-ingress',
      'rollback.applied containerapp-insecure-ingress',
    ]);
    expect(approvals(world)).toMatchObject([{ status: 'applied', reasons: [{ code: 'also-moved' }] }]);
    const applied = world.stored.entries.find(({ kind }) => kind === 'rollback.applied');
    expect(applied).toMatchObject({ alsoMoved: [], changes: { length: 5 } });
  });

  test('the access restrictions of a site, with our own events between', async () => {
    const { world, host } = await wiped();
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await host.settle();
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect([tlsNow(world), world.arm.valueOf(SHOP, 'config/web', RULES)]).toEqual(['1.0', restrictions]);
  });

  test('not what is no longer as it was seen; the fix itself does', async () => {
    const { world, host } = await wiped();
    world.arm.change(SHOP, 'config/web', RULES, [{ ...restrictions[0], name: 'new' }]);
    const asked = await host.rollBack(rollbackOf(world));
    expect(asked.changes.map(({ path }) => path)).toEqual([TLS]);
    expect(asked.reasons[1]).toEqual({
      code: 'not-put-back',
      text: `Moved along and left as it is: config/web ${RULES} (it is no longer as it was seen after the fix).`,
    });
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', RULES)).toMatchObject([{ name: 'new' }]);
    const intent = world.stored.entries.find(({ kind }) => kind === 'rollback.intended');
    expect(intent?.reasons).toMatchObject([{ code: 'approved' }, { code: 'not-put-back' }, { code: 'digest' }]);
    expect(approvals(world)[0]?.reasons).toMatchObject([{ code: 'not-put-back' }]);
  });

  test('nothing of it when somebody else is known to have written since, and the card says who', async () => {
    const { world, host } = await wiped();
    await deliverAndSettle(host, 'second', SHOP);
    const asked = await host.rollBack({ ...rollbackOf(world), person: { objectId: 'dora', name: 'Dora' } });
    expect(asked.changes.map(({ path }) => path)).toEqual([TLS]);
    expect(asked.reasons[1]?.text).toContain('bob@example.com wrote the resource');
  });

  test('a write that brought about the fix itself is none since, though its intent is older', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    moveAlong(world, SHOP, 'config/web', { [RULES]: open });
    await deliverAndSettle(host, 'second', SHOP);
    const asked = await host.rollBack({ ...rollbackOf(world), person: { objectId: 'dora', name: 'Dora' } });
    expect(asked.changes.map(({ path }) => path)).toEqual([TLS, RULES]);
  });

  test('when their event comes only after it was asked: nothing is written; asked again, only the fix goes back', async () => {
    const { world, host } = await wiped();
    const request = { ...rollbackOf(world), person: { objectId: 'dora', name: 'Dora' } };
    await host.rollBack(request);
    await host.deliver(gridEvent('second', SHOP));
    await host.settle();
    expect(approvals(world)).toMatchObject([
      { status: 'superseded', reasons: [{ code: 'moved', text: expect.stringMatching(/bob@example.com.*Ask again/) }] },
    ]);
    expect([tlsNow(world), world.arm.requests.length]).toEqual(['1.2', 1]);
    await host.rollBack(request);
    await host.settle();
    expect([tlsNow(world), world.arm.valueOf(SHOP, 'config/web', RULES)]).toEqual(['1.0', open]);
  });

  test('when putting both back failed, the next try puts back the fix alone', async () => {
    const { world, host } = await wiped();
    world.arm.onWrite = () => refused('invalid', 'BadRequest');
    await host.rollBack(rollbackOf(world));
    await host.settle();
    world.arm.onWrite = null;
    const asked = await host.rollBack(rollbackOf(world));
    expect(asked.changes.map(({ path }) => path)).toEqual([TLS]);
    expect(asked.reasons[1]?.text).toContain('has failed before');
    await host.settle();
    expect(tlsNow(world)).toBe('1.0');
  });

  test('what Azure takes no value for, and what a rollback does not write, stays', async () => {
    const moves = { '/properties/websiteTimeZone': 'UTC', '/properties/publicNetworkAccess': 'Disabled' };
    const { world, host } = await wiped(OLD_TLS, moves);
    const { reasons } = await host.rollBack(rollbackOf(world));
    expect(reasons[1]?.text).toMatch(
      /publicNetworkAccess \(a rollback does not write.*websiteTimeZone \(there was no value before/,
    );
  });

  test('of more than an entry lists, whatever their names, the card says how many are left', async () => {
    const names = Array.from({ length: 53 }, (_, at) => `t~${at}/é`);
    const each = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    const { world, host } = await wiped(
      { config: { minTlsVersion: '1.0', ...each('before') } },
      Object.fromEntries(names.map((name) => [`/properties${pointerOf([name])}`, 'after'])),
    );
    const asked = await host.rollBack(rollbackOf(world));
    expect(asked.reasons.at(-1)).toEqual({
      code: 'not-put-back',
      text: 'Moved along and left as it is: 3 more, which the entry of the fix has no room for.',
    });
    await host.settle();
    const values = names.map((name) => world.arm.valueOf(SHOP, 'config/web', `/properties${pointerOf([name])}`));
    expect(values).toEqual([...Array(50).fill('before'), ...Array(3).fill('after')]);
  });

  test('on App Service the other leaves of a member travel with the one that goes back', async () => {
    const cors = { allowedOrigins: ['https://a.example'], supportCredentials: true };
    const { world, host } = await wiped(
      { config: { minTlsVersion: '1.0', cors } },
      { '/properties/cors/supportCredentials': false },
    );
    await host.rollBack(rollbackOf(world));
    await host.settle();
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/cors')).toEqual(cors);
    expect(world.arm.writes.at(-1)?.body).toEqual({ properties: { minTlsVersion: '1.0', cors } });
  });

  test('what cannot be undone stays refused, and says that a person puts back what moved', async () => {
    const { world } = await wiped();
    const { entry } = rollbackOf(world);
    const irreversible = { ...entry, changes: entry.changes.map((change) => ({ ...change, from: null })) };
    await expect(createHost(world).rollBack({ entry: irreversible, comment: 'x', person: ada })).rejects.toMatchObject({
      code: 'not-reversible',
      message: expect.stringContaining('What moved along with it is put back by a person'),
    });
  });

  test('a row that names another value than was decided: nothing is written', async () => {
    const { world, host } = await wiped();
    const asked = await host.rollBack(rollbackOf(world));
    const { approvals: rows } = world.stored;
    const changes = asked.changes.map((change) => (change.path === RULES ? { ...change, to: [] } : change));
    rows.set(asked.id, { value: { ...asked, changes }, version: rows.get(asked.id)?.version ?? 1 });
    await host.settle();
    expect(approvals(world)).toMatchObject([
      { status: 'blocked', reasons: [{ text: expect.stringContaining('its digest is not that of its changes') }] },
    ]);
    expect(world.arm.requests).toHaveLength(1);
  });
});
