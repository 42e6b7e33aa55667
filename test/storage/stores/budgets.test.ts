import { describe, expect, it } from 'vitest';
import { MAX_PLACES } from '../../../src/domain/decisions/budget.ts';
import { entityOf } from '../../../src/storage/table/entity.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import { useAccount } from '../azurite.ts';
import { app } from '../samples.ts';

const account = useAccount();
const NOW = new Date('2026-03-01T12:00:00.000Z');
const HOUR = 3_600_000;
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const of = (subscriptionId: string, name: string) => ({ ...app(name, subscriptionId), subscriptionId });

describe('guarantee 11: the budget of a subscription is one row', () => {
  it('of two claims at once on two clients one gets the last place', async () => {
    const [one, two] = [account.open().budgets, account.open().budgets];
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([
        one.claim(of(`round-${round}`, 'a'), NOW, 1),
        two.claim(of(`round-${round}`, 'b'), NOW, 1),
      ]);
      expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
      expect(answers.find(({ granted }) => !granted)).toEqual({
        ...{ granted: false, due: NOW.getTime() + HOUR, used: 1, since: NOW.getTime(), first: true },
      });
    }
  });

  it('many claims on two clients get as many places as the limit, and each of the others its own due time', async () => {
    const clients = [account.open().budgets, account.open().budgets];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => clients[index % 2]?.claim(of('crowd', `app-${index}`), NOW, 3)),
    );
    const hours = answers.map((answer) => (answer?.granted === false ? (answer.due - NOW.getTime()) / HOUR : 0));
    expect(hours.sort()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  it('the row keeps granted places, waiting resources and the time since when claims are held', async () => {
    const ask = (name: string, minutes: number) =>
      account.open().budgets.claim(of('remembered', name), later(minutes), 1);
    expect(await ask('a', 0)).toEqual({ granted: true });
    expect(await ask('b', 1)).toMatchObject({ due: later(60).getTime(), since: later(1).getTime(), first: true });
    expect(await ask('c', 2)).toMatchObject({ due: later(120).getTime(), since: later(1).getTime(), first: false });
    expect(await ask('a', 50)).toEqual({ granted: true });
    await account.open().budgets.withdraw(of('remembered', 'b'));
    expect(await ask('c', 110)).toEqual({ granted: true });
  });

  it('each subscription has its own budget, without regard to case', async () => {
    const { budgets } = account.open();
    expect(await budgets.claim(of('sub-1', 'a'), NOW, 1)).toEqual({ granted: true });
    expect(await budgets.claim(of('SUB-1', 'b'), NOW, 1)).toMatchObject({ granted: false });
    expect(await budgets.claim(of('sub-2', 'b'), NOW, 1)).toEqual({ granted: true });
  });

  it('a claim costs one read and one write', async () => {
    const { budgets } = account.open();
    await budgets.claim(of('counted', 'a'), NOW, 1);
    account.requests();
    for (const name of ['a', 'b']) await budgets.claim(of('counted', name), NOW, 1);
    expect(account.requests()).toEqual({ table: 4, queue: 0, blob: 0 });
  });

  it('the row fits into the limits of Azure when all places are taken', async () => {
    const name = (index: number) => index.toString(16).padStart(16, '0');
    const grants = Array.from({ length: MAX_PLACES - 1 }, (_, index) => [name(index), NOW.getTime(), NOW.getTime()]);
    const waiting = Array.from({ length: MAX_PLACES }, (_, index) => [name(index), NOW.getTime() + 2 * HOUR]);
    await put('full', { grants, waiting, holding: null });
    const { budgets } = account.open();
    expect(await budgets.claim(of('full', 'last'), NOW, 100_000)).toEqual({ granted: true });
    expect(await budgets.claim(of('full', 'more'), NOW, 100_000)).toMatchObject({ used: MAX_PLACES });
  });
});

describe('guarantee 9: a budget that cannot be read is an error, never an empty budget', () => {
  it('the error names the row of a budget in an invalid form', async () => {
    await put('strange', { grants: 'none', waiting: [], holding: null });
    const claim = account.open().budgets.claim(of('strange', 'a'), NOW, 1);
    await expect(claim).rejects.toThrow(/row budget\/\w+ of table PlumblineGuards .*grants/);
  });
});

async function put(subscriptionId: string, value: unknown): Promise<void> {
  const key = { partitionKey: 'budget', rowKey: hashOf(subscriptionId) };
  await account.table('PlumblineGuards').upsertEntity(entityOf(key, value), 'Replace');
}
