import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { personas } from '../../../dev/sign-in/personas.ts';
import { type FixtureHost, startFixture } from '../functions-host/fixture/start.ts';

let host: FixtureHost;
let authEnabled: string | undefined;
beforeAll(async () => {
  host = await startFixture();
  authEnabled = process.env.WEBSITE_AUTH_ENABLED;
});
afterAll(() => host.close());

const signIn = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${host.url}/.auth/login/local`, {
    method: 'POST',
    redirect: 'manual',
    headers,
    body: new URLSearchParams(fields),
  });

const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';

const call = (path: string, headers: Record<string, string>) =>
  fetch(`${host.url}${path}`, { headers, redirect: 'manual' });

const echo = z.object({ headers: z.record(z.string(), z.string()) });

async function principalSeen(headers: Record<string, string>): Promise<Record<string, string>> {
  const seen = echo.parse(await (await call('/api/echo/1', headers)).json());
  return Object.fromEntries(Object.entries(seen.headers).filter(([name]) => name.startsWith('x-ms-client-principal')));
}

describe('the local sign-in', () => {
  it('sets the environment variable that the platform sets when Easy Auth is on', () => {
    expect(authEnabled).toBe('True');
  });

  it.each(['plumbline.example', 'localhost.evil.example', '127.0.0.1.evil.example', '169.254.169.254'])(
    'answers 421 to a request for the host name %s',
    async (name) => {
      const { port } = new URL(host.url);
      const answered = new Promise<number | undefined>((resolve, reject) => {
        get(`${host.url}/.auth/login/local`, { headers: { host: `${name}:${port}` } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).once('error', reject);
      });
      expect(await answered).toBe(421);
    },
  );

  it('strips principal headers that a caller sends', async () => {
    expect(await principalSeen({ 'x-ms-client-principal': 'abc', 'X-MS-CLIENT-PRINCIPAL-ID': 'x' })).toEqual({});
  });

  it.each(personas)('describes $name to the app as Easy Auth does', async (person) => {
    const answer = await signIn({ persona: person.key });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/api/console']);
    const seen = await principalSeen({ cookie: cookieOf(answer), 'x-ms-client-principal': 'forged' });
    expect(seen).toMatchObject({ 'x-ms-client-principal-id': person.objectId, 'x-ms-client-principal-idp': 'aad' });
    const principal = JSON.parse(Buffer.from(seen['x-ms-client-principal'] ?? '', 'base64').toString());
    const values = (type: string) => principal.claims.filter((claim: { typ: string }) => claim.typ === type);
    expect(principal.auth_typ).toBe('aad');
    expect(values('roles')).toEqual(person.roles.map((val) => ({ typ: 'roles', val })));
    const [id] = values('http://schemas.microsoft.com/identity/claims/objectidentifier');
    const [subject] = values('http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier');
    expect(id.val).toBe(person.objectId);
    expect(subject.val).not.toBe(person.objectId);
  });

  it('keeps the session in an HttpOnly SameSite cookie with a random value', async () => {
    const [first, second] = [await signIn({ persona: 'reader' }), await signIn({ persona: 'reader' })];
    const [setCookie] = first.headers.getSetCookie();
    expect(setCookie).toMatch(/^plumbline-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(cookieOf(first)).not.toBe(cookieOf(second));
  });

  it('says who is signed in, and ends the session on sign-out', async () => {
    const cookie = cookieOf(await signIn({ persona: 'approver' }));
    const me = await call('/.auth/me', { cookie });
    expect(await me.json()).toMatchObject([{ provider_name: 'aad', user_id: 'ada.lovelace@plumbline.invalid' }]);
    const out = await call('/.auth/logout', { cookie });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/.auth/login/local']);
    expect((await call('/.auth/me', { cookie })).status).toBe(401);
    expect(await principalSeen({ cookie })).toEqual({});
  });

  it('redirects to a given path of this host', async () => {
    const answer = await signIn({ persona: 'reader', post_login_redirect_uri: '/api/console?x=1#part' });
    expect(answer.headers.get('location')).toBe('/api/console?x=1#part');
  });

  it.each([
    'https://example.com/',
    '//example.com/',
    '/\\example.com',
    '/x\\..\\..\\example.com',
    '/.//example.com',
    '/\t/example.com',
    'javascript:alert(1)',
    'console',
    '/a\r\nset-cookie: x=y',
  ])('never redirects to %j', async (wanted) => {
    const answer = await signIn({ persona: 'reader', post_login_redirect_uri: wanted });
    expect(answer.headers.get('location')).toBe('/api/console');
  });

  it('refuses an unknown person, and a form from another site', async () => {
    expect((await signIn({ persona: 'root' })).status).toBe(400);
    const foreign = await signIn({ persona: 'reader' }, { 'sec-fetch-site': 'cross-site' });
    expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([403, []]);
  });

  it('shows a page that loads nothing, names every person and escapes the redirect path', async () => {
    const answer = await call('/.auth/login/local?post_login_redirect_uri=%2Fx%22%3E%3Cscript%3E', {});
    const page = await answer.text();
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    for (const person of personas) expect(page).toContain(person.name);
    expect(page).not.toMatch(/<script|https?:/);
  });

  it('accepts the sign-in link of the deployed console', async () => {
    const answer = await call('/.auth/login/aad?post_login_redirect_uri=/api/console', {});
    expect(answer.headers.get('location')).toBe('/.auth/login/local?post_login_redirect_uri=/api/console');
  });
});
