/** Health gates, in memory and in Azure Tables: the same rules for both. */
import { describe, expect, test } from 'vitest';
import type { HealthGate } from '../../src/domain/health/gate.ts';
import { viewOf } from '../../src/domain/resources/resource.ts';
import type { StoragePorts } from '../../src/workflows/ports/deps.ts';
import { ConflictError, collect, paginate } from '../../src/workflows/ports/storage.ts';
import { fakeDeps } from '../fakes/deps.ts';
import { useAccount } from './azurite.ts';
import { app, SUBSCRIPTION, time } from './samples.ts';

const account = useAccount();
const BOTH: [string, () => StoragePorts][] = [
  ['in memory', fakeDeps],
  ['in Azure Tables', () => account.open()],
];

function gate(id: string, name: string, more: Partial<HealthGate> = {}): HealthGate {
  return {
    id,
    resource: viewOf(app(name)),
    subscriptionId: SUBSCRIPTION.split('/')[2] ?? '',
    resourceGroup: 'shop',
    rules: [{ id: 'webapp-min-tls', operationId: id, approvalId: null }],
    suspected: false,
    told: false,
    startedAt: time(0),
    dueAt: time(600),
    before: { condition: 'good', text: 'it is Running' },
    next: { step: 'early', at: time(180) },
    status: 'open',
    stateGood: false,
    reasons: [],
    endedAt: null,
    ...more,
  };
}

describe.each(BOTH)('health gates %s', (_, open) => {
  test('an open gate is saved under its version, is due at its next look, and is listed once after its end', async () => {
    const { healthGates } = open();
    const ids = async (query: Parameters<typeof healthGates.list>[0] = {}) =>
      (await collect(paginate((page) => healthGates.list(query, page)))).map(({ id }) => id);
    const first = await healthGates.save(gate('one', 'gate-one'), null);
    await healthGates.save(gate('two', 'gate-two', { next: { step: 'end', at: time(600) } }), null);
    await healthGates.save(gate('none', 'gate-none'), null);
    await healthGates.discard('none');
    expect([await healthGates.get('none'), (await healthGates.get('one'))?.version]).toEqual([null, first]);
    await expect(healthGates.save(gate('one', 'gate-one'), null)).rejects.toThrow(ConflictError);
    const due = async (seconds: number) =>
      (await healthGates.listDue(new Date(time(seconds)), 10)).map(({ id }) => id).sort();
    expect([await due(180), await due(181), await due(601)]).toEqual([[], ['one'], ['one', 'two']]);

    const judged = gate('one', 'gate-one', { status: 'worse', next: null, endedAt: time(185) });
    const second = await healthGates.save(judged, first);
    await expect(healthGates.save(judged, first)).rejects.toThrow(ConflictError);
    expect([await due(1), second === first]).toEqual([['one'], false]);
    for (let times = 0; times < 2; times += 1) await healthGates.archive(judged);
    await healthGates.archive(gate('old', 'gate-old', { status: 'well', next: null, endedAt: time(-900) }));
    expect([await healthGates.get('one'), await due(181)]).toEqual([null, []]);
    expect(await ids()).toEqual(['one', 'old', 'two']);
    expect(await ids({ status: ['worse', 'unknown'] })).toEqual(['one']);
    expect(await ids({ scope: app('Gate-Old').id.toUpperCase() })).toEqual(['old']);
    expect(await ids({ endedSince: time(185) })).toEqual(['one']);
    expect(await ids({ endedSince: time(-900), scope: SUBSCRIPTION })).toEqual(['one', 'old']);
    await healthGates.removeEnded(new Date(time(0)));
    expect(await ids()).toEqual(['one', 'two']);
  });
});
