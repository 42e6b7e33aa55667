/**
 * Values that a write moves beside its changes: all are recorded, and rolled back with the fix while nobody else
 * changed them.
 */
import { describe, expect, test } from 'vitest';
import { type Json, type JsonObject, pointerOf } from '../../../src/domain/resources/json.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { gridEvent, OURSELVES } from '../../fakes/azure/event-grid.ts';
import { CART, SHOP, seedContainerApp, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, deliverAndSettle, rollbackOf, takeTime } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, type Scene, scene } from '../../fakes/scenarios/scene.ts';
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

/** An ingress with all properties that an update was seen to reset. */
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

/** From now on the next write also moves these values. */
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
  return { deps, host };
}

/** A fix of minimum TLS that removed the access restrictions. */
async function wiped(
  app: WebAppOptions = OLD_TLS,
  moves: Readonly<Record<string, Json>> = { [RULES]: open },
): Promise<Scene> {
  const made = scene({ app });
  moveAlong(made.deps, SHOP, 'config/web', moves);
  await deliverAndSettle(made.host, 'first', SHOP);
  return made;
}

const movedIn = ({ stored }: FakeDeps) =>
  stored.entries
    .findLast(({ kind }) => kind === 'fix.applied')
    ?.alsoMoved.map(({ path, from, to }) => ({ path, from, to }));

