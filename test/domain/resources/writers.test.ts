/** The writers of a resource: one row per caller, and a bounded list. */

import { describe, expect, it } from 'vitest';
import { serializedSize } from '../../../src/domain/resources/limits.ts';
import { asCaller } from '../../../src/domain/resources/principal.ts';
import {
  correlationIdOf,
  MAX_WRITERS,
  mergeWriters,
  type Writer,
  writerOf,
} from '../../../src/domain/resources/writers.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const NOBODY = { writers: [], writersTruncatedAt: null };

function writer(objectId: string, minute: number, differs: Partial<Writer> = {}): Writer {
  return { objectId, type: 'user', at: at(minute), since: at(minute), source: 'event', ...differs };
}

describe('one row per caller', () => {
  it('the latest last, with the members of its latest write and the time of its first', () => {
    const seen = [writer('ada', 3), writer('bob', 2), writer('ada', 1, { name: 'Ada', source: 'activity-log' })];
    expect(mergeWriters(NOBODY, seen)).toEqual({
      writers: [writer('bob', 2), writer('ada', 3, { name: 'Ada', since: at(1) })],
      writersTruncatedAt: null,
    });
  });

  it('whichever was seen first', () => {
    const [early, late] = [writer('ada', 1, { name: 'Ada' }), writer('ada', 3)];
    for (const seen of [
      [early, late],
      [late, early],
    ]) {
      expect(mergeWriters(NOBODY, seen).writers).toEqual([writer('ada', 3, { name: 'Ada', since: at(1) })]);
    }
    const [begun, same] = [writer('ada', 3, { since: at(0) }), writer('ada', 3, { eventId: 'e' })];
    expect(mergeWriters(NOBODY, [begun, same]).writers).toEqual([writer('ada', 3, { since: at(0), eventId: 'e' })]);
  });

  it('callers of the same time stay in their order', () => {
    const seen = [writer('b', 1), writer('c', 2), writer('a', 1), writer('d', 0)];
    expect(mergeWriters(NOBODY, seen).writers.map(({ objectId }) => objectId)).toEqual(['d', 'b', 'a', 'c']);
  });

  it('the same write again changes nothing', () => {
    const once = mergeWriters(NOBODY, [writer('ada', 3), writer('bob', 2)]);
    expect(mergeWriters(once, [writer('ada', 3)])).toEqual(once);
  });

  it('a caller has no members that only the list has', () => {
    expect(asCaller(writer('ada', 1, { name: 'Ada', eventId: 'e' }))).toEqual({
      objectId: 'ada',
      name: 'Ada',
      type: 'user',
    });
  });
});

describe('the limit of the list', () => {
  const many = Array.from({ length: MAX_WRITERS + 2 }, (_, n) => writer(`w${n}`, n));

  it('the oldest are removed, and the time of the newest removed one is kept', () => {
    const { writers, writersTruncatedAt } = mergeWriters(NOBODY, many);
    expect([writers.length, writers[0]?.objectId, writersTruncatedAt]).toEqual([MAX_WRITERS, 'w2', at(1)]);
  });

  it('the time of the newest removed one never goes back', () => {
    const cut = mergeWriters({ writers: [], writersTruncatedAt: at(500) }, many);
    expect(cut.writersTruncatedAt).toBe(at(500));
    expect(mergeWriters(cut, []).writersTruncatedAt).toBe(at(500));
  });

  it('the time of the newest removed one moves on', () => {
    expect(mergeWriters({ writers: [], writersTruncatedAt: at(0) }, many).writersTruncatedAt).toBe(at(1));
    expect(mergeWriters(NOBODY, many.slice(1)).writersTruncatedAt).toBe(at(1));
  });

  it('the longest list fits into a row with any names and ids', () => {
    const worst = many.flatMap((_, n) => {
      const seen = { at: at(n), source: 'event' as const };
      const ids = { eventId: `${n}`.padEnd(128, '\u0001'), correlationId: 'c'.repeat(128) };
      const caller = { objectId: `${n}`.padEnd(64, 'o'), name: '\u0001'.repeat(1024), type: 'user' as const };
      return writerOf(caller, { ...seen, ...ids }) ?? [];
    });
    expect(worst).toHaveLength(MAX_WRITERS + 2);
    expect(JSON.stringify(mergeWriters(NOBODY, worst)).length).toBeLessThan(200_000);
  });
});

describe('the writer from an event', () => {
  const seen = { at: at(0), source: 'event' as const, eventId: 'e', correlationId: null };

  it('has the object id in lower case', () => {
    expect(writerOf({ objectId: 'ADA', name: 'Ada', type: 'app' }, seen)).toEqual(
      writer('ada', 0, { type: 'app', name: 'Ada', eventId: 'e' }),
    );
  });

  it.each(['', 'x'.repeat(65), '\u0001'.repeat(20)])('is null with the object id %j', (objectId) => {
    expect(writerOf({ objectId, type: 'user' }, seen)).toBeNull();
  });

  it('has a name cut to its limit, and a checksum for a long correlation id', () => {
    const long = { ...seen, eventId: 'e'.repeat(97), correlationId: 'c'.repeat(97) };
    const named = (name: string) => writerOf({ objectId: 'ada', name, type: 'user' }, long);
    const correlationId = correlationIdOf(long.correlationId);
    expect(correlationId.length).toBeLessThan(96);
    expect(named('n'.repeat(254))).toEqual(writer('ada', 0, { name: 'n'.repeat(254), correlationId }));
    for (const letter of ['n', '\u6f22', '\u0001']) {
      const name = named(letter.repeat(300))?.name ?? '';
      expect([serializedSize(name) <= 256, name.endsWith(' more characters')]).toEqual([true, true]);
    }
    const ids = { eventId: 'e'.repeat(96), correlationId: 'c'.repeat(96) };
    expect(writerOf({ objectId: 'ada', type: 'user' }, { ...seen, ...ids })).toEqual(writer('ada', 0, ids));
  });
});
