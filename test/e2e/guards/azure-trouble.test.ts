import { beforeAll, describe, expect, test } from 'vitest';
import { containerApp, environment, people } from '../../../simulator/estate.ts';
import type { Fault, FaultName, ResourceSeed } from '../../../simulator/simulator.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { putMessage, tableOf } from '../fixtures/stored.ts';

const { ada, grace } = people;
const OTHER_SUBSCRIPTION = '00000000-0000-4000-8000-000000000002';
const wrongSite = (name: string) => rightWebApp(name, { site: { httpsOnly: false } });

/** Transient failures: the fault hits the first write, and the next one succeeds. */
const passing: readonly { name: string; fault: Partial<Fault> & { action: FaultName }; seed: ResourceSeed }[] = [
  { name: 'throttling', fault: { action: 'throttled', retryAfter: 3 }, seed: wrongSite('throttled') },
  { name: 'a busy site, in the shape of Microsoft.Web', fault: { action: 'busy-site' }, seed: wrongSite('busy') },
  { name: 'a concurrent write', fault: { action: 'conflicting-write' }, seed: wrongSite('conflicting') },
  { name: 'an internal error', fault: { action: 'server-error' }, seed: wrongSite('failing') },
  { name: 'a gateway error', fault: { action: 'server-error', status: 503 }, seed: wrongSite('away') },
  { name: 'a connection that breaks before the write', fault: { action: 'reset' }, seed: wrongSite('cut') },
  {
    name: 'a container app in operation',
    fault: { action: 'busy-app' },
    seed: containerApp({ name: 'operating', ingress: { allowInsecure: true } }),
  },
  {
    name: 'an environment in operation',
    fault: { action: 'busy-environment' },
    seed: environment({
      name: 'upgrading',
      properties: { appLogsConfiguration: { destination: null, logAnalyticsConfiguration: null } },
    }),
  },
];
const lasting: readonly { name: string; action: FaultName; seed: ResourceSeed; code: string }[] = [
  { name: 'a lock', action: 'locked', seed: wrongSite('locked'), code: 'ScopeLocked' },
  { name: 'a policy', action: 'policy', seed: wrongSite('governed'), code: 'RequestDisallowedByPolicy' },
  { name: 'a missing role', action: 'forbidden', seed: wrongSite('forbidden'), code: 'AuthorizationFailed' },
  {
    name: 'a missing role on what is linked',
    action: 'linked-forbidden',
    seed: wrongSite('joined'),
    code: 'LinkedAuthorizationFailed',
  },
];
const lost = wrongSite('lost');
const slowRead = rightWebApp('slow-read', { web: { minTlsVersion: '1.0' } });
const doomed = containerApp({ name: 'doomed', ingress: { allowInsecure: true } });
const closed = rightWebApp('closed', { subscription: OTHER_SUBSCRIPTION, site: { httpsOnly: false } });
const ignored = wrongSite('ignored');
const poisoned = rightWebApp('poisoned');

const plumbline = usePlumbline({
  resources: [
    ...passing.map(({ seed }) => seed),
    ...lasting.map(({ seed }) => seed),
    ...[lost, slowRead, doomed, closed, ignored, poisoned],
  ],
});

const onWrites = (id: string) => ({ method: 'PATCH', path: `${id}$` });
const kindsOf = async (id: string) => (await plumbline.audit(id)).map(({ kind }) => kind);

// All at once: the tests only wait for the results.
const unlock = new Map<string, () => void>();
beforeAll(async () => {
  const { simulator } = plumbline;
  for (const { seed, fault } of passing) simulator.addFault({ match: onWrites(seed.id), times: 1, ...fault });
  for (const { seed, action } of lasting) unlock.set(seed.id, simulator.addFault({ match: onWrites(seed.id), action }));
  simulator.addFault({ match: onWrites(lost.id), times: 1, action: 'apply-then-reset' });
  const configuration = { method: 'GET', path: `${slowRead.id}/config/web` };
  simulator.addFault({ match: configuration, times: 2, action: 'throttled', retryAfter: 1 });
  simulator.addFault({ match: onWrites(doomed.id), times: 1, action: 'operation-fails' });
  simulator.addFault({ match: { path: `/subscriptions/${OTHER_SUBSCRIPTION}/` }, action: 'forbidden' });
  const all = [...passing.map(({ seed }) => seed), ...lasting.map(({ seed }) => seed), lost, slowRead, doomed, closed];
  await Promise.all(all.map(({ id }) => plumbline.change(ada, id, 'resource', touched)));
});

describe.concurrent('a transient failure is tried again, under the same intent', () => {
  test.each(passing.map((one) => [one.name, one] as const))('%s', async (_, { seed, fault }) => {
    await plumbline.atRest(seed.id, 60);
    const patches = plumbline.writes(seed.id).filter((write) => write === 'PATCH resource');
    expect(patches).toHaveLength(2);
    expect(await kindsOf(seed.id)).toEqual(['fix.intended', 'fix.applied']);
    expect(new Set((await plumbline.audit(seed.id)).map(({ operationId }) => operationId)).size).toBe(1);
    const [first, second] = plumbline.simulator.requests.filter(
      ({ method, path }) => method === 'PATCH' && path.toLowerCase() === seed.id.toLowerCase(),
    );
    // As long as Azure asked for.
    const waited = Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '');
    expect(waited).toBeGreaterThanOrEqual((fault.retryAfter ?? 0) * 1000);
  });

  test('after a connection that breaks after the write, nothing is written again', async () => {
    await plumbline.atRest(lost.id, 60);
    expect(plumbline.writes(lost.id)).toEqual(['PATCH resource']);
    expect(await kindsOf(lost.id)).toEqual(['fix.intended', 'fix.applied']);
  });

  test('a document that cannot be read now is read and evaluated later', async () => {
    await plumbline.atRest(slowRead.id, 60);
    expect(plumbline.writes(slowRead.id)).toEqual(['PATCH config/web']);
    expect((await plumbline.findings(slowRead.id)).get('webapp-min-tls')?.verdict).toBe('compliant');
  });
});

