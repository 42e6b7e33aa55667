/** What Azure answers to a write becomes an outcome; further attempts; and how few requests carry many changes. */
import { describe, expect, test } from 'vitest';
import type { WriteResult } from '../../../src/workflows/ports/azure.ts';
import { type FakeArm, refused } from '../../fakes/azure/arm.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import {
  ENVIRONMENT,
  RISKY,
  SHOP,
  seedEnvironment,
  UNSAFE,
  type WebAppOptions,
  WORKSPACE,
} from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { approvals, decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, outcomesIn, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };

describe('what Azure answers', () => {
  test.each<[string, WriteResult, string, string]>([
    ['a lock or a policy', refused('blocked', 'ScopeLocked'), 'fix.blocked', 'blocked'],
    ['a request that is wrong', refused('invalid', 'BadRequest'), 'fix.failed', 'failed'],
    ['no such app', refused('gone', 'ResourceNotFound'), 'fix.failed', 'failed'],
  ])('%s: %s', async (_, answer, kind, status) => {
    const { world, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    world.arm.onWrite = () => answer;
    await host.settle();
    expect(world.arm.requests).toHaveLength(1);
    expect(world.stored.entries.at(-1)).toMatchObject({ kind, arm: { status: 409 } });
    expect(world.stored.entries.at(-1)?.message).toContain('Azure says');
    expect(approvals(world)).toMatchObject([{ status }]);
  });

  test.each([
    ['throttled', refused('throttled', 'TooManyRequests', 17), [17, 17, 17]],
    ['busy', refused('busy', 'AnotherOperationInProgress'), [5, 5, 8]],
    ['transient', refused('transient', 'InternalServerError'), [5, 5, 8]],
  ] as const)(
    '%s: nothing is recorded but the intent; it is tried again when Azure said, at growing distances',
    async (_, answer, seconds) => {
      const { world, host } = scene({ app: OLD_TLS });
      let times = 3;
      world.arm.onWrite = () => {
        times -= 1;
        return times < 0 ? undefined : answer;
      };
      await deliverAndSettle(host, 'e', SHOP);
      const delays = world.stored.sent.map(({ event }, at) => (event ? world.stored.delays[at] : 'alarm'));
      expect(delays.filter((delay) => delay !== 'alarm')).toEqual([30, ...seconds]);
      expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
      expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    },
  );

  test('the rest of a plan is not sent while Azure asks to wait', async () => {
    const { world, host } = scene({ app: UNSAFE });
    world.arm.onWrite = () => refused('throttled', 'TooManyRequests', 60);
    await host.deliver(gridEvent('e', SHOP));
    world.clock.advance(30);
    await host.work();
    expect(world.arm.requests).toHaveLength(1);
    world.arm.onWrite = null;
    await host.settle();
    expect(factsIn(world, 'fix.intended', 'fix.applied')).toHaveLength(6);
    expect(world.arm.writes).toHaveLength(2);
  });

  test('Azure never takes it: given up after twenty tries, and the event is dead, not lost', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('transient', 'ECONNRESET');
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(7200);
    expect(outcomesIn(world)).toEqual({ e: 'dead' });
    expect([...world.stored.deadLetters.values()][0]?.error).toContain('gave up');
  });

  test('an app that stays busy is blocked after twelve tries, and tried again at the next event', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('busy', 'Conflict');
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(7200);
    expect(world.arm.requests).toHaveLength(12);
    expect(outcomesIn(world)).toEqual({ e: 'evaluated' });
    expect(world.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.blocked',
      reasons: [
        { code: 'blocked', text: expect.stringMatching(/was refused 12 times.*Conflict: Azure says Conflict/) },
      ],
    });
    world.arm.onWrite = null;
    await deliverAndSettle(host, 'next', SHOP);
    expect(factsIn(world, 'fix.intended', 'fix.applied')).toEqual([
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
  });
});

