/** The only writer: what must be there before a request leaves, what stops it at the last moment, what its answer means. */
import { describe, expect, test } from 'vitest';
import { valueAt } from '../../src/domain/change.ts';
import { compliant } from '../../src/domain/rule.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { bodyOf, read } from '../../src/domain/snapshot.ts';
import { StorageUnavailable } from '../../src/workflows/ports.ts';
import { ruleLike } from '../domain/examples.ts';
import { RISKY, SHOP, seedWebApp, UNSAFE, type WebAppLooks } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { createHost, type Host } from '../world/host.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from '../world/memory-world.ts';
import { factsIn, outcomesIn, scene } from '../world/scene.ts';
import { failingWorld, watchedWorld } from '../world/watched-world.ts';
import { approvals, decisionOn, eventAndRest } from '../world/ways.ts';

const OLD_TLS: WebAppLooks = { config: { minTlsVersion: '1.0' } };
const DOWN = new StorageUnavailable('the storage does not answer');

describe('promises 4 and 9: no record, no change; what cannot be read stops the write', () => {
  test.each([
    'settings.load',
    'memories.load',
    'memories.save',
    'events.waiting',
    'audit.append',
    'alarms.set',
    'arm.identity',
  ])('%s fails: nothing is written, and the event waits; once it works, it is fixed', async (call) => {
    let down = true;
    const { world, host } = scene({
      app: UNSAFE,
      ports: (whole) =>
        watchedWorld(whole, async (name, go) => {
          if (down && name === call) throw DOWN;
          return go();
        }),
    });
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(100);
    expect([world.arm.requests, outcomesIn(world)]).toEqual([[], { e: null }]);
    down = false;
    await host.settle();
    expect(world.arm.writes).toHaveLength(2);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('what somebody else puts right before our intent was in the log is never told as our fix', async () => {
    let down = true;
    const { world, host } = scene({
      app: OLD_TLS,
      ports: (whole) =>
        watchedWorld(whole, async (name, go) => {
          if (down && name === 'audit.append') throw DOWN;
          return go();
        }),
    });
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(100);
    expect([...world.stored.memories.values()][0]?.operations).toHaveLength(1);
    seedWebApp(world.arm, { config: { minTlsVersion: '1.2' } });
    down = false;
    await host.settle();
    expect([factsIn(world), world.arm.requests, outcomesIn(world)]).toEqual([[], [], { e: 'evaluated' }]);
  });

  test.each(['approvals.get', 'memories.load', 'settings.load'])(
    '%s fails: no approved change is written',
    async (call) => {
      let down = false;
      const { world, host } = scene({
        app: RISKY,
        ports: (whole) =>
          watchedWorld(whole, async (name, go) => {
            if (down && name === call) throw DOWN;
            return go();
          }),
      });
      await eventAndRest(host, 'e', SHOP);
      await host.decide(decisionOn(world, 'approve'));
      down = true;
      await host.settle(200);
      expect(world.arm.requests).toEqual([]);
      down = false;
      await host.settle();
      expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    },
  );

  test.each([1, 2, 3])(
    'settings that cannot be read at the %i. request of a plan: that one is not sent',
    async (nth) => {
      let reads = 0;
      const { world, host } = scene({
        app: UNSAFE,
        ports: (whole) =>
          watchedWorld(whole, async (name, go) => {
            if (name === 'settings.load') {
              reads += 1;
              if (reads === nth) throw DOWN;
            }
            return go();
          }),
      });
      await host.deliver(gridEvent('e', SHOP));
      world.clock.advance(30);
      await host.work();
      expect(world.arm.requests).toHaveLength(Math.max(0, nth - 2));
      await host.settle();
      expect(world.arm.writes).toHaveLength(2);
      expect(factsIn(world, 'fix.applied')).toHaveLength(3);
    },
  );

  test('the intent names what is there and what is planned, before the request leaves', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    let logged: string[] = [];
    world.arm.onWrite = () => {
      logged = factsIn(world);
      return undefined;
    };
    await eventAndRest(host, 'e', SHOP);
    expect(logged).toEqual(['fix.intended webapp-min-tls']);
    expect(world.stored.entries[0]).toMatchObject({
      kind: 'fix.intended',
      mode: 'autofix',
      changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
      trigger: { type: 'event', eventId: 'e', changedBy: { name: 'bob@example.com' } },
    });
  });
});

describe('the last look before a write', () => {
  /** Something happens right after the app was evaluated. */
  function meanwhile(world: MemoryWorld, happens: () => void) {
    let done = false;
    return watchedWorld(world, async (name, go) => {
      const answer = await go();
      if (name === 'audit.append' && !done && world.stored.entries.some(({ kind }) => kind === 'fix.intended')) {
        done = true;
        happens();
      }
      return answer;
    });
  }

  test.each<[string, Partial<Settings>, string]>([
    ['the stop switch', { stopped: { reason: 'incident' } }, 'stopped'],
    ['mode audit', { mode: 'audit' }, 'mode-audit'],
    ['mode approve, for what nobody approved', { mode: 'approve' }, 'mode-approve'],
    ['a freeze', { scopes: [{ scope: SHOP, frozen: { until: '2026-04-01T00:00:00Z', reason: 'x' } }] }, 'frozen'],
  ])('%s is switched on in between: nothing is written, and the log says why', async (_, settings, code) => {
    const { world, host } = scene({
      app: OLD_TLS,
      ports: (whole) => meanwhile(whole, () => storeSettings(whole, settings)),
    });
    await eventAndRest(host, 'e', SHOP);
    expect(world.arm.requests).toEqual([]);
    expect(factsIn(world, 'fix.intended', 'fix.blocked')).toEqual([
      'fix.intended webapp-min-tls',
      'fix.blocked webapp-min-tls',
    ]);
    expect(world.stored.entries[1]?.reasons).toMatchObject([{ code }]);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test.each([
    ['the stop switch', { stopped: { reason: 'incident' } }],
    ['mode audit', { mode: 'audit' }],
  ] as const)('%s in between leaves an approved change approved, and it is written later', async (_, settings) => {
    let armed = false;
    const { world, host } = scene({
      app: RISKY,
      ports: (whole) => meanwhile(whole, () => armed && storeSettings(whole, settings)),
    });
    await eventAndRest(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    armed = true;
    await host.settle();
    expect([world.arm.requests, approvals(world).map(({ status }) => status)]).toEqual([[], ['approved']]);
    storeSettings(world, {});
    await eventAndRest(host, 'again', SHOP);
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
    expect(new Set(world.stored.entries.flatMap(({ operationId }) => operationId ?? [])).size).toBe(1);
    expect(factsIn(world, 'fix.intended', 'fix.blocked', 'fix.applied')).toEqual([
      'fix.intended webapp-remote-debugging',
      'fix.blocked webapp-remote-debugging',
      'fix.applied webapp-remote-debugging',
    ]);
  });

  test('mode approve in between does not stop what a person approved', async () => {
    const { world, host } = scene({
      app: RISKY,
      ports: (whole) => meanwhile(whole, () => storeSettings(whole, { mode: 'approve' })),
    });
    await eventAndRest(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    expect(approvals(world)).toMatchObject([{ status: 'applied' }]);
  });

  test('the value moved between evaluation and write: nothing is written on it, a fresh look decides', async () => {
    const { world, host } = scene({
      app: OLD_TLS,
      ports: (whole) =>
        meanwhile(whole, () => whole.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.1')),
    });
    await eventAndRest(host, 'e', SHOP);
    expect(world.arm.requests).toHaveLength(1);
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/minTlsVersion')).toBe('1.2');
    expect(factsIn(world)).toEqual([
      'fix.intended webapp-min-tls',
      'fix.blocked webapp-min-tls',
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    expect(world.stored.entries.at(-1)?.changes).toMatchObject([{ from: '1.1', to: '1.2' }]);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
  });

  test('an approved value that moved in between is not written: superseded, and the new one says what moved', async () => {
    let armed = false;
    const path = '/properties/cors/allowedOrigins';
    const { world, host } = scene({
      app: { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } },
      ports: (whole) => meanwhile(whole, () => armed && whole.arm.change(SHOP, 'config/web', path, ['*'])),
    });
    await eventAndRest(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    armed = true;
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    expect(approvals(world)).toMatchObject([
      { status: 'superseded' },
      { status: 'pending', moved: [{ path, from: ['*', 'https://a.example'], to: ['*'] }] },
    ]);
  });

  test('nor when a value that would travel along has moved in between: somebody has just set it', async () => {
    let armed = false;
    const cors = { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true };
    const path = '/properties/cors/supportCredentials';
    const { world, host } = scene({
      app: { config: { cors } },
      ports: (whole) => meanwhile(whole, () => armed && whole.arm.change(SHOP, 'config/web', path, false)),
    });
    await eventAndRest(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    armed = true;
    await host.settle();
    expect([world.arm.requests, world.arm.valueOf(SHOP, 'config/web', path)]).toEqual([[], false]);
    expect(approvals(world)).toMatchObject([
      { status: 'superseded' },
      { status: 'pending', moved: [{ path, from: true, to: false }] },
    ]);
  });

  test('the planned value is there already: applied without a request', async () => {
    const { world, host } = scene({
      app: OLD_TLS,
      ports: (whole) =>
        meanwhile(whole, () => whole.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.2')),
    });
    await eventAndRest(host, 'e', SHOP);
    expect(world.arm.requests).toEqual([]);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
  });
});

test('a storage that fails after the write loses nothing: the next look finds it applied', async () => {
  const ports = (whole: MemoryWorld) => failingWorld(whole, 'findings.replace', DOWN, 1);
  const { world, host } = scene({ app: OLD_TLS, ports });
  await eventAndRest(host, 'e', SHOP);
  expect(world.arm.writes).toHaveLength(1);
  expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
  expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
});

describe('what a verdict was formed on beside the app', () => {
  const PLAN_RULE = ruleLike({
    id: 'webapp-planned',
    documents: ['resource', 'plan'],
    writes: ['resource'],
    check: (snapshot) => {
      const { tier } = bodyOf(snapshot, 'plan') ?? {};
      const from = valueAt(bodyOf(snapshot, 'resource') ?? {}, '/properties/httpsOnly');
      if (from === true || tier !== 'Premium') return compliant('It is right.');
      const change = { document: 'resource', path: '/properties/httpsOnly', from, to: true } as const;
      return { verdict: 'violation', reason: 'It is wrong.', changes: [change] };
    },
  });

  function premiumApp(): { world: MemoryWorld; host: Host } {
    const world = memoryWorld({ rules: [PLAN_RULE] });
    seedWebApp(world.arm, { site: { httpsOnly: false } });
    world.arm.seed(SHOP, { resource: world.arm.valueOf(SHOP, 'resource', ''), plan: { tier: 'Premium' } });
    return { world, host: createHost(world) };
  }

  test('is read again, and fresh, before the write', async () => {
    const { world, host } = premiumApp();
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    expect(world.arm.writes).toHaveLength(1);
    expect(world.arm.reads[1]).toMatchObject({ documents: ['resource', 'plan', 'config/web'], fresh: true });
  });

  test('when it moved meanwhile, nothing is written, and another look decides', async () => {
    const { world, host } = premiumApp();
    let looks = 0;
    world.arm.onRead = (_, name) => {
      if (name === 'plan') looks += 1;
      return name === 'plan' && looks > 1 ? read('web-app', name, { tier: 'Free' }) : undefined;
    };
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    expect(world.arm.requests).toEqual([]);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(world.stored.findings.map(({ verdict }) => verdict)).toEqual(['compliant']);
  });
});

describe('promise 5: a document that Azure takes only whole', () => {
  const AUTH_RULE = ruleLike({
    id: 'webapp-signed-in',
    documents: ['resource', 'config/authsettingsV2'],
    writes: ['config/authsettingsV2'],
    check: (snapshot) => {
      const path = '/properties/platform/enabled';
      const from = valueAt(bodyOf(snapshot, 'config/authsettingsV2') ?? {}, path);
      if (from === true) return compliant('It is on.');
      const changes = [{ document: 'config/authsettingsV2', path, from, to: true }] as const;
      return { verdict: 'violation', reason: 'It is off.', changes };
    },
  });

  async function fixed(clientSecret: string, prepare?: (world: MemoryWorld) => void): Promise<MemoryWorld> {
    const world = memoryWorld({ rules: [AUTH_RULE] });
    seedWebApp(world.arm);
    const settings = { name: 'authsettingsV2', properties: { platform: { enabled: false }, login: { clientSecret } } };
    world.arm.seed(SHOP, { resource: world.arm.valueOf(SHOP, 'resource', ''), 'config/authsettingsV2': settings });
    prepare?.(world);
    const host = createHost(world);
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    return world;
  }

  test('is sent as it was just read, with the one leaf changed', async () => {
    const { arm } = await fixed('a-setting');
    expect(arm.writes.map(({ method, body }) => ({ method, body }))).toEqual([
      {
        method: 'PUT',
        body: {
          name: 'authsettingsV2',
          properties: { platform: { enabled: true }, login: { clientSecret: 'a-setting' } },
        },
      },
    ]);
  });

  test.each(['[hidden]', 'https://ada:secret@host'])(
    'is not offered when it holds %s, and the finding says where',
    async (held) => {
      const world = await fixed(held);
      expect([world.arm.requests, factsIn(world), world.stored.approvals.size]).toEqual([[], [], 0]);
      expect(world.stored.findings).toMatchObject([
        {
          verdict: 'violation',
          tier: 'advice',
          changes: [],
          reason: expect.stringMatching(
            /^It is off\. .*lost at config\/authsettingsV2 \/properties\/login\/clientSecret\. /,
          ),
        },
      ]);
    },
  );

  test('is not sent when it holds a secret only right before the write: blocked, with where and why', async () => {
    let looks = 0;
    const world = await fixed('a-setting', ({ arm }) => {
      arm.onRead = (_, name) => {
        if (name === 'config/authsettingsV2') looks += 1;
        if (name !== 'config/authsettingsV2' || looks === 1) return undefined;
        const login = { clientSecret: 'https://ada:secret@host' };
        return read('web-app', name, { properties: { platform: { enabled: false }, login } });
      };
    });
    expect(world.arm.requests).toEqual([]);
    expect(factsIn(world)).toEqual(['fix.intended webapp-signed-in', 'fix.blocked webapp-signed-in']);
    const told = world.stored.entries.at(-1)?.reasons[0]?.text;
    expect(told).toMatch(/lost at config\/authsettingsV2 \/properties\/login\/clientSecret\. .* where it is declared/);
  });
});
