import { request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHost } from '../../../local/host.ts';
import { type FixtureHost, fixtureFolder, startFixture } from './fixture/start.ts';

let host: FixtureHost;
beforeAll(async () => {
  host = await startFixture({ principalHeader: true });
});
afterAll(() => host.close());

const get = (path: string, init: RequestInit = {}) => fetch(`${host.url}${path}`, init);
const json = async (path: string, init: RequestInit = {}): Promise<unknown> => (await get(path, init)).json();

describe('HTTP triggers', () => {
  it('hands over method, route parameters, query and lower-case headers', async () => {
    const seen = await json('/api/echo/a%20b?x=1&X=2&empty=', { headers: { 'X-Custom': 'Value' } });
    expect(seen).toMatchObject({
      method: 'GET',
      params: { id: 'a b' },
      query: { x: '1,2', empty: '' },
      headers: { 'x-custom': 'Value' },
      url: `${host.url}/api/echo/a%20b?x=1&X=2&empty=`,
    });
  });

  it('hands over bytes unchanged', async () => {
    const body = Buffer.from([0, 1, 254, 255, 195]);
    expect(await json('/api/echo/1', { method: 'POST', body })).toMatchObject({ body: body.toString('base64') });
  });

  it('keeps an encoded slash inside its segment', async () => {
    expect(await json('/api/echo/a%2Fb/c')).toMatchObject({ params: { id: 'a%2Fb', part: 'c' } });
  });

  it('prefers the literal route and compares it without case', async () => {
    expect(await (await get('/API/Echo/SPECIAL')).text()).toBe('the literal route');
  });

  it.each([
    ['an unknown route', '/api/none', 'GET'],
    ['a method without a function (not 405)', '/api/echo/1', 'DELETE'],
    ['HEAD where only GET is registered', '/api/seen', 'HEAD'],
    ['a segment too many', '/api/echo/1/2/3', 'GET'],
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

  it('answers 204 to a handler that returns nothing and 500 to one that throws, and logs why', async () => {
    expect((await get('/api/nothing')).status).toBe(204);
    expect((await get('/api/broken')).status).toBe(500);
    expect(host.lines.filter((line) => line.includes('broken on purpose'))).toHaveLength(1);
  });

  it('lets hooks change inputs and forgive errors', async () => {
    expect(await json('/api/replaced')).toBe('changed by a hook');
    expect((await get('/api/forgiven')).status).toBe(299);
  });

  it('refuses a body over 100 MB before it is sent', async () => {
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
    expect(status).toBe(413);
  });

  it('passes principal headers through when it was started with --principal-header, and has no sign-in', async () => {
    const seen = await json('/api/echo/1', {
      headers: { 'x-ms-client-principal': 'abc', 'x-ms-client-principal-id': 'me' },
    });
    expect(seen).toMatchObject({ headers: { 'x-ms-client-principal': 'abc', 'x-ms-client-principal-id': 'me' } });
    expect((await get('/.auth/login/local')).status).toBe(404);
  });
});

describe('timers by hand', () => {
  it('runs a timer function on POST /admin/functions/NAME, as JSON only', async () => {
    const post = (name: string, type: string) =>
      get(`/admin/functions/${name}`, { method: 'POST', body: '{}', headers: { 'content-type': type } });
    expect((await post('yearly', 'text/plain')).status).toBe(415);
    expect((await post('echo', 'application/json')).status).toBe(404);
    expect(await host.seen('yearly')).toEqual([]);
    expect((await post('yearly', 'application/json')).status).toBe(202);
    await expect.poll(() => host.seen('yearly')).toHaveLength(1);
  });
});

describe('starting', () => {
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

  it('serves HTTP without storage and says which functions get no messages', () => {
    expect(host.lines).toContainEqual(
      expect.stringContaining('function work gets no messages: AzureWebJobsStorage is not set'),
    );
  });
});
