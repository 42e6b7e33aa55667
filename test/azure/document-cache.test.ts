/** Documents that many resources share are read once in ten minutes, and again when a fresh read is requested. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createDocumentCache, type DocumentCache } from '../../src/azure/document-cache.ts';
import type { DocumentState } from '../../src/domain/resources/snapshot.ts';
import { read } from '../domain/examples.ts';

const PLAN = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/serverfarms/plan plan';
const MINUTE = 60_000;

let now = 0;
let reads = 0;
let kept: DocumentCache;
const reading = async (): Promise<DocumentState> => {
  reads += 1;
  return read({ at: reads });
};

beforeEach(() => {
  now = Date.parse('2026-03-01T12:00:00Z');
  reads = 0;
  kept = createDocumentCache(() => new Date(now));
});

describe('a cached document', () => {
  test('is read once for all requests within ten minutes, concurrent ones too, in any casing of its id', async () => {
    await Promise.all([kept.get(PLAN, false, reading), kept.get(PLAN.toUpperCase(), false, reading)]);
    now += 10 * MINUTE - 1;
    expect(await kept.get(PLAN, false, reading)).toEqual(read({ at: 1 }));
    expect(reads).toBe(1);
  });

  test('is read again after ten minutes', async () => {
    await kept.get(PLAN, false, reading);
    now += 10 * MINUTE;
    expect(await kept.get(PLAN, false, reading)).toEqual(read({ at: 2 }));
  });

  test('is read again for a fresh read, and that result is cached', async () => {
    await kept.get(PLAN, false, reading);
    expect(await kept.get(PLAN, true, reading)).toEqual(read({ at: 2 }));
    expect(await kept.get(PLAN, false, reading)).toEqual(read({ at: 2 }));
  });

  test.each<[string, () => Promise<DocumentState>]>([
    ['a failure', async () => ({ status: 'failed', detail: 'busy', retryable: true })],
    ['a refusal', async () => ({ status: 'forbidden', detail: 'no role' })],
    [
      'an exception',
      async () => {
        throw new Error('no answer');
      },
    ],
  ])('%s is not cached', async (_, failing) => {
    await kept.get(PLAN, false, failing).catch(() => null);
    expect(await kept.get(PLAN, false, reading)).toEqual(read({ at: 1 }));
  });

  test('the oldest documents are removed when all of them are too large, and one that is too large alone is not kept', async () => {
    kept = createDocumentCache(() => new Date(now), 250);
    const large = async () => {
      reads += 1;
      return read({ text: 'x'.repeat(90) });
    };
    for (const name of ['a', 'b', 'c']) await kept.get(name, false, large);
    expect(reads).toBe(3);
    for (const name of ['b', 'c']) await kept.get(name, false, large);
    expect(reads).toBe(3);
    await kept.get('a', false, large);
    expect(reads).toBe(4);
    const huge = async () => {
      reads += 1;
      return read({ text: 'x'.repeat(300) });
    };
    for (const _ of [1, 2]) await kept.get('huge', false, huge);
    expect(reads).toBe(6);
  });

  test('the oldest document is removed when the cache is full', async () => {
    for (let index = 0; index < 600; index += 1) await kept.get(`${PLAN} ${index}`, false, reading);
    await kept.get(`${PLAN} 599`, false, reading);
    expect(reads).toBe(600);
    await kept.get(`${PLAN} 0`, false, reading);
    expect(reads).toBe(601);
  });
});
