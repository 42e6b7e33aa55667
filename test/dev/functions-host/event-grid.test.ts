import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FixtureHost, startFixture } from './fixture/start.ts';

let host: FixtureHost;
beforeAll(async () => {
  host = await startFixture();
});
afterAll(() => host.close());

const deliver = (
  body: string | undefined,
  type: string | undefined,
  init: RequestInit & { query?: string; path?: string } = {},
) =>
  fetch(`${host.url}${init.path ?? '/runtime/webhooks/EventGrid'}?${init.query ?? 'functionName=events'}`, {
    method: 'POST',
    ...(body !== undefined && { body }),
    headers: type === undefined ? {} : { 'aeg-event-type': type },
    ...init,
  });
const notify = (content: unknown) => deliver(JSON.stringify(content), 'Notification');

describe('the Event Grid webhook', () => {
  it('answers the handshake of the Event Grid schema', async () => {
    const answer = await deliver(JSON.stringify([{ data: { validationCode: 'abc' } }]), 'SubscriptionValidation');
    expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: 'abc' }]);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('answers the handshake of CloudEvents, whose data is JSON in a string', async () => {
    const body = JSON.stringify({ specversion: '1.0', data: JSON.stringify({ validationCode: 'abc' }) });
    const answer = await deliver(body, 'SubscriptionValidation');
    expect([answer.status, await answer.json()]).toEqual([200, { validationResponse: 'abc' }]);
  });

  it('answers the OPTIONS handshake of CloudEvents', async () => {
    const answer = await deliver(undefined, undefined, {
      method: 'OPTIONS',
      headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net' },
    });
    expect([answer.status, answer.headers.get('webhook-allowed-origin')]).toEqual([200, 'eventgrid.azure.net']);
  });

  it('answers 202 to an unsubscription', async () => {
    expect((await deliver('', 'Unsubscribe')).status).toBe(202);
  });

  it('runs the function with the event as sent, for one object or a batch', async () => {
    const before = (await host.seen('events')).length;
    const event = { id: '1', specversion: '1.0', data: { a: [1, null] } };
    expect((await notify(event)).status).toBe(202);
    expect((await notify([{ id: '2' }, { id: '3' }])).status).toBe(202);
    const [first, ...rest] = (await host.seen('events')).slice(before);
    expect(first).toEqual({ event, metadata: { data: event.data } });
    expect(rest).toHaveLength(2);
  });

  it.each([62, 2000])('runs the function with an event of %d levels', async (levels) => {
    const before = (await host.seen('events')).length;
    const text = `[{"data":${'['.repeat(levels)}${']'.repeat(levels)}}]`;
    expect((await deliver(text, 'Notification')).status).toBe(202);
    expect(await host.seen('events')).toHaveLength(before + 1);
  });

  it('answers 500 when one event of a batch failed, after all of them have run', async () => {
    const before = (await host.seen('events')).length;
    expect((await notify([{ id: '1', data: { fail: true } }, { id: '2' }])).status).toBe(500);
    expect(await host.seen('events')).toHaveLength(before + 2);
  });

  it.each([
    ['no JSON', '{', 'Notification', 500],
    ['JSON that is no event', '"text"', 'Notification', 500],
    ['a validation without a code', '[{}]', 'SubscriptionValidation', 500],
    ['a validation that is no JSON', '', 'SubscriptionValidation', 500],
    ['no event type', '[]', undefined, 400],
    ['an unknown event type', '[]', 'SubscriptionDeletion', 400],
  ])('runs no function for %s', async (_, body, type, status) => {
    const before = (await host.seen('events')).length;
    expect((await deliver(body, type)).status).toBe(status);
    expect(await host.seen('events')).toHaveLength(before);
  });

  it('reads a body that is sent in chunks', async () => {
    const before = (await host.seen('events')).length;
    const body = new Blob(['{"id":"1"}']).stream();
    const init = { body, duplex: 'half' as const, headers: { 'aeg-event-type': 'Notification' } };
    expect((await deliver(undefined, undefined, init)).status).toBe(202);
    expect(await host.seen('events')).toHaveLength(before + 1);
  });

  it.each([['functionName=none'], ['functionName=seen'], ['']])('answers 404 to the query "%s"', async (query) => {
    expect((await deliver('[]', 'Notification', { query })).status).toBe(404);
  });

  it('accepts the extension name in any case and no other extension', async () => {
    expect((await deliver('[]', 'Notification', { path: '/runtime/webhooks/eventgrid' })).status).toBe(202);
    expect((await deliver('[]', 'Notification', { path: '/runtime/webhooks/blobs' })).status).toBe(404);
  });
});

describe('a host with a key for Event Grid', () => {
  let locked: FixtureHost;
  beforeAll(async () => {
    locked = await startFixture({ eventKey: 'a+b c' });
  });
  afterAll(() => locked.close());

  const status = async (query: string, headers: Record<string, string> = {}) => {
    const url = `${locked.url}/runtime/webhooks/EventGrid?functionName=events${query}`;
    const init = { method: 'POST', body: '[]', headers: { 'aeg-event-type': 'Notification', ...headers } };
    return (await fetch(url, init)).status;
  };

  it('answers 401 to a request without the key, before any other check', async () => {
    expect(await status('')).toBe(401);
    expect(await status('&code=other')).toBe(401);
    expect(await status('&code=')).toBe(401);
    expect(await status('', { 'aeg-event-type': 'Nothing' })).toBe(401);
  });

  it('accepts the key as code or as x-functions-key', async () => {
    expect(await status(`&code=${encodeURIComponent('a+b c')}`)).toBe(202);
    expect(await status('', { 'x-functions-key': 'a+b c' })).toBe(202);
    expect(await status(`&code=${encodeURIComponent('a+b c')}`, { 'x-functions-key': 'other' })).toBe(401);
  });
});