describe.concurrent('a permanent failure is recorded once', () => {
  test.each(lasting.map((one) => [one.name, one] as const))(
    '%s: blocked once for the same reason, and later applied under the same intent',
    async (_, one) => {
      const { id } = one.seed;
      await plumbline.atRest(id, 60);
      expect((await plumbline.audit(id)).at(-1)).toMatchObject({
        kind: 'fix.blocked',
        message: expect.stringContaining(one.code),
      });
      for (const tag of ['second', 'third']) {
        await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', { tags: { touched: tag } }));
      }
      expect(await kindsOf(id)).toEqual(['fix.intended', 'fix.blocked']);

      unlock.get(id)?.();
      await plumbline.change(grace, id, 'resource', { tags: { touched: 'unlocked' } });
      await plumbline.atRest(id);
      expect(await kindsOf(id)).toEqual(['fix.intended', 'fix.blocked', 'fix.applied']);
      expect(new Set((await plumbline.audit(id)).map(({ operationId }) => operationId)).size).toBe(1);
      expect(plumbline.simulator.get(id)).toMatchObject({ properties: { httpsOnly: true } });
    },
  );

  test('an operation that Azure accepts and then fails is failed', async () => {
    await plumbline.atRest(doomed.id, 60);
    expect(await kindsOf(doomed.id)).toEqual(['fix.intended', 'fix.failed']);
    expect(plumbline.writes(doomed.id)).toEqual(['PATCH resource']);
  });

  test('a subscription that answers 403: evaluated, all verdicts unknown, nothing written', async () => {
    const outcomes = await plumbline.atRest(closed.id, 60);
    expect([...outcomes.values()].map(({ outcome }) => outcome)).toEqual(['evaluated']);
    const verdicts = [...(await plumbline.findings(closed.id)).values()].map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(['unknown']));
    expect(plumbline.writes(closed.id)).toEqual([]);
  });
});

describe('guarantee 1: a message that is given up is kept with its reason', () => {
  test('its event is dead and stays so', async () => {
    const { connectionString } = plumbline.dev.storage;
    const event = gridEvent(poisoned.id, { caller: ada });
    // A running reconcile must not give the event another outcome.
    const remove = plumbline.simulator.onRequest(async ({ path, method }, phase) => {
      if (method !== 'GET' || phase !== 'before' || !path.toLowerCase().endsWith('/sites/poisoned')) return;
      const message = { resource: poisoned.id, cause: 'event', event: { id: event.id, receivedAt: '' }, attempt: 0 };
      const explained = await plumbline.as(ada, 'Reader').ask('GET', `/explain?event=${event.id}`);
      message.event.receivedAt = Object(explained.body).receivedAt;
      await putMessage(connectionString, 'plumbline-reconcile-poison', base64(message));
      await plumbline.outcomeOf(String(event.id));
    });
    expect(await plumbline.deliver([event])).toBe(202);
    const outcome = await plumbline.outcomeOf(String(event.id));
    remove();
    expect(outcome).toMatchObject({ outcome: 'dead' });
    await eventually('the end of the reconcile', async () => (await plumbline.findings(poisoned.id)).size > 0);
    expect((await plumbline.outcomeOf(String(event.id))).outcome).toBe('dead');
    const letters = await lettersAbout(poisoned.id);
    expect(letters).toHaveLength(1);
  });

  test('an invalid message in the queue does not stop others', async () => {
    const { connectionString } = plumbline.dev.storage;
    await putMessage(connectionString, 'plumbline-reconcile', 'this is no base64!');
    await putMessage(connectionString, 'plumbline-reconcile-poison', base64({ nothing: 'that we know' }));
    await plumbline.outcomeOf(await plumbline.change(ada, poisoned.id, 'resource', touched));
    await eventually('the letter', async () => (await lettersAbout('that we know')).length === 1);
  });
});

describe('guarantee 6: a write is verified', () => {
  test('a write that does not show is unknown until a later read shows it', async () => {
    plumbline.simulator.addFault({ match: onWrites(ignored.id), times: 1, action: 'ignore-write' });
    await plumbline.change(ada, ignored.id, 'resource', touched);
    await plumbline.atRest(ignored.id, 60);
    expect(await kindsOf(ignored.id)).toEqual(['fix.intended', 'fix.unknown']);

    plumbline.simulator.add(rightWebApp('ignored'));
    await plumbline.change(ada, ignored.id, 'resource', { tags: { touched: 'again' } });
    await plumbline.atRest(ignored.id);
    expect(await kindsOf(ignored.id)).toEqual(['fix.intended', 'fix.unknown', 'fix.applied']);
    expect(new Set((await plumbline.audit(ignored.id)).map(({ operationId }) => operationId)).size).toBe(1);
    expect(plumbline.writes(ignored.id)).toEqual(['PATCH resource']);
  });
});

function base64(message: unknown): string {
  return Buffer.from(JSON.stringify(message)).toString('base64');
}

async function lettersAbout(text: string): Promise<string[]> {
  const found: string[] = [];
  const table = tableOf(plumbline.dev.storage.connectionString, 'PlumblineDeadLetters');
  for await (const row of table.listEntities()) {
    const content = JSON.stringify(row);
    if (row.rowKey?.startsWith('l-') && content.includes(text)) found.push(content);
  }
  return found;
}
