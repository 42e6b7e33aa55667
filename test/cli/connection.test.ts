/** What goes wrong between the command line and a deployment: one line that says what to do, and the documented exit code. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseAnswer } from '../../src/cli/client/client.ts';
import { apiDeps } from '../fakes/api-deps.ts';
import { deploymentOn, run } from './terminal.ts';

const answering =
  (status: number, body: unknown = '', headers: Record<string, string> = {}): typeof fetch =>
  async (input) =>
    String(input).endsWith('/.auth/login/local')
      ? new Response(null, { status: 303, headers: { 'set-cookie': 'session=reader; Path=/' } })
      : new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

const problem = (status: number, code: string, detail: string, more: object = {}) => ({
  ...{ type: `urn:plumbline:problem:${code}`, title: 'T', status, detail, code, ...more },
});

const refused = Object.assign(new TypeError('fetch failed'), {
  cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
});

const status = (given: typeof fetch, words: readonly string[] = ['--as', 'reader']) =>
  run(['status', ...words], { fetch: given });

describe('answers that are no success', () => {
  it.each([
    [401, problem(401, 'unauthenticated', 'Sign in.'), 4, 'az login'],
    [401, 'You do not have permission', 4, 'does not accept this sign-in'],
    [302, '', 4, 'check --audience'],
    [403, problem(403, 'forbidden', 'This needs a role.'), 4, 'plumbline status shows your roles'],
    [403, problem(403, 'own-change', 'You changed this.'), 4, 'You changed this'],
    [404, problem(404, 'not-found', 'There is none.'), 2, 'There is none'],
    [404, '<html>', 5, 'check --url'],
    [400, problem(400, 'invalid', 'status: is wrong'), 2, 'status: is wrong'],
    [409, problem(409, 'stopped', 'The service is stopped.'), 6, 'The service is stopped'],
    [410, problem(410, 'expired', 'It has expired.'), 6, 'It has expired'],
    [412, problem(412, 'settings-changed', 'Changed.'), 6, 'Changed'],
    [500, problem(500, 'x', 'Something went wrong.'), 5, 'Something went wrong'],
    [503, problem(503, 'storage-unavailable', 'The storage does not answer.'), 5, 'The storage does not answer'],
    [502, 'Bad gateway', 5, 'try again in a moment'],
    [200, '<html>a page</html>', 5, 'not as Plumbline does'],
    [200, { other: true }, 5, 'cannot be understood'],
  ])('%i %j: exit code %i', async (code, body, exitCode, said) => {
    const ran = await status(answering(code, body));
    expect(ran).toMatchObject({ code: exitCode, stdout: '' });
    expect(ran.stderr).toContain(said);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('says when to try again', async () => {
    const busy = answering(503, problem(503, 'storage-unavailable', 'Busy.'), { 'retry-after': '7' });
    expect((await status(busy)).stderr).toContain('try again in 7 s');
  });

  it('names what of the request is not valid', async () => {
    const body = problem(400, 'invalid', 'It cannot be used', {
      errors: [{ pointer: '/limits/x', detail: 'is no setting' }],
    });
    expect((await status(answering(400, body))).stderr).toContain('/limits/x: is no setting');
  });
});

describe('connections', () => {
  it('that are refused', async () => {
    const { code, stderr } = await status(() => Promise.reject(refused));
    expect({ code, stderr }).toEqual({
      ...{
        code: 5,
        stderr: 'plumbline: nothing answers at http://127.0.0.1:7071 (ECONNREFUSED); start it with npm start\n',
      },
    });
  });

  it.each(['status', 'audit export', 'audit evidence', 'findings --output csv', 'stop --reason x'])(
    'that are lost within an answer: %s',
    async (words) => {
      const cutOff = () => {
        const body = new ReadableStream({ pull: (stream) => stream.error(new TypeError('terminated', refused)) });
        return new Response(body, { headers: { 'content-disposition': 'attachment; filename="x.zip"' } });
      };
      const signedIn = answering(200);
      const ran = await run([...words.split(' '), '--as', 'operator'], {
        fetch: async (input, init) => (String(input).includes('/api/') ? cutOff() : signedIn(input, init)),
      });
      expect(ran).toEqual({
        ...{ code: 5, stdout: '' },
        stderr: 'plumbline: the answer of http://127.0.0.1:7071 was cut off (ECONNREFUSED); try again\n',
      });
    },
  );

  it('that are interrupted within an answer', async () => {
    const interruption = new AbortController();
    const signedIn = answering(200);
    const body = () =>
      new ReadableStream({
        pull(stream) {
          interruption.abort();
          stream.error(interruption.signal.reason);
        },
      });
    const ran = await run(['status', '--as', 'reader'], {
      fetch: async (input, init) => (String(input).includes('/api/') ? new Response(body()) : signedIn(input, init)),
      signal: interruption.signal,
    });
    expect(ran).toEqual({ code: 130, stdout: '', stderr: 'plumbline: interrupted\n' });
  });

  it('that are interrupted', async () => {
    const interruption = new AbortController();
    const never: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
        interruption.abort();
      });
    const ran = await run(['status', '--as', 'reader'], { fetch: never, signal: interruption.signal });
    expect(ran).toMatchObject({ code: 130, stdout: '' });
  });
});

describe('the sign-in', () => {
  const token = async () => ({ getToken: async () => ({ token: 'secret-token', expiresOnTimestamp: 0 }) });
  const remote = ['--url', 'https://plumbline.example/', '--audience', 'api://x'];

  it.each([
    [['--as', 'reader', '--url', 'https://plumbline.example'], 'development environment of this machine only'],
    [['--url', 'http://plumbline.example', '--audience', 'api://x'], 'must begin with https://'],
    [['--url', 'nonsense', '--as', 'reader'], 'must be an address'],
    [['--url', 'https://plumbline.example'], 'give --audience'],
    [[], 'such as --as reader'],
    [['--as', 'admin'], 'must be one of reader, approver, operator'],
  ])('is refused before anything is sent: %j', async (words, said) => {
    const ran = await status(() => Promise.reject(new Error('nothing may be sent')), words);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(said);
  });

  it('sends the token of the caller for the audience to this address only, and follows no redirect', async () => {
    const asked: { url: string; authorization: string | null; redirect: string | undefined }[] = [];
    const scopes: unknown[] = [];
    const ran = await run(['status', ...remote], {
      async fetch(input, init) {
        const authorization = new Headers(init?.headers).get('authorization');
        asked.push({ url: String(input), authorization, redirect: init?.redirect });
        return new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } });
      },
      credential: async () => ({
        getToken: async (scope) => {
          scopes.push(scope);
          return { token: 'secret-token', expiresOnTimestamp: 0 };
        },
      }),
    });
    expect(ran.code).toBe(4);
    expect(scopes).toEqual(['api://x/.default']);
    expect(asked).toEqual([
      { url: 'https://plumbline.example/api/state', authorization: 'Bearer secret-token', redirect: 'manual' },
    ]);
  });

  it('that has expired says how to sign in, and shows no token', async () => {
    const credential = async () => ({ getToken: () => Promise.reject(new Error('AADSTS70043 with secret-token')) });
    const ran = await run(['status', ...remote], { fetch: () => Promise.reject(refused), credential });
    expect(ran).toEqual({
      ...{
        code: 4,
        stdout: '',
        stderr: 'plumbline: no token for api://x/.default could be had; sign in with az login\n',
      },
    });
    const other = await run(['status', ...remote], { fetch: answering(500, 'x'), credential: token });
    expect(other.stderr).not.toContain('secret-token');
  });

  it('of the development environment is taken from the environment, too', async () => {
    const { fetch } = deploymentOn(apiDeps());
    const ran = await run(['status'], { fetch, environment: { PLUMBLINE_AS: 'reader' } });
    expect(ran.stdout).toMatch(/You +ada@example.com: Reader/);
  });
});

describe('an answer', () => {
  const schema = z.strictObject({
    items: z.array(z.union([z.strictObject({ a: z.int() }), z.strictObject({ b: z.int() })])),
  });

  it('of a later version is kept as it is', () => {
    const later = { items: [{ a: 1, more: true }], new: 1 };
    expect(parseAnswer(schema, later, 'x')).toEqual(later);
  });

  it('with another type of a known member is refused', () => {
    expect(() => parseAnswer(schema, { items: [{ a: '1', more: true }], new: 1 }, 'x')).toThrow('cannot be understood');
  });
});
