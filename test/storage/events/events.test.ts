import { describe, expect, it } from 'vitest';
import type { EventConclusion } from '../../../src/workflows/ports/events.ts';
import { useAccount } from '../azurite.ts';
import { app, event, time } from '../samples.ts';

const account = useAccount();
const evaluated: EventConclusion = { outcome: 'evaluated', auditIds: ['a1'], reasons: [] };
const covered: EventConclusion = {
  outcome: 'covered',
  auditIds: [],
  reasons: [{ code: 'covered', text: 'Read later.' }],
};

describe('guarantee 1: every event is stored once and has exactly one outcome', () => {
  it('an event is found by resource and id, and by its id alone', async () => {
    const { events } = account.open();
    const received = event('E-1/with?strange#characters', app('one'));
    expect(await events.store(received)).toEqual(received);
    expect(await events.get(app('ONE'), received.event.id)).toEqual(received);
    expect(await events.findById(received.event.id)).toEqual(received);
    expect(await events.findById('another')).toBeNull();
    expect(await events.get(app('two'), received.event.id)).toBeNull();
  });

  it('the first delivery of an event is kept when a second one arrives at any instance', async () => {
    const [here, there] = [account.open().events, account.open().events];
    const first = await here.store(event('dup', app('dup'), time(1)));
    expect(await there.store(event('dup', app('dup'), time(9)))).toEqual(first);
    const both = await Promise.all(
      [here, there, here, there].map((one, n) => one.store(event('race', app('dup'), time(n)))),
    );
    expect(new Set(both.map(({ receivedAt }) => receivedAt)).size).toBe(1);
    expect((await here.listWaiting(app('dup'))).length).toBe(2);
  });

  it('an event without resource is stored and does not wait', async () => {
    const { events } = account.open();
    const ignored = { ...event('nothing', null), outcome: 'ignored' as const };
    await events.store(ignored);
    expect(await events.findById('nothing')).toEqual(ignored);
  });

  it('an event that concerns several resources is stored for each and found as one', async () => {
    const { events } = account.open();
    await events.store(event('swap', app('app'), time(2)));
    await events.store(event('swap', app('slot'), time(1)));
    expect(await events.findById('swap')).toMatchObject({ receivedAt: time(1), outcome: null });
    await events.conclude(app('app'), ['swap'], evaluated);
    expect(await events.findById('swap')).toMatchObject({ outcome: null, auditIds: ['a1'] });
    expect((await events.listWaiting(app('slot'))).length).toBe(1);
    await events.conclude(app('slot'), ['swap'], covered);
    expect(await events.findById('swap')).toMatchObject({
      outcome: 'evaluated',
      auditIds: ['a1'],
      reasons: [{ code: 'covered', text: 'slot: Read later.' }],
    });
  });

  it('a waiting event that gets an outcome is no longer listed as waiting', async () => {
    const { events } = account.open();
    for (const id of ['a', 'b', 'c']) await events.store(event(id, app('some'), time(1)));
    await events.conclude(app('some'), ['a', 'c', 'unknown'], evaluated);
    expect((await events.listWaiting(app('some'))).map((one) => one.event.id)).toEqual(['b']);
    expect(await events.findById('a')).toEqual({ ...event('a', app('some'), time(1)), ...evaluated });
    expect((await events.listRecent(app('some'), 10)).map(({ outcome }) => outcome).sort()).toEqual([
      'evaluated',
      'evaluated',
      null,
    ]);
  });

  it('an outcome is never replaced', async () => {
    const { events } = account.open();
    await events.store(event('kept', app('kept')));
    await events.conclude(app('kept'), ['kept'], covered);
    await events.conclude(app('kept'), ['kept'], evaluated);
    expect(await events.get(app('kept'), 'kept')).toMatchObject(covered);
  });

  it('each event is concluded once when several instances conclude it at the same time', async () => {
    const ids = Array.from({ length: 80 }, (_, n) => `burst-${n}`);
    const writers = [account.open().events, account.open().events, account.open().events];
    await Promise.all(ids.map((id) => writers[0]?.store(event(id, app('burst')))));
    const conclusions = writers.map((_, n): EventConclusion => ({ ...evaluated, auditIds: [`by ${n}`] }));
    await Promise.all(writers.map((one, n) => one.conclude(app('burst'), ids.slice(n), conclusions[n] ?? evaluated)));
    const { events } = account.open();
    expect(await events.listWaiting(app('burst'))).toEqual([]);
    const recent = await events.listRecent(app('burst'), 100);
    expect(recent.length).toBe(80);
    for (const one of recent) {
      expect(one.outcome).toBe('evaluated');
      expect(await events.get(app('burst'), one.event.id)).toEqual(one);
    }
  });

  it('the latest events are listed first', async () => {
    const { events } = account.open();
    for (const n of [3, 1, 2, 5, 4]) await events.store(event(`n${n}`, app('latest'), time(n)));
    expect((await events.listRecent(app('latest'), 3)).map((one) => one.event.id)).toEqual(['n5', 'n4', 'n3']);
    expect((await events.listWaiting(app('latest'))).map((one) => one.event.id)).toEqual([
      'n1',
      'n2',
      'n3',
      'n4',
      'n5',
    ]);
  });

  it('storing an event costs the same for an app with a long history', async () => {
    const { events } = account.open();
    // Two rows each, so that reading all of them would take a second page.
    const ids = Array.from({ length: 510 }, (_, n) => `old-${n}`);
    await Promise.all(ids.map((id, n) => events.store(event(id, app('busy'), time(n)))));
    await events.conclude(app('busy'), ids, covered);
    const cost = async (step: () => Promise<unknown>) => {
      account.requests();
      await step();
      return account.requests().table;
    };
    expect(await cost(() => events.store(event('now', app('busy'), time(5000))))).toBe(2);
    expect(await cost(() => events.store(event('now', app('busy'), time(5000))))).toBe(3);
    expect(await cost(() => events.listWaiting(app('busy')))).toBe(1);
    expect(await cost(() => events.listRecent(app('busy'), 20))).toBe(1);
    expect(await cost(() => events.get(app('busy'), 'now'))).toBe(1);
    expect(await cost(() => events.findById('now'))).toBe(2);
    expect(await cost(() => events.conclude(app('busy'), ['now'], evaluated))).toBe(2);
  });
});
