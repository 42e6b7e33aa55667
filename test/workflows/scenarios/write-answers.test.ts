/** The outcome of each answer of Azure to a write, further attempts, and the number of requests. */
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
import { outcomesIn, recordsIn, scene } from '../../fakes/scenarios/scene.ts';

const OLD_TLS: WebAppOptions = { config: { minTlsVersion: '1.0' } };

describe('the answers of Azure', () => {
  test.each<[string, WriteResult, string, string]>([
    ['a lock or a policy', refused('blocked', 'ScopeLocked'), 'fix.blocked', 'blocked'],
    ['an invalid request', refused('invalid', 'BadRequest'), 'fix.failed', 'failed'],
    ['a deleted app', refused('gone', 'ResourceNotFound'), 'fix.failed', 'failed'],
  ])('%s: %s', async (_, answer, kind, status) => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    deps.arm.onWrite = () => answer;
    await host.settle();
    expect(deps.arm.requests).toHaveLength(1);
    expect(deps.stored.entries.at(-1)).toMatchObject({ kind, arm: { status: 409 } });
    expect(deps.stored.entries.at(-1)?.message).toContain('Azure says');
    expect(approvals(deps)).toMatchObject([{ status }]);
  });

  test.each([
    ['throttled', refused('throttled', 'TooManyRequests', 17), [17, 17, 17]],
    ['busy', refused('busy', 'AnotherOperationInProgress'), [5, 5, 8]],
    ['transient', refused('transient', 'InternalServerError'), [5, 5, 8]],
  ] as const)(
    '%s: only the intent is recorded, and the write is repeated after the given time, with growing delays',
    async (_, answer, seconds) => {
      const { deps, host } = scene({ app: OLD_TLS });
      let times = 3;
      deps.arm.onWrite = () => {
        times -= 1;
        return times < 0 ? undefined : answer;
      };
      await deliverAndSettle(host, 'e', SHOP);
      const delays = deps.stored.sent.map(({ event }, at) => (event ? deps.stored.delays[at] : 'alarm'));
      expect(delays.filter((delay) => delay !== 'alarm')).toEqual([30, ...seconds]);
      expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.applied webapp-min-tls']);
      expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    },
  );

  test('the rest of a plan is not sent while Azure asks to wait', async () => {
    const { deps, host } = scene({ app: UNSAFE });
    deps.arm.onWrite = () => refused('throttled', 'TooManyRequests', 60);
    await host.deliver(gridEvent('e', SHOP));
    deps.clock.advance(30);
    await host.work();
    expect(deps.arm.requests).toHaveLength(1);
    deps.arm.onWrite = null;
    await host.settle();
    expect(recordsIn(deps, 'fix.intended', 'fix.applied')).toHaveLength(6);
    expect(deps.arm.writes).toHaveLength(2);
  });

  test('a write that Azure never accepts is given up after twenty tries, and the event is dead', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('transient', 'ECONNRESET');
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(7200);
    expect(outcomesIn(deps)).toEqual({ e: 'dead' });
    expect([...deps.stored.deadLetters.values()][0]?.error).toContain('gave up');
  });

  test('an app that stays busy is blocked after twelve tries, and tried again at the next event', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('busy', 'Conflict');
    await host.deliver(gridEvent('e', SHOP));
    await host.settle(7200);
    expect(deps.arm.requests).toHaveLength(12);
    expect(outcomesIn(deps)).toEqual({ e: 'evaluated' });
    expect(deps.stored.entries.at(-1)).toMatchObject({
      kind: 'fix.blocked',
      reasons: [
        { code: 'blocked', text: expect.stringMatching(/was refused 12 times.*Conflict: Azure says Conflict/) },
      ],
    });
    deps.arm.onWrite = null;
    await deliverAndSettle(host, 'next', SHOP);
    expect(recordsIn(deps, 'fix.intended', 'fix.applied')).toEqual([
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
  });
});

