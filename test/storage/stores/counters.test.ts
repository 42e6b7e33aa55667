/** Counters on a real table: every instance has its own row, and the total never decreases. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Counters, NO_COUNTERS } from '../../../src/domain/audit/counters.ts';
import { TABLES } from '../../../src/storage/names.ts';
import { openCounters } from '../../../src/storage/stores/counters.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { useAccount } from '../azurite.ts';

const account = useAccount();
const clock = { at: new Date('2026-03-01T12:00:00.000Z') };
const DAY = 86_400_000;
const counted = (evaluations: number): Counters => ({ ...NO_COUNTERS, counts: { evaluations } });
const left = (requests: number, at: string): Counters => ({ counts: {}, remaining: { 's reads': { requests, at } } });

let requests = 0;
const instance = (name: string) => {
  const table = openTable(account.table(TABLES.guards), () => {
    requests += 1;
  });
  return openCounters(table, name, () => clock.at);
};
const rows = async () => {
  const keys: string[] = [];
  const filter = "PartitionKey eq 'counters'";
  for await (const { rowKey } of account.table(TABLES.guards).listEntities({ queryOptions: { filter } })) {
    keys.push(rowKey ?? '');
  }
  return keys;
};

beforeEach(async () => {
  await account.table(TABLES.guards).deleteTable();
  clock.at = new Date('2026-03-01T12:00:00.000Z');
});

describe('the counters of all instances', () => {
  it('the total is zero at first', async () => {
    expect(await instance('a').readTotal()).toEqual(NO_COUNTERS);
  });

  it('the total is the sum of all instances, with the latest remaining requests reported by Azure', async () => {
    const [a, b] = [instance('a'), instance('b')];
    await Promise.all([a.add(counted(1)), b.add(counted(10))]);
    await a.add(counted(2));
    await a.add(left(9, '2026-03-01T12:00:09.000Z'));
    await b.add(left(5, '2026-03-01T12:00:05.000Z'));
    expect(await b.readTotal()).toEqual({ ...counted(13), remaining: left(9, '2026-03-01T12:00:09.000Z').remaining });
  });

  it('adding costs one request after the first, and reading costs one', async () => {
    const a = instance('a');
    await a.add(counted(1));
    requests = 0;
    await a.add(counted(1));
    expect(requests).toBe(1);
    await a.readTotal();
    expect(requests).toBe(2);
  });

  it('rows of ended instances are merged into one, and an instance that returns continues to count', async () => {
    const sleeper = instance('sleeper');
    await sleeper.add(counted(100));
    for (let n = 0; n < 5; n += 1) await instance(`gone-${n}`).add(counted(1));
    clock.at = new Date(clock.at.getTime() + DAY + 1);
    await instance('next').add(counted(1000));
    expect((await rows()).sort()).toEqual(['i-next', 'total']);
    await sleeper.add(counted(1));
    expect(await sleeper.readTotal()).toEqual(counted(1106));
    clock.at = new Date(clock.at.getTime() + DAY + 1);
    await Promise.all([instance('x').add(counted(1)), instance('y').add(counted(1))]);
    expect(await sleeper.readTotal()).toEqual(counted(1108));
  });
});
