import { beforeEach, describe, expect, it } from 'vitest';
import { deadLetterSchema, listDeadLetters, releaseDeadLetter } from '../../src/api/dead-letters.ts';
import type { DeadLetter } from '../../src/workflows/ports.ts';
import { type Asking, ask, principal, serviceOf, told } from './asking.ts';
import { type MemoryWorld, memoryWorld, NOW } from './memory-world.ts';
import { SHOP, shop } from './samples.ts';

const message = { resource: SHOP, cause: 'event', event: { id: 'e', receivedAt: NOW }, attempt: 4 };

let world: MemoryWorld;
const put = (differs: Partial<DeadLetter> = {}) => {
  const letter = { at: NOW, queue: 'plumbline-reconcile', resource: SHOP, error: 'StorageUnavailable: down' };
  const whole = { ...letter, id: 'letter-1', message: JSON.stringify(message), ...differs };
  world.stored.deadLetters.set(whole.id, whole);
};
const list = (query = '') => ask(listDeadLetters, serviceOf(world), { query });
const release = (id: string, asking: Asking = {}) =>
  ask(releaseDeadLetter, serviceOf(world), { params: { id }, ...asking });

beforeEach(() => {
  world = memoryWorld();
});

describe('dead letters', () => {
  it('are listed with their reason, event and message', async () => {
    put();
    const { body } = await list();
    const item = {
      id: 'letter-1',
      at: NOW,
      queue: 'plumbline-reconcile',
      resource: shop,
      event: { id: 'e' },
      reason: 'StorageUnavailable: down',
      message,
    };
    expect(body).toEqual({ items: [item] });
    expect(deadLetterSchema.parse(item)).toEqual(item);
  });

  it('that are no message show nothing of what they held', async () => {
    put({ message: '{"password":"hunter2"}', resource: null, error: null });
    put({ id: 'letter-2', message: JSON.stringify({ ...message, event: undefined, password: 'hunter2' }) });
    const { text, body } = await list();
    expect(text).not.toContain('hunter2');
    expect(body.items).toMatchObject([{ message: { cause: 'event' } }, { resource: null }]);
    expect(Object.keys(Object(Object(body.items)[1]))).toEqual(['id', 'at', 'queue', 'resource', 'reason']);
  });

  it('come page by page', async () => {
    for (const id of ['a', 'b', 'c']) put({ id });
    const first = await list('?limit=2');
    expect(first.body.items).toMatchObject([{ id: 'c' }, { id: 'b' }]);
    const cursor = encodeURIComponent(String(first.body.nextCursor));
    expect((await list(`?limit=2&cursor=${cursor}`)).body).toMatchObject({ items: [{ id: 'a' }] });
    expect(told(await list('?queue=x'))).toBe('400 invalid');
  });

  it('are released without a body, twice as once', async () => {
    put();
    for (const _ of ['first', 'second']) {
      const answer = await release('letter-1');
      expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([202, '', null]);
    }
    expect(world.stored.sent).toEqual([{ ...message, attempt: 0 }]);
    expect((await list()).body).toEqual({ items: [] });
  });

  it.each(['Reader', 'Approver'])('are released by operators; a %s is refused', async (role) => {
    put();
    expect(told(await release('letter-1', { as: principal([role]) }))).toBe('403 forbidden');
    expect(told(await release('letter-1', { headers: { 'sec-fetch-site': 'cross-site' } }))).toBe('403 forbidden');
    expect([world.stored.sent, world.stored.deadLetters.size]).toEqual([[], 1]);
  });

  it('that never were are 404; what can never be handled is 400', async () => {
    put({ message: '"x"' });
    expect(told(await release('letter-2'))).toBe('404 not-found');
    expect(told(await release('no id'))).toBe('404 not-found');
    expect(told(await release('letter-1'))).toBe('400 invalid');
    expect(told(await release('letter-1', { query: '?force=1' }))).toBe('400 invalid');
  });
});