describe('guarantee 10: a further attempt runs under the intent that is in the log', () => {
  test('another block for the same reason adds no entry, another reason does, and after an end there is a new operation', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    await deliverAndSettle(host, 'second', SHOP);
    await deliverAndSettle(host, 'third', SHOP);
    expect(deps.arm.requests).toHaveLength(3);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
    deps.arm.onWrite = () => refused('blocked', 'RequestDisallowedByPolicy');
    await deliverAndSettle(host, 'fourth', SHOP);
    deps.arm.onWrite = () => refused('invalid', 'BadRequest');
    await deliverAndSettle(host, 'fifth', SHOP);
    deps.arm.onWrite = null;
    await deliverAndSettle(host, 'sixth', SHOP);
    expect(recordsIn(deps)).toEqual([
      'fix.intended webapp-min-tls',
      'fix.blocked webapp-min-tls',
      'fix.blocked webapp-min-tls',
      'fix.failed webapp-min-tls',
      'fix.intended webapp-min-tls',
      'fix.applied webapp-min-tls',
    ]);
    const operations = deps.stored.entries.map(({ operationId }) => operationId);
    expect(operations.map((one) => [...new Set(operations)].indexOf(one))).toEqual([0, 0, 0, 0, 1, 1]);
  });

  test('a blocked write is repeated by the next event or sweep, and not by a wake-up for other work', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    const wake = { resource: SHOP, cause: 'wake', attempt: 0 } as const;
    await deps.queue.send(wake, 0);
    await host.settle();
    expect(deps.arm.requests).toHaveLength(1);
    for (const cause of ['sweep', 'scan'] as const) {
      deps.clock.advance(60);
      await deps.queue.send({ resource: SHOP, cause, attempt: 0 }, 0);
      await host.settle();
    }
    expect(deps.arm.requests).toHaveLength(3);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
    deps.arm.onWrite = null;
    await deps.queue.send(wake, 0);
    await host.settle();
    expect(deps.arm.requests).toHaveLength(3);
    await deliverAndSettle(host, 'second', SHOP);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
  });

  test('a held write is repeated by a wake-up', async () => {
    const { deps, host } = scene({ app: OLD_TLS, settings: { stopped: { reason: 'evening' } } });
    const wake = { resource: SHOP, cause: 'wake', attempt: 0 } as const;
    await deliverAndSettle(host, 'first', SHOP);
    storeSettings(deps, {});
    const { load } = deps.settings;
    const readsBefore = deps.arm.reads.length;
    // The service is stopped again between the decision and the write.
    deps.settings.load = async () => {
      if (deps.arm.reads.length > readsBefore) storeSettings(deps, { stopped: { reason: 'night' } });
      return load();
    };
    await deps.queue.send(wake, 0);
    await host.settle();
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
    deps.settings.load = load;
    storeSettings(deps, {});
    await deps.queue.send(wake, 0);
    await host.settle();
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(1);
  });

  test('a blocked write is repeated after a reconcile that could not read the document', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    deps.arm.onRead = (_, name) =>
      name === 'config/web' ? { status: 'failed', detail: 'down', retryable: false } : undefined;
    await deliverAndSettle(host, 'second', SHOP);
    deps.arm.onRead = null;
    await deliverAndSettle(host, 'third', SHOP);
    expect(recordsIn(deps)).toEqual(['fix.intended webapp-min-tls', 'fix.blocked webapp-min-tls']);
  });

  test('after somebody else fixed it, the attempt is deleted and the next one is a new operation', async () => {
    const { deps, host } = scene({ app: OLD_TLS });
    deps.arm.onWrite = () => refused('blocked', 'ScopeLocked');
    await deliverAndSettle(host, 'first', SHOP);
    deps.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.2');
    await deliverAndSettle(host, 'second', SHOP);
    deps.arm.onWrite = null;
    deps.arm.change(SHOP, 'config/web', '/properties/minTlsVersion', '1.0');
    await deliverAndSettle(host, 'third', SHOP);
    const operations = deps.stored.entries.map(({ kind, operationId }) => `${kind} ${operationId}`);
    expect(operations).toEqual([
      'fix.intended operation-1',
      'fix.blocked operation-1',
      expect.stringMatching(/^fix.intended operation-(?!1$)/),
      expect.stringMatching(/^fix.applied operation-(?!1$)/),
    ]);
  });
});

describe('guarantee 5: few requests, with several rules in one of them', () => {
  test('three approved changes of one document are sent in one request', async () => {
    const { deps, host } = scene({
      app: { config: { remoteDebuggingEnabled: true, cors: { allowedOrigins: ['*'] }, minTlsVersion: '1.0' } },
      settings: { mode: 'approve' },
    });
    await deliverAndSettle(host, 'e', SHOP);
    expect(approvals(deps)).toHaveLength(3);
    for (const { id, digest } of approvals(deps)) {
      const person = { objectId: 'ada', name: 'Ada' };
      await host.decide({ approvalId: id, decision: 'approve', digest, comment: null, person });
    }
    await host.settle();
    expect(deps.arm.requests).toHaveLength(1);
    expect(approvals(deps).map(({ status }) => status)).toEqual(['applied', 'applied', 'applied']);
    expect(new Set(deps.stored.entries.flatMap(({ operationId }) => operationId ?? [])).size).toBe(1);
    expect(recordsIn(deps, 'fix.applied')).toHaveLength(3);
  });

  test('a sibling that ARM would drop is sent unchanged, and is not in the changes', async () => {
    const { deps, host } = scene({
      app: { config: { cors: { allowedOrigins: ['*', 'https://a.example'], supportCredentials: true } } },
    });
    await deliverAndSettle(host, 'e', SHOP);
    await host.decide(decisionOn(deps, 'approve'));
    await host.settle();
    expect(deps.arm.requests[0]?.body).toEqual({
      properties: { cors: { allowedOrigins: ['https://a.example'], supportCredentials: true } },
    });
    expect(deps.stored.entries.at(-1)?.changes).toHaveLength(1);
  });

  test('a rule whose second request fails has failed, and both are planned again the next time', async () => {
    const deps = fakeDeps({ options: { workspaceId: WORKSPACE } });
    const host = createHost(deps);
    seedEnvironment(deps.arm);
    failPut(deps.arm);
    await deliverAndSettle(host, 'first', ENVIRONMENT);
    expect(deps.arm.requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
    expect(recordsIn(deps)).toEqual(['fix.intended environment-diagnostics', 'fix.failed environment-diagnostics']);
    deps.arm.onWrite = null;
    await deliverAndSettle(host, 'second', ENVIRONMENT);
    expect(deps.arm.requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT', 'PUT']);
    expect(recordsIn(deps, 'fix.applied')).toEqual(['fix.applied environment-diagnostics']);
    expect(deps.stored.findings).toMatchObject([{ verdict: 'compliant' }]);
  });
});

function failPut(azure: FakeArm): void {
  azure.onWrite = ({ method }) => (method === 'PUT' ? refused('invalid', 'BadRequest') : undefined);
}
