/** The only writer: what must hold before a request, what stops it at the last moment, and what its answer means. */

import { describe, expect, test } from 'vitest';
import { valueAt } from '../../../src/domain/changes/change.ts';
import { bodyOf, documentStateOf } from '../../../src/domain/resources/snapshot.ts';
import { compliant } from '../../../src/domain/rules/rule.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { ruleLike } from '../../domain/examples.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP, seedWebApp, UNSAFE, type WebAppOptions } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost, type Host } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { failingDeps, watchedDeps } from '../../fakes/wrappers/watched.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };
const DOWN = new StorageUnavailable('the storage does not answer');

describe('guarantees 4 and 9: no record, no change; data that cannot be read stops the write', () => {
  test.each([
    ...['settings.loadRecent', 'settings.load', 'exemptions.listRecentForResource', 'exemptions.listForResource'],
    ...['resources.load', 'resources.acquire', 'lease.save', 'audit.append', 'wakeups.schedule', 'arm.getIdentity'],
  ])('when %s fails, nothing is written and the event waits; after that the fix is written', async (call) => {
    let down = true;
    const { deps, host } = scene({
      app: UNSAFE,
      ports: (whole) =>
        watchedDeps(whole, async (name, go) => {
          if (down && name === call) throw DOWN;
          return go();
        }),
    });
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(100);
    expect([deps.arm.requests, outcomesIn(deps)]).toEqual([[], { e: null }]);
    down = false;
    await host.settle();
    expect(deps.arm.writes).toHaveLength(2);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('a violation that somebody else fixed before the intent was logged is not recorded as a fix', async () => {
    let down = true;
    const { deps, host } = scene({
      app: OLD_TLS,
      ports: (whole) =>
        watchedDeps(whole, async (name, go) => {
          if (down && name === 'audit.append') throw DOWN;
          return go();
        }),
    });
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(100);
    expect([...deps.stored.resourceStates.values()][0]?.attempts).toHaveLength(1);
    seedWebApp(deps.arm, { config: { minTlsVersion: '1.2' } });
    down = false;
    await host.settle();
    expect([recordsIn(deps), deps.arm.requests, outcomesIn(deps)]).toEqual([[], [], { e: 'evaluated' }]);
  });

  test.each(['approvals.get', 'resources.load', 'settings.load'])(
    'when %s fails, no approved change is written',
    async (call) => {
      let down = false;
      const { deps, host } = scene({
        app: RISKY,
        ports: (whole) =>
          watchedDeps(whole, async (name, go) => {
            if (down && name === call) throw DOWN;
            return go();
          }),
      });
      await deliverAndSettle(host, 'e', SHOP);
      await host.decide(decisionOn(deps, 'approve'));
      down = true;
      await host.settle(200);
      expect(deps.arm.requests).toEqual([]);
      down = false;
      await host.settle();
      expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
    },
  );

  test.each([1, 2, 3])(
    'when settings cannot be read before request %i of a plan, that request is not sent',
    async (nth) => {
      let reads = 0;
      const { deps, host } = scene({
        app: UNSAFE,
        ports: (whole) =>
          watchedDeps(whole, async (name, go) => {
            if (name === 'settings.load') {
              reads += 1;
              if (reads === nth) throw DOWN;
            }
            return go();
          }),
      });
      await host.deliver(gridEvent('e', SHOP));
      deps.clock.advance(30);
      await host.work();
      expect(deps.arm.requests).toHaveLength(Math.max(0, nth - 2));
      await host.settle();
      expect(deps.arm.writes).toHaveLength(2);
      expect(recordsIn(deps, 'fix.applied')).toHaveLength(3);
    },
  );

  test('the intent has the current and the planned values, and is logged before the request', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    let logged: string[] = [];
    deps.arm.onWrite = () => {
      logged = recordsIn(deps);
      return undefined;
    };
    await deliverAndSettle(host, 'e', SHOP);
    expect(logged).toEqual(['fix.intended webapp-min-tls']);
    expect(deps.stored.entries[0]).toMatchObject({
      kind: 'fix.intended',
      mode: 'autofix',
      changes: [{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' }],
      trigger: { type: 'event', eventId: 'e', changedBy: { name: 'bob@example.com' } },
    });
  });
});

describe('the checks right before a write', () => {
  /** An action right after the app was evaluated. */
  function meanwhile(deps: FakeDeps, happens: () => void) {
    let done = false;
    return watchedDeps(deps, async (name, go) => {
      const answer = await go();
      if (name === 'audit.append' && !done && deps.stored.entries.some(({ kind }) => kind === 'fix.intended')) {
        done = true;
        happens();
      }
      return answer;
    });
  }

  test.each<[string, Partial<Settings>, string]>([
    ['the stop switch', { stopped: { reason: 'incident' } }, 'stopped'],
    ['mode audit', { mode: 'audit' }, 'mode-audit'],
    ['mode approve, for a fix without an approval', { mode: 'approve' }, 'mode-approve'],
    ['a freeze', { scopes: [{ scope: SHOP, frozen: { until: '2026-04-01T00:00:00Z', reason: 'x' } }] }, 'frozen'],
  ])('when %s is set after the evaluation, nothing is written and the log says why', async (_, settings, code) => {
    const { deps, host } = scene({
      app: OLD_TLS,
      ports: (whole) => meanwhile(whole, () => storeSettings(whole, settings)),
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.requests).toEqual([]);
    expect(recordsIn(deps, 'fix.intended', 'fix.blocked')).toEqual([
      'fix.intended webapp-min-tls',
      'fix.blocked webapp-min-tls',
    ]);
    expect(deps.stored.entries[1]?.reasons).toMatchObject([{ code }]);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test.each([
    ['the stop switch', { stopped: { reason: 'incident' } }],
    ['mode audit', { mode: 'audit' }],
  ] as const)(
    '%s after the evaluation leaves an approved change approved, and it is written later',
    async (_, settings) => {
      let armed = false;
      const { deps, host } = scene({
        app: RISKY,
        ports: (whole) => meanwhile(whole, () => armed && storeSettings(whole, settings)),
      });
      await deliverAndSettle(host, 'e', SHOP);
      await host.decide(decisionOn(deps, 'approve'));
      armed = true;
      await host.settle();
      expect([deps.arm.requests, approvals(deps).map(({ status }) => status)]).toEqual([[], ['approved']]);
      storeSettings(deps, {});
      await deliverAndSettle(host, 'again', SHOP);
      expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
      expect(new Set(deps.stored.entries.flatMap(({ operationId }) => operationId ?? [])).size).toBe(1);
      expect(recordsIn(deps, 'fix.intended', 'fix.blocked', 'fix.applied')).toEqual([
        'fix.intended webapp-remote-debugging',
        'fix.blocked webapp-remote-debugging',
        'fix.applied webapp-remote-debugging',
      ]);
    },
  );

  test('mode approve after the evaluation does not stop an approved change', async () => {
    const { deps, host } = scene({
      app: RISKY,
      ports: (whole) => meanwhile(whole, () => storeSettings(whole, { mode: 'approve' })),
    });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle();
    expect(approvals(deps)).toMatchObject([{ status: 'applied' }]);
  });

  test('a value that moved after the evaluation is not written, and the next reconcile decides', async () => {
    const { deps, host } = scene({
      app: OLD_TLS,
      ports: (whole) =>
        meanwhile(whole, () => whole.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.1')),
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.requests).toHaveLength(1);
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/minTlsVersion')).toBe('1.2');
    expect(recordsIn(deps)).toEqual([
      'fix.intended webapp-min-tls',
      'fix.blocked webapp-min-tls',
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    expect(deps.stored.entries.at(-1)?.changes).toMatchObject([{ from: '1.1', to: '1.2' }]);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
  });

  test('an approved value that moved after the evaluation is superseded, and the new approval says what moved', async () => {
    let armed = false;
    const path = '/properties/cors/allowedOrigins';
    const { deps, host } = scene({
      app: { config: { cors: { allowedOrigins: ['*', 'https://a.example'] } } },
      ports: (whole) => meanwhile(whole, () => armed && whole.arm.change(SHOP, 'config/web', path, ['*'])),
    });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    armed = true;
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded' },
      { status: 'pending', moved: [{ path, from: ['*', 'https://a.example'], to: ['*'] }] },
    ]);
  });

  test('an approved change whose preserved sibling moved after the evaluation is superseded', async () => {
    let armed = false;
    const cors = { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true };
    const path = '/properties/cors/supportCredentials';
    const { deps, host } = scene({
      app: { config: { cors } },
      ports: (whole) => meanwhile(whole, () => armed && whole.arm.change(SHOP, 'config/web', path, false)),
    });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    armed = true;
    await host.settle();
    expect([deps.arm.requests, deps.arm.valueOf(SHOP, 'config/web', path)]).toEqual([[], false]);
    expect(approvals(deps)).toMatchObject([
      { status: 'superseded' },
      { status: 'pending', moved: [{ path, from: true, to: false }] },
    ]);
  });

  test('a value that somebody else set to the planned one is applied without a request', async () => {
    const { deps, host } = scene({
      app: OLD_TLS,
      ports: (whole) =>
        meanwhile(whole, () => whole.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.2')),
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(deps.arm.requests).toEqual([]);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
  });
});

test('when the storage fails after the write, the next reconcile finds the fix applied', async () => {
  const ports = (whole: FakeDeps) => failingDeps(whole, 'findings.replace', DOWN, 1);
  const { deps, host } = scene({ app: OLD_TLS, ports });
  await deliverAndSettle(host, 'e', SHOP);
  expect(deps.arm.writes).toHaveLength(1);
  expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
  expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
});

describe('documents of other resources that a verdict depends on', () => {
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

  function premiumApp(): { deps: FakeDeps; host: Host } {
    const deps = fakeDeps({ rules: [PLAN_RULE] });
    seedWebApp(deps.arm, { site: { httpsOnly: false } });
    deps.arm.seed(SHOP, { resource: deps.arm.valueOf(SHOP, 'resource', ''), plan: { tier: 'Premium' } });
    return { deps, host: createHost(deps) };
  }

  test('are read again and uncached before the write', async () => {
    const { deps, host } = premiumApp();
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    expect(deps.arm.writes).toHaveLength(1);
    expect(deps.arm.reads[1]).toMatchObject({ documents: ['resource', 'plan', 'config/web'], fresh: true });
  });

  test('stop the write when they moved, and the next reconcile decides', async () => {
    const { deps, host } = premiumApp();
    let reads = 0;
    deps.arm.onRead = (_, name) => {
      if (name === 'plan') reads += 1;
      return name === 'plan' && reads > 1 ? documentStateOf('web-app', name, { tier: 'Free' }) : undefined;
    };
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    expect(deps.arm.requests).toEqual([]);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(deps.stored.findings.map(({ verdict }) => verdict)).toEqual(['compliant']);
  });
});

describe('guarantee 5: a document that Azure takes only whole', () => {
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

  async function fixed(clientSecret: string, prepare?: (deps: FakeDeps) => void): Promise<FakeDeps> {
    const deps = fakeDeps({ rules: [AUTH_RULE] });
    seedWebApp(deps.arm);
    const settings = { name: 'authsettingsV2', properties: { platform: { enabled: false }, login: { clientSecret } } };
    deps.arm.seed(SHOP, { resource: deps.arm.valueOf(SHOP, 'resource', ''), 'config/authsettingsV2': settings });
    prepare?.(deps);
    const host = createHost(deps);
    await host.deliver(gridEvent('e', SHOP));
    await host.settle();
    return deps;
  }

  test('is sent as it was just read, with one changed leaf', async () => {
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
    'gives advice only when it holds %s, and the finding says where',
    async (held) => {
      const deps = await fixed(held);
      expect([deps.arm.requests, recordsIn(deps), deps.stored.approvals.size]).toEqual([[], [], 0]);
      expect(deps.stored.findings).toMatchObject([
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

  test('is not sent when it holds a secret right before the write: blocked, with place and reason', async () => {
    let reads = 0;
    const deps = await fixed('a-setting', ({ arm }) => {
      arm.onRead = (_, name) => {
        if (name === 'config/authsettingsV2') reads += 1;
        if (name !== 'config/authsettingsV2' || reads === 1) return undefined;
        const login = { clientSecret: 'https://ada:secret@host' };
        return documentStateOf('web-app', name, { properties: { platform: { enabled: false }, login } });
      };
    });
    expect(deps.arm.requests).toEqual([]);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-signed-in', 'fix.blocked webapp-signed-in']);
    const text = deps.stored.entries.at(-1)?.reasons[0]?.text;
    expect(text).toMatch(/lost at config\/authsettingsV2 \/properties\/login\/clientSecret\. .* where it is declared/);
  });
});