describe('all values that moved with a write are recorded', () => {
  test('for an ingress whose update resets port, traffic, domains and restrictions', async () => {
    const { deps } = await resetIngress();
    const moves = ['targetPort', 'traffic', 'customDomains', 'ipSecurityRestrictions'];
    expect(movedIn(deps)).toEqual(
      moves.map((key) => ({ path: `${INGRESS}/${key}`, from: BEFORE[key], to: AFTER[key] })),
    );
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      reasons: [{ code: 'also-moved', text: expect.stringContaining(`resource ${INGRESS}/customDomains`) }],
      message: 'Written and verified. Something else moved with it.',
    });
  });

  test('for a site whose update removes its restrictions in another document', async () => {
    const { deps, host } = scene({
      app: { site: { httpsOnly: false }, config: { ipSecurityRestrictions: restrictions } },
    });
    moveAlong(deps, SHOP, 'config/web', { [RULES]: open });
    await deliverAndSettle(host, 'first', SHOP);
    expect(movedIn(deps)).toEqual([{ path: RULES, from: restrictions, to: open }]);
    // One read more than the site itself, after the write; the reconcile had read it before.
    expect(deps.arm.reads.slice(1).map(({ documents }) => documents)).toEqual([
      ['resource'],
      ['resource'],
      ['config/web'],
    ]);
  });

  test('except for properties that the platform always changes, and the changes of the fix itself', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = (_, take) => {
      take();
      deps.arm.change(SHOP, 'resource', '/properties/lastModifiedTimeUtc', '2026-03-01T12:00:31');
      deps.arm.change(SHOP, 'config/web', '/etag', 'W/"2"');
      return undefined;
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(deps.stored.entries.at(-1)).toMatchObject({ kind: 'fix.applied', alsoMoved: [], reasons: [] });
  });

  test('a configuration that cannot be read after the write is recorded as unread', async () => {
    const { deps, host } = scene({ app: { site: { httpsOnly: false } } });
    deps.arm.onWritten = () => {
      deps.arm.onRead = (_, name) => (name === 'config/web' ? { status: 'forbidden', detail: 'no' } : undefined);
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.applied',
      reasons: [{ code: 'unread', text: expect.stringMatching(/^config\/web was not read/) }],
    });
  });

  test('a configuration that is read at the second try is compared', async () => {
    const { deps, host } = scene({
      app: { site: { httpsOnly: false }, config: { ipSecurityRestrictions: restrictions } },
    });
    moveAlong(deps, SHOP, 'config/web', { [RULES]: open });
    let refusals = 0;
    deps.arm.onWritten = () => {
      refusals = 1;
    };
    deps.arm.onRead = (_, name) => {
      if (name !== 'config/web' || refusals === 0) return undefined;
      refusals -= 1;
      return { status: 'failed', detail: 'throttled', retryable: true };
    };
    await deliverAndSettle(host, 'first', SHOP);
    expect(movedIn(deps)).toEqual([{ path: RULES, from: restrictions, to: open }]);
  });

  test('with an operation that fails after it was accepted, and the rule needs an approval from then on', async () => {
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

describe('a rollback also restores values that moved with the fix', () => {
  test('an ingress, completely as it was before', async () => {
    const { deps, host } = await resetIngress();
    const requested = await host.rollBack(rollbackOf(deps));
    expect(requested.changes.map(({ path, to }) => [path, to])).toEqual([
      [`${INGRESS}/allowInsecure`, true],
      ...Object.keys(AFTER).map((key) => [`${INGRESS}/${key}`, BEFORE[key]]),
    ]);
    expect(requested.reasons).toMatchObject([{ code: 'approved' }, { code: 'also-moved' }]);
    await host.settle();
    expect(deps.arm.valueOf(CART, 'resource', INGRESS)).toMatchObject(BEFORE);
    expect(recordsIn(deps).slice(2)).toEqual([
      'approval.approved containerapp-insecure-ingress',
      'rollback.intended containerapp-insecure-ingress',
      'exemption.created containerapp-insecure-ingress',
      'rollback.applied containerapp-insecure-ingress',
    ]);
    expect(approvals(deps)).toMatchObject([{ status: 'applied', reasons: [{ code: 'also-moved' }] }]);
    const applied = deps.stored.entries.find(({ kind }) => kind === 'rollback.applied');
    expect(applied).toMatchObject({ alsoMoved: [], changes: { length: 5 } });
  });

  test('the access restrictions of a site, after events of its own writes', async () => {
    const { deps, host } = await wiped();
    await host.deliver(gridEvent('echo', SHOP, { by: OURSELVES }));
    await host.settle();
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect([tlsNow(deps), deps.arm.valueOf(SHOP, 'config/web', RULES)]).toEqual(['1.0', restrictions]);
  });

  test('except for a value that has changed since, while the fix itself is rolled back', async () => {
    const { deps, host } = await wiped();
    deps.arm.change(SHOP, 'config/web', RULES, [{ ...restrictions[0], name: 'new' }]);
    const requested = await host.rollBack(rollbackOf(deps));
    expect(requested.changes.map(({ path }) => path)).toEqual([TLS]);
    expect(requested.reasons[1]).toEqual({
      code: 'not-put-back',
      text: `Moved along and left as it is: config/web ${RULES} (it is no longer as it was seen after the fix).`,
    });
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'config/web', RULES)).toMatchObject([{ name: 'new' }]);
    const intent = deps.stored.entries.find(({ kind }) => kind === 'rollback.intended');
    expect(intent?.reasons).toMatchObject([{ code: 'approved' }, { code: 'not-put-back' }, { code: 'digest' }]);
    expect(approvals(deps)[0]?.reasons).toMatchObject([{ code: 'not-put-back' }]);
  });

  test('none of them when another writer is known since the fix, and the approval names the writer', async () => {
    const { deps, host } = await wiped();
    await deliverAndSettle(host, 'second', SHOP);
    const requested = await host.rollBack({ ...rollbackOf(deps), person: { objectId: 'dora', name: 'Dora' } });
    expect(requested.changes.map(({ path }) => path)).toEqual([TLS]);
    expect(requested.reasons[1]?.text).toContain('bob@example.com wrote the resource');
  });

  test('an event of the change that caused the fix does not count as a later write', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    moveAlong(deps, SHOP, 'config/web', { [RULES]: open });
    await deliverAndSettle(host, 'second', SHOP);
    const requested = await host.rollBack({ ...rollbackOf(deps), person: { objectId: 'dora', name: 'Dora' } });
    expect(requested.changes.map(({ path }) => path)).toEqual([TLS, RULES]);
  });

  test('an event that comes after the request supersedes the rollback, and a new request rolls back the fix only', async () => {
    const { deps, host } = await wiped();
    const request = { ...rollbackOf(deps), person: { objectId: 'dora', name: 'Dora' } };
    await host.rollBack(request);
    await host.deliver(gridEvent('second', SHOP));
    await host.settle();
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded', reasons: [{ code: 'moved', text: expect.stringMatching(/bob@example.com.*Ask again/) }] },
    ]);
    expect([tlsNow(deps), deps.arm.requests.length]).toEqual(['1.2', 1]);
    await host.rollBack(request);
    await host.settle();
    expect([tlsNow(deps), deps.arm.valueOf(SHOP, 'config/web', RULES)]).toEqual(['1.0', open]);
  });

  test('after a failed rollback of both, the next request rolls back the fix only', async () => {
    const { deps, host } = await wiped();
    deps.arm.onWrite = () => refused('invalid', 'BadRequest');
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    deps.arm.onWrite = null;
    const requested = await host.rollBack(rollbackOf(deps));
    expect(requested.changes.map(({ path }) => path)).toEqual([TLS]);
    expect(requested.reasons[1]?.text).toContain('has failed before');
    await host.settle();
    expect(tlsNow(deps)).toBe('1.0');
  });

  test('except for values that Azure cannot set and values that a rollback does not write', async () => {
    const moves = { '/properties/websiteTimeZone': 'UTC', '/properties/publicNetworkAccess': 'Disabled' };
    const { deps, host } = await wiped(OLD_TLS, moves);
    const { reasons } = await host.rollBack(rollbackOf(deps));
    expect(reasons[1]?.text).toMatch(
      /publicNetworkAccess \(a rollback does not write.*websiteTimeZone \(there was no value before/,
    );
  });

  test('at most as many as an entry lists, and the approval has the number of the others', async () => {
    const names = Array.from({ length: 53 }, (_, at) => `t~${at}/é`);
    const each = (value: string) => Object.fromEntries(names.map((name) => [name, value]));
    const { deps, host } = await wiped(
      { config: { minTlsVersion: '1.0', ...each('before') } },
      Object.fromEntries(names.map((name) => [`/properties${pointerOf([name])}`, 'after'])),
    );
    const requested = await host.rollBack(rollbackOf(deps));
    expect(requested.reasons.at(-1)).toEqual({
      code: 'not-put-back',
      text: 'Moved along and left as it is: 3 more, which the entry of the fix has no room for.',
    });
    await host.settle();
    const values = names.map((name) => deps.arm.valueOf(SHOP, 'config/web', `/properties${pointerOf([name])}`));
    expect(values).toEqual([...Array(50).fill('before'), ...Array(3).fill('after')]);
  });

  test('on App Service the sibling leaves of a restored member are sent unchanged', async () => {
    const cors = { allowedOrigins: ['https://a.example'], supportCredentials: true };
    const { deps, host } = await wiped(
      { config: { minTlsVersion: '1.0', cors } },
      { '/properties/cors/supportCredentials': false },
    );
    await host.rollBack(rollbackOf(deps));
    await host.settle();
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/cors')).toEqual(cors);
    expect(deps.arm.writes.at(-1)?.body).toEqual({ properties: { minTlsVersion: '1.0', cors } });
  });

  test('an irreversible fix is refused, with the hint that the moved values must be restored by hand', async () => {
    const { deps } = await wiped();
    const { entry } = rollbackOf(deps);
    const irreversible = { ...entry, changes: entry.changes.map((change) => ({ ...change, from: null })) };
    await expect(createHost(deps).rollBack({ entry: irreversible, comment: 'x', person: ada })).rejects.toMatchObject({
      code: 'not-reversible',
      message: expect.stringContaining('What moved along with it is put back by a person'),
    });
  });

  test('a row with another value than decided is blocked, and nothing is written', async () => {
    const { deps, host } = await wiped();
    const requested = await host.rollBack(rollbackOf(deps));
    const { approvals: rows } = deps.stored;
    const changes = requested.changes.map((change) => (change.path === RULES ? { ...change, to: [] } : change));
    rows.set(requested.id, { value: { ...requested, changes }, version: rows.get(requested.id)?.version ?? 1 });
    await host.settle();
    expect(approvals(deps)).toMatchObject([
      { status: 'blocked', reasons: [{ text: expect.stringContaining('its digest is not that of its changes') }] },
    ]);
    expect(deps.arm.requests).toHaveLength(1);
  });
});
