import { describe, expect, it } from 'vitest';
import { openTable, prefixFilter } from '../../../src/storage/table/table.ts';
import { useAccount } from '../azurite.ts';
import { app, event, time } from '../samples.ts';

const account = useAccount();
const of = (n: number) => ({
  queue: 'plumbline-reconcile',
  message: `{"attempt":${n}}`,
  resource: app('one').id,
  at: time(n),
});

describe('dead letters', () => {
  it('the list is newest first and has the last recorded error', async () => {
    const { deadLetters } = account.open();
    await deadLetters.recordFailure('m/1', 'the table was gone');
    await deadLetters.record('m/1', of(1));
    await deadLetters.record('m/2', of(2));
    const first = await deadLetters.list({}, { limit: 1, after: null });
    expect(first.items).toEqual([{ ...of(2), id: expect.stringMatching(/^[0-9a-f]{32}$/), error: null }]);
    const second = await deadLetters.list({}, { limit: 1, after: first.next });
    expect(second.items).toEqual([{ ...of(1), id: expect.any(String), error: 'the table was gone' }]);
    for (const deadLetter of [...first.items, ...second.items]) {
      expect(await deadLetters.get(deadLetter.id)).toEqual(deadLetter);
      await deadLetters.markReleased(deadLetter.id);
    }
  });

  it('a released dead letter is not listed, is known as released, and can be stored again', async () => {
    const { deadLetters } = account.open();
    await deadLetters.recordFailure('m/3', 'first');
    await deadLetters.record('m/3', of(3));
    const [letter] = (await deadLetters.list({}, { limit: 10, after: null })).items;
    const id = letter?.id ?? '';
    await Promise.all([deadLetters.markReleased(id), deadLetters.markReleased(id)]);
    expect([await deadLetters.get(id), await failures()]).toEqual(['released', 0]);
    expect((await deadLetters.list({}, { limit: 10, after: null })).items).toEqual([]);
    await deadLetters.recordFailure('m/3', 'again');
    await deadLetters.record('m/3', of(4));
    await deadLetters.record('m/3', of(5));
    expect((await deadLetters.list({}, { limit: 10, after: null })).items).toMatchObject([
      { id, error: 'again', at: time(4) },
    ]);
  });

  it('get returns null for an unknown id', async () => {
    const { deadLetters } = account.open();
    for (const id of ['0'.repeat(32), 'no/key', '']) expect(await deadLetters.get(id)).toBeNull();
    await deadLetters.markReleased('0'.repeat(32));
  });

  it('the recorded failures of a message are deleted when it is handled', async () => {
    const { deadLetters } = account.open();
    const before = await failures();
    await deadLetters.recordFailure('m/6', 'once');
    expect(await failures()).toBe(before + 1);
    for (const _ of [1, 2]) await deadLetters.clearFailure('m/6');
    expect(await failures()).toBe(before);
  });
});

describe('guarantee 1: the event of a released dead letter', () => {
  it('has no outcome after the release and then gets exactly one', async () => {
    const { events } = account.open();
    const conclusion = (outcome: 'dead' | 'evaluated') => ({ outcome, auditIds: ['a'], reasons: [] });
    await events.store(event('e1', app('one')));
    await events.conclude(app('one'), ['e1'], conclusion('dead'));
    await Promise.all([events.reopen(app('one'), 'e1'), events.reopen(app('one'), 'e1')]);
    expect(await events.get(app('one'), 'e1')).toMatchObject({ outcome: null, auditIds: [] });
    expect((await events.listWaiting(app('one'))).map((one) => one.event.id)).toEqual(['e1']);
    expect(await events.listRecent(app('one'), 10)).toMatchObject([{ outcome: null }]);
    await events.conclude(app('one'), ['e1'], conclusion('evaluated'));
    await events.reopen(app('one'), 'e1');
    expect(await events.findById('e1')).toMatchObject({ outcome: 'evaluated' });
    expect(await events.listWaiting(app('one'))).toEqual([]);
  });

  it('is not created when the id is unknown', async () => {
    const { events } = account.open();
    await events.reopen(app('one'), 'strange');
    expect([await events.get(app('one'), 'strange'), await events.listWaiting(app('one'))]).toEqual([null, []]);
  });
});

async function failures(): Promise<number> {
  const table = openTable(account.table('PlumblineDeadLetters'), () => undefined);
  return (await table.readAll(prefixFilter('letter', 'f-'))).length;
}
