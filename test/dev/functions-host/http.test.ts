import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost } from '../../../dev/functions-host/host.ts';
import { type FixtureHost, fixtureFolder, releaseFixture, startFixture } from './fixture/start.ts';

let host: FixtureHost;
beforeAll(async () => {
  host = await startFixture({ principalHeader: true });
});
afterAll(() => host.close());

/** Exactly this request: fetch would normalise it. A body is sent in chunks unless its length is among the headers. */
function raw(
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: OutgoingHttpHeaders | string[]; body?: string } = {},
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(host.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    sent.on('error', reject);
    sent.flushHeaders();
    sent.end(body);
  });
}

const get = (path: string, init: RequestInit = {}) => fetch(`${host.url}${path}`, init);
const json = async (path: string, init: RequestInit = {}): Promise<unknown> => (await get(path, init)).json();

describe('HTTP triggers', () => {
  it('passes method, route parameters, query and lower-case headers', async () => {
    const seen = await json('/api/echo/a%20b?x=1&X=2&empty=', { headers: { 'X-Custom': 'Value' } });
    expect(seen).toMatchObject({
      method: 'GET',
      params: { id: 'a b' },
      query: { x: '1,2', empty: '' },
      headers: { 'x-custom': 'Value' },
      url: `${host.url}/api/echo/a%20b?x=1&X=2&empty=`,
    });
  });

  it('passes bytes unchanged', async () => {
    const body = Buffer.from([0, 1, 254, 255, 195]);
    expect(await json('/api/echo/1', { method: 'POST', body })).toMatchObject({ body: body.toString('base64') });
  });

  it('keeps an encoded slash inside its segment', async () => {
    expect(await json('/api/echo/a%2Fb/c')).toMatchObject({ params: { id: 'a%2Fb', part: 'c' } });
  });

  it('serves the first matching route by the name of its function, without regard to case: a literal has no precedence', async () => {
    expect(await (await get('/API/Echo/EARLY')).text()).toBe('the literal route');
    expect(await json('/api/echo/late')).toMatchObject({ params: { id: 'late' } });
  });

  it('accepts one slash at the end, and answers 404 for an empty segment', async () => {
    expect((await get('/api/echo/1/')).status).toBe(200);
    for (const path of ['//api/echo/1', '/api//echo/1', '/api/echo//1', '/api/echo/1//']) {
      expect((await raw(path)).status, path).toBe(404);
    }
  });

  it('passes an empty body for a chunked request, with its transfer-encoding header', async () => {
    const answer = await raw('/api/echo/1', {
      method: 'POST',
      body: 'lost',
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect(JSON.parse(answer.text)).toMatchObject({ body: '', headers: { 'transfer-encoding': 'chunked' } });
    const sent = await raw('/api/echo/1', { method: 'POST', body: 'kept', headers: { 'content-length': 4 } });
    expect(JSON.parse(sent.text)).toMatchObject({ body: Buffer.from('kept').toString('base64') });
  });

  it('joins repeated headers and cookies with a comma and nothing else', async () => {
    const many = ['x-many', 'a', 'x-many', 'b', 'content-type', 'text/a', 'content-type', 'text/b'];
    const headers = ['host', 'localhost', ...many, 'cookie', 'one=1', 'cookie', 'two=2', 'x-none', ''];
    expect(JSON.parse((await raw('/api/echo/1', { headers })).text)).toMatchObject({
      headers: { 'x-many': 'a,b', cookie: 'one=1,two=2', 'content-type': 'text/a,text/b', 'x-none': '' },
    });
  });

  it('answers 400 to a header that is not ASCII, and 500 in place of an answer with one', async () => {
    expect(await raw('/api/echo/1', { headers: { 'x-name': 'J\u00f6rg' } })).toEqual({ status: 400, text: '' });
    expect(await raw('/api/foreign')).toEqual({ status: 500, text: '' });
  });

  it('accepts headers of 20 KB and refuses 40 KB', async () => {
    expect((await raw('/api/echo/1', { headers: { 'x-long': 'x'.repeat(20_000) } })).status).toBe(200);
    expect((await raw('/api/echo/1', { headers: { 'x-long': 'x'.repeat(40_000) } })).status).toBe(431);
  });

  it('answers 400 to a path with a null character, and 200 to the root', async () => {
    expect(await raw('/api/echo/%00')).toEqual({ status: 400, text: '' });
    const home = await get('/');
    expect([home.status, home.headers.get('content-type')]).toEqual([200, 'text/html']);
  });

  it('answers 401 for a function that requires a key, because there are no keys here', async () => {
    expect((await get('/api/locked')).status).toBe(401);
    expect((await get('/api/locked?code=x', { headers: { 'x-functions-key': 'x' } })).status).toBe(401);
  });

  it.each([
    ['an unknown route', '/api/none', 'GET'],
    ['a method without a function (not 405)', '/api/echo/1', 'DELETE'],
    ['HEAD where only GET is registered', '/api/seen', 'HEAD'],
    ['one segment too many', '/api/echo/1/2/3', 'GET'],
    ['a path outside the prefix', '/echo/1', 'GET'],
  ])('answers 404 to %s', async (_, path, method) => {
    expect((await get(path, { method })).status).toBe(404);
  });

  it('answers HEAD with headers and no body', async () => {
    const answer = await get('/api/echo/1', { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(0);
  });

  it('sends status, headers, cookies and bytes of the answer', async () => {
    const answer = await get('/api/bytes');
    expect(answer.status).toBe(203);
    expect(answer.headers.get('x-answer')).toBe('yes');
    expect(answer.headers.getSetCookie()).toEqual([
      'one=a%20b; Path=/; Max-Age=5; HttpOnly; SameSite=Strict',
      'two=2; Secure',
    ]);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 10]);
  });

  it('answers 204 to a handler that returns nothing and 500 to one that throws, and logs the error', async () => {
    expect((await get('/api/nothing')).status).toBe(204);
    expect((await get('/api/broken')).status).toBe(500);
    expect(host.lines.filter((line) => line.includes('broken on purpose'))).toHaveLength(1);
  });

  it('lets hooks change inputs and replace errors', async () => {
    expect(await json('/api/replaced')).toBe('changed by a hook');
    expect((await get('/api/forgiven')).status).toBe(299);
  });

  it('answers 500 to a body over 100 MB before it is sent', async () => {
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${host.url}/api/echo/1`, {
        method: 'POST',
        headers: { 'content-length': 104_857_601 },
      });
      request.on('response', (answer) => {
        resolve(answer.statusCode);
        request.destroy();
      });
      request.on('error', reject);
      request.write('x');
    });
    expect(status).toBe(500);
  });

  it('passes principal headers through when it was started with --principal-header, and has no sign-in', async () => {
    const seen = await json('/api/echo/1', {
      headers: { 'x-ms-client-principal': 'abc', 'x-ms-client-principal-id': 'me' },
    });
    expect(seen).toMatchObject({ headers: { 'x-ms-client-principal': 'abc', 'x-ms-client-principal-id': 'me' } });
    expect((await get('/.auth/login/local')).status).toBe(404);
  });
});

describe('a principal header that the host reads when Easy Auth is on', () => {
  let signedIn: FixtureHost;
  beforeAll(async () => {
    signedIn = await startFixture({ principalHeader: true }, { WEBSITE_AUTH_ENABLED: 'True' });
  });
  afterAll(() => signedIn.close());

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  const claims = [{ typ: 'oid', val: 'one' }];
  it.each([
    ['text that is no base64', '{"auth_typ":"aad"}', 500],
    ['an identity without claims', encoded({ auth_typ: 'aad' }), 500],
    ['a claim without a value', encoded({ auth_typ: 'aad', claims: [{ typ: 'oid' }] }), 500],
    ['an identity', encoded({ auth_typ: 'aad', claims }), 200],
    ['what is no JSON', Buffer.from('{').toString('base64'), 200],
    ['an object without an identity', encoded({}), 200],
    ['claims of another form', encoded({ auth_typ: 'aad', claims: 'none' }), 200],
  ])('%s', async (_, principal, status) => {
    const answer = await fetch(`${signedIn.url}/api/echo/1`, { headers: { 'x-ms-client-principal': principal } });
    expect([answer.status, status === 500 && (await answer.text())]).toEqual([status, status === 500 && '']);
  });

  it('is not read when Easy Auth is off', async () => {
    expect((await get('/api/echo/1', { headers: { 'x-ms-client-principal': '{' } })).status).toBe(200);
  });
});

describe('functions that a setting switches off', () => {
  it('are not served, except timers by hand, and do not give their routes to other functions', async () => {
    const switchedOff = await startFixture(
      {},
      {
        'AzureWebJobs.Early.Disabled': 'True',
        AzureWebJobs_events_Disabled: '1',
        'AzureWebJobs.yearly.Disabled': 'true',
        'AzureWebJobs.echo.Disabled': 'false',
        FIXTURE_SCHEDULE: '* * * * * *',
      },
    );
    try {
      expect((await fetch(`${switchedOff.url}/api/echo/early`)).status).toBe(404);
      expect((await fetch(`${switchedOff.url}/api/echo/other`)).status).toBe(200);
      const webhook = `${switchedOff.url}/runtime/webhooks/EventGrid?functionName=events`;
      const headers = { 'aeg-event-type': 'Notification' };
      expect((await fetch(webhook, { method: 'POST', body: '[]', headers })).status).toBe(404);
      expect(switchedOff.lines).toContain('host: function yearly is switched off by a setting');
      const json = { 'content-type': 'application/json' };
      await fetch(`${switchedOff.url}/admin/functions/yearly`, { method: 'POST', body: '{}', headers: json });
      await expect.poll(() => switchedOff.seen('yearly')).toHaveLength(1);
    } finally {
      await switchedOff.close();
    }
  });
});

describe('stopping the host', () => {
  it('finishes the running call', async () => {
    const stopping = await startFixture();
    const slow = fetch(`${stopping.url}/api/slow`).then((answer) => answer.text());
    await expect.poll(() => stopping.seen('slow')).toHaveLength(1);
    const closed = stopping.close();
    releaseFixture();
    expect(await slow).toBe('finished');
    await closed;
  });
});

describe('timers run by hand', () => {
  it('run on POST /admin/functions/NAME, with a JSON body only', async () => {
    const post = (name: string, type: string) =>
      get(`/admin/functions/${name}`, { method: 'POST', body: '{}', headers: { 'content-type': type } });
    expect((await post('yearly', 'text/plain')).status).toBe(415);
    expect((await post('echo', 'application/json')).status).toBe(404);
    expect(await host.seen('yearly')).toEqual([]);
    expect((await post('yearly', 'application/json')).status).toBe(202);
    await expect.poll(() => host.seen('yearly')).toHaveLength(1);
  });
});

describe('starting the host', () => {
  it('says what to do when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(startFixture({ port })).rejects.toThrow(
      `Port ${port} is taken by another program. Stop it, or choose another: npm run host -- --port ${port + 1}`,
    );
    other.close();
  });

  it('says what to do when the bundle is missing', async () => {
    await expect(startHost({ port: 0, root: fixtureFolder, bundle: 'nowhere.cjs' })).rejects.toThrow('npm run build');
  });

  it('refuses an app whose host.json names no extensions for its triggers', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-no-bundle-'));
    writeFileSync(path.join(folder, 'host.json'), '{ "version": "2.0" }');
    await expect(startFixture({ root: folder })).rejects.toThrow(
      'names no extensionBundle, which function events needs',
    );
    rmSync(folder, { recursive: true });
  });

  it('serves HTTP without storage and logs which functions get no messages', () => {
    expect(host.lines).toContainEqual(
      expect.stringContaining('function work gets no messages: AzureWebJobsStorage is not set'),
    );
    expect(host.lines).toContainEqual(
      expect.stringContaining('function yearly does not run on its schedule: AzureWebJobsStorage is not set'),
    );
  });
});