describe('guarantee 10: a further attempt runs under the intent that the log already holds', () => {
  test('blocked again for the same reason adds nothing, another reason is told; after its end it is a new operation', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    await deliverAndSettle(host, 'second', SHOP);
    await deliverAndSettle(host, 'third', SHOP);
    expect(world.arm.requests).toHaveLength(3);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
    world.arm.onWrite = () => refused('blocked', 'RequestDisallowedByPolicy');
    await deliverAndSettle(host, 'fourth', SHOP);
    world.arm.onWrite = () => refused('invalid', 'BadRequest');
    await deliverAndSettle(host, 'fifth', SHOP);
    world.arm.onWrite = null;
    await deliverAndSettle(host, 'sixth', SHOP);
    expect(factsIn(world)).toEqual([
      'fix.intended webapp-min-tls',
      'fix.blocked webapp-min-tls',
      'fix.blocked webapp-min-tls',
      'fix.failed webapp-min-tls',
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    const operations = world.stored.entries.map(({ operationId }) => operationId);
    expect(operations.map((one) => [...new Set(operations)].indexOf(one))).toEqual([0, 0, 0, 0, 1, 1]);
  });

  test('what Azure has blocked is back on the next event or sweep, and not with a wake-up for other work', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    const wake = { resource: SHOP, cause: 'wake', attempt: 0 } as const;
    await world.queue.send(wake, 0);
    await host.settle();
    expect(world.arm.requests).toHaveLength(1);
    for (const cause of ['sweep', 'scan'] as const) {
      world.clock.advance(60);
      await world.queue.send({ resource: SHOP, cause, attempt: 0 }, 0);
      await host.settle();
    }
    expect(world.arm.requests).toHaveLength(3);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
    world.arm.onWrite = null;
    await world.queue.send(wake, 0);
    await host.settle();
    expect(world.arm.requests).toHaveLength(3);
    await deliverAndSettle(host, 'second', SHOP);
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });

  test('what was only held back at the last moment comes with a wake-up', async () => {
    const { world, host } = scene({ app: OLD_TLS, settings: { stopped: { reason: 'evening' } } });
    const wake = { resource: SHOP, cause: 'wake', attempt: 0 } as const;
    await deliverAndSettle(host, 'first', SHOP);
    storeSettings(world, {});
    const { load } = world.settings;
    const looked = world.arm.reads.length;
    // The stop is pulled again between the decision and the write.
    world.settings.load = async () => {
      if (world.arm.reads.length > looked) storeSettings(world, { stopped: { reason: 'night' } });
      return load();
    };
    await world.queue.send(wake, 0);
    await host.settle();
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
    world.settings.load = load;
    storeSettings(world, {});
    await world.queue.send(wake, 0);
    await host.settle();
    expect(factsIn(world, 'fix.applied')).toHaveLength(1);
  });

  test('also after a look that could not read the document', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    world.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'down', retryable: false } : undefined;
    await deliverAndSettle(host, 'second', SHOP);
    world.arm.onRead = null;
    await deliverAndSettle(host, 'third', SHOP);
    expect(factsIn(world)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
  });

  test('once it is right by somebody else, the attempt is forgotten: the next one is an operation of its own', async () => {
    const { world, host } = scene({ app: OLD_TLS });
    world.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    world.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.2');
    await deliverAndSettle(host, 'second', SHOP);
    world.arm.onWrite = null;
    world.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0');
    await deliverAndSettle(host, 'third', SHOP);
    const operations = world.stored.entries.map(({ kind, operationId }) => `${kind} ${operationId}`);
    expect(operations).toEqual([
      'fix.intended operation-1',
      'fix.blocked operation-1',
      expect.stringMatching(/^fix.intended operation-(?!1$)/),
      expect.stringMatching(/^fix.applied operation-(?!1$)/),
    ]);
  });
});

describe('guarantee 5: fewest requests, and several rules in one of them', () => {
  test('three approved changes of one document travel in one request', async () => {
    const { world, host } = scene({
      app: { config: { remoteDebuggingEnabled: true, cors: { allowedOrigins: ['*'] }, minTlsVersion: '1.0' } },
      settings: { mode: 'approve' },
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(approvals(world)).toHaveLength(3);
    for (const { id, digest } of approvals(world)) {
      const person = { objectId: 'ada', name: 'Ada' };
      await host.decide({ approvalId: id, decision: 'approve', digest, comment: null, person });
    }
    await host.settle();
    expect(world.arm.requests).toHaveLength(1);
    expect(approvals(world).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    expect(new Set(world.stored.entries.flatMap(({ operationId }) => operationId ?? [])).size).toBe(1);
    expect(factsIn(world, 'fix.applied')).toHaveLength(3);
  });

  test('a sibling that ARM would drop travels along, and is no change', async () => {
    const { world, host } = scene({
      app: { config: { cors: { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true } } },
    });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    await host.settle();
    expect(world.arm.requests[0]?.body).toEqual({
      properties: { cors: { allowedOrigins: ['https://a.example'], supportCredentials: true } },
    });
    expect(world.stored.entries.at(-1)?.changes).toHaveLength(1);
  });

  test('a rule whose second request fails has failed, and both are planned again the next time', async () => {
    const deps = fakeDeps({ options: { workspaceId: WORKSPACE } });
    const host = createHost(deps);
    seedEnvironment(deps.arm);
    failPut(deps.arm);
    await deliverAndSettle(host, 'first', ENVIRONMENT);
    expect(deps.arm.requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
    expect(factsIn(deps)).toEqual(['fix.intended environment-diagnostics', 'fix.failed environment-diagnostics']);
    deps.arm.onWrite = null;
    await deliverAndSettle(host, 'second', ENVIRONMENT);
    expect(deps.arm.requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT', 'PUT']);
    expect(factsIn(deps, 'fix.applied')).toEqual(['fix.applied environment-diagnostics']);
    expect(deps.stored.findings).toMatchObject([{ verdict: 'compliant' }]);
  });
});

function failPut(azure: FakeArm): void {
  azure.onWrite = ({ method }) => (method === 'PUT' ? refused('invalid', 'BadRequest') : undefined);
}
