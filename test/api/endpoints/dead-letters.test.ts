import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  deadLetterAnswer,
  listDeadLetters,
  releaseDeadLetter,
  releaseDeadLetters,
} from '../../../src/api/endpoints/dead-letters.ts';
import type { DeadLetter } from '../../../src/workflows/ports/dead-letters.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { type AskOptions, ask, principal, serviceOf, statusAndCode } from '../ask.ts';
import { SHOP, shop } from '../samples.ts';

const message = { resource: SHOP, cause: 'event', event: { id: 'e', receivedAt: NOW }, attempt: 4 };

let deps: FakeDeps;
const put = (differs: Partial<DeadLetter> = {}) => {
  const letter = { at: NOW, queue: 'plumbline-reconcile', resource: SHOP, error: 'StorageUnavailable: down' };
  const whole = { ...letter, id: 'letter-1', message: JSON.stringify(message), ...differs };
  deps.stored.deadLetters.set(whole.id, whole);
};
const list = (query = '') => ask(listDeadLetters, serviceOf(deps), { query });
const release = (id: string, asking: AskOptions = {}) =>
  ask(releaseDeadLetter, serviceOf(deps), { params: { id }, ...asking });

beforeEach(() => {
  deps = apiDeps();
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
    expect(deadLetterAnswer.parse(item)).toEqual(item);
  });

  it('show nothing of a message that cannot be parsed', async () => {
    put({ message: '{"password":"hunter2"}', resource: null, error: null });
    put({
      id: 'letter-2',
      at: '2026-03-01T12:00:01.000Z',
      message: JSON.stringify({ ...message, event: undefined, password: 'hunter2' }),
    });
    const { text, body } = await list();
    expect(text).not.toContain('hunter2');
    expect(body.items).toMatchObject([{ message: { cause: 'event' } }, { resource: null }]);
    expect(Object.keys(Object(Object(body.items)[1]))).toEqual(['id', 'at', 'queue', 'resource', 'reason']);
  });

  it('are listed page by page', async () => {
    for (const [second, id] of ['a', 'b', 'c'].entries()) put({ id, at: `2026-03-01T12:00:0${second}.000Z` });
    const first = await list('?limit=2');
    expect(first.body.items).toMatchObject([{ id: 'c' }, { id: 'b' }]);
    const cursor = encodeURIComponent(String(first.body.nextCursor));
    expect((await list(`?limit=2&cursor=${cursor}`)).body).toMatchObject({ items: [{ id: 'a' }] });
    expect(statusAndCode(await list('?colour=red'))).toBe('400 invalid');
  });

  it('are filtered by queue and text, and counted', async () => {
    put({ id: 'a', error: 'Forbidden: the ROLE is missing' });
    put({ id: 'b', at: '2026-03-01T12:00:01.000Z', queue: 'plumbline-sweep' });
    put({ id: 'c', at: '2026-03-01T12:00:02.000Z', resource: null, message: '"unreadable"' });
    const ids = async (query: string) => {
      const { body } = await list(query);
      return [Array.isArray(body.items) ? body.items.map((item) => Object(item).id).join('') : '', body.total];
    };
    expect(await ids('?queue=plumbline-sweep')).toEqual(['b', undefined]);
    expect(await ids('?queue=plumbline-sweep,plumbline-reconcile&total=true')).toEqual(['cba', 3]);
    expect(await ids('?q=role+is&total=true')).toEqual(['a', 1]);
    expect(await ids('?q=SITES/SHOP')).toEqual(['ba', undefined]);
    expect(await ids('?total=true&limit=1')).toEqual(['c', 3]);
    for (const query of ['?q=', '?total=false', '?queue=a,a', '?queue=']) {
      expect(statusAndCode(await list(query)), query).toBe('400 invalid');
    }
  });

  it('are released together, each with the answer of a single release', async () => {
    put();
    put({ id: 'broken', message: '{}' });
    const together = (asking: AskOptions) => ask(releaseDeadLetters, serviceOf(deps), asking);
    const { status, body } = await together({ body: { ids: ['letter-1', 'unknown', '../x', 'broken', 'letter-1'] } });
    expect(status).toBe(200);
    expect(releaseDeadLetters.result instanceof z.ZodType && releaseDeadLetters.result.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      items: [
        { id: 'letter-1', status: 202 },
        { id: 'unknown', status: 404, problem: { code: 'not-found' } },
        { id: '../x', status: 404, problem: { code: 'not-found' } },
        { id: 'broken', status: 400, problem: { code: 'invalid' } },
        { id: 'letter-1', status: 202 },
      ],
    });
    expect(deps.stored.sent).toEqual([{ ...message, attempt: 0 }]);
    expect(statusAndCode(await together({ body: { ids: ['letter-1'] }, as: principal(['Reader']) }))).toBe(
      '403 forbidden',
    );
    for (const ids of [[], 'letter-1', Array.from({ length: 101 }, String)]) {
      expect(statusAndCode(await together({ body: { ids } }))).toBe('400 invalid');
    }
  });

  it('are released without a body, and a second release changes nothing', async () => {
    put();
    for (const _ of ['first', 'second']) {
      const answer = await release('letter-1');
      expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([202, '', null]);
    }
    expect(deps.stored.sent).toEqual([{ ...message, attempt: 0 }]);
    expect((await list()).body).toEqual({ items: [] });
  });

  it.each(['Reader', 'Approver'])('are released by operators; a %s is refused', async (role) => {
    put();
    expect(statusAndCode(await release('letter-1', { as: principal([role]) }))).toBe('403 forbidden');
    expect(statusAndCode(await release('letter-1', { headers: { 'sec-fetch-site': 'cross-site' } }))).toBe(
      '403 forbidden',
    );
    expect([deps.stored.sent, deps.stored.deadLetters.size]).toEqual([[], 1]);
  });

  it('are 404 for an unknown id, and 400 when their message can never be handled', async () => {
    put({ message: '"x"' });
    expect(statusAndCode(await release('letter-2'))).toBe('404 not-found');
    expect(statusAndCode(await release('no id'))).toBe('404 not-found');
    expect(statusAndCode(await release('letter-1'))).toBe('400 invalid');
    expect(statusAndCode(await release('letter-1', { query: '?force=1' }))).toBe('400 invalid');
  });
});
