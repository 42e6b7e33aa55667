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

  it('runs the function with the event as it was sent, one object or a batch', async () => {
    const before = (await host.seen('events')).length;
    const event = { id: '1', specversion: '1.0', data: { a: [1, null] } };
    expect((await notify(event)).status).toBe(202);
    expect((await notify([{ id: '2' }, { id: '3' }])).status).toBe(202);
    const [first, ...rest] = (await host.seen('events')).slice(before);
    expect(first).toEqual({ event, metadata: { data: event.data } });
    expect(rest).toHaveLength(2);
  });

  it('answers 500 when one event of a batch failed, after all of them have run', async () => {
    const before = (await host.seen('events')).length;
    expect((await notify([{ id: '1', data: { fail: true } }, { id: '2' }])).status).toBe(500);
    expect(await host.seen('events')).toHaveLength(before + 2);
  });

  it.each([
    ['no JSON', '{', 'Notification'],
    ['JSON that is no event', '"text"', 'Notification'],
    ['an array of something else', '[1]', 'Notification'],
    ['a validation without a code', '[{}]', 'SubscriptionValidation'],
    ['no event type', '[]', undefined],
    ['an unknown event type', '[]', 'SubscriptionDeletion'],
  ])('answers 400 to %s and runs nothing', async (_, body, type) => {
    const before = (await host.seen('events')).length;
    expect((await deliver(body, type)).status).toBe(400);
    expect(await host.seen('events')).toHaveLength(before);
  });

  it.each([['functionName=none'], ['functionName=seen'], ['']])('answers 404 to the query "%s"', async (query) => {
    expect((await deliver('[]', 'Notification', { query })).status).toBe(404);
  });

  it('knows the extension in any case and no other extension', async () => {
    expect((await deliver('[]', 'Notification', { path: '/runtime/webhooks/eventgrid' })).status).toBe(202);
    expect((await deliver('[]', 'Notification', { path: '/runtime/webhooks/blobs' })).status).toBe(404);
  });
});
