/** What many workflows repeat: attempts after a conflict, lists to their end, and wake-ups around what is queued. */
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../src/domain/resources/resource.ts';
import { enqueue, withWakeup } from '../../../src/workflows/ports/enqueue.ts';
import {
  ConflictError,
  collect,
  type PageRequest,
  pagesOf,
  paginate,
  retryOnConflict,
} from '../../../src/workflows/ports/storage.ts';
import { resourceNamed, SITE } from '../../domain/examples.ts';

describe('an attempt', () => {
  test('is repeated while another instance saves first', async () => {
    let attempts = 0;
    const result = await retryOnConflict(async () => {
      attempts += 1;
      if (attempts < 3) throw new ConflictError('somebody else was faster');
      return attempts;
    });
    expect(result).toBe(3);
  });

  test('is not repeated after another error', async () => {
    let attempts = 0;
    const failing = retryOnConflict(async () => {
      attempts += 1;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(attempts).toBe(1);
  });
});

describe('a list', () => {
  const asked: PageRequest[] = [];
  /** Pages of two, with an empty one between. */
  const PAGES = [[1, 2], [], [3]];
  const list = async (page: PageRequest) => {
    asked.push(page);
    const at = Number(page.after ?? 0);
    return { items: PAGES[at] ?? [], next: at + 1 < PAGES.length ? String(at + 1) : null };
  };

  test('is read to its end, page by page, also behind an empty page', async () => {
    asked.length = 0;
    expect(await collect(pagesOf(list, 2))).toEqual(PAGES);
    expect(asked).toEqual([
      { limit: 2, after: null },
      { limit: 2, after: '1' },
      { limit: 2, after: '2' },
    ]);
    expect(await collect(paginate(list))).toEqual([1, 2, 3]);
  });

  test('is not read further than its reader goes', async () => {
    asked.length = 0;
    for await (const item of paginate(list)) if (item === 2) break;
    expect(asked).toHaveLength(1);
  });
});

describe('a wake-up', () => {
  const resource: Resource = resourceNamed(SITE);

  function recorded() {
    const calls: unknown[] = [];
    return {
      calls,
      clock: { now: () => new Date('2026-03-01T12:00:00.000Z'), sleep: async () => {} },
      wakeups: {
        schedule: async ({ id }: Resource, at: Date, why: string) => {
          calls.push(['schedule', id, at.toISOString(), why]);
          return 'key';
        },
        cancel: async (key: string) => void calls.push(['cancel', key]),
        listDue: async () => [],
      },
      queue: { send: async (message: unknown, delay: number) => void calls.push(['send', message, delay]) },
    };
  }

  test('stands from before the work until after it', async () => {
    const deps = recorded();
    const result = await withWakeup(deps, resource, 'why', async () => {
      await enqueue(deps, resource, 'decision');
      return 'done';
    });
    expect(result).toBe('done');
    expect(deps.calls).toEqual([
      ['schedule', SITE, '2026-03-01T12:01:00.000Z', 'why'],
      ['send', { resource: SITE, cause: 'decision', attempt: 0 }, 0],
      ['cancel', 'key'],
    ]);
  });

  test('stays when the work fails', async () => {
    const deps = recorded();
    const failing = withWakeup(deps, resource, 'why', async () => {
      throw new Error('no queue');
    });
    await expect(failing).rejects.toThrow('no queue');
    expect(deps.calls).toHaveLength(1);
  });
});
