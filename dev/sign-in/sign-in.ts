/**
 * A sign-in in place of Easy Auth: `/.auth/login/local`, `/.auth/me`, `/.auth/logout`. A session is a
 * random id in an HttpOnly cookie; this process alone knows its person, until it ends.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Exchange, readBody, sendResponse } from '../functions-host/http/http.ts';
import type { SignIn } from '../functions-host/request-listener.ts';
import { claimsOf, type Persona, personas, principalHeaders, userName } from './personas.ts';
import { pageHeaders, signInPage } from './sign-in-page.ts';

/** The name of the session cookie. */
export const sessionCookie = 'plumbline-session';

/** A sign-in without sessions. */
export function createSignIn(): SignIn {
  const sessions = new Map<string, Persona>();
  const personOf = (request: IncomingMessage) => sessions.get(sessionId(request) ?? '');

  return {
    principalOf(request) {
      const person = personOf(request);
      return person ? principalHeaders(person) : {};
    },

    async handle({ request, response, url }) {
      const call = `${request.method} ${url.pathname.toLowerCase()}`;
      // A browser says when another site sent the request: another site may not sign anybody in or out.
      const site = request.headers['sec-fetch-site'];
      if (request.method === 'POST' && site !== undefined && site !== 'same-origin' && site !== 'none') {
        return sendResponse(response, 403, plain, 'Sign in and out on the pages of this host only.');
      }
      switch (call) {
        case 'GET /.auth/login/aad':
          // The console links to the path of a deployment.
          return redirect(response, 302, `/.auth/login/local${url.search}`);
        case 'GET /.auth/login/local': {
          const wanted = localPath(url.searchParams.get('post_login_redirect_uri'), home);
          return sendResponse(response, 200, pageHeaders(), signInPage(personas, wanted, personOf(request)));
        }
        case 'POST /.auth/login/local': {
          const body = await readBody(request, 4096);
          if (body === undefined) return sendResponse(response, 413);
          const form = new URLSearchParams(body.toString('utf8'));
          const person = personas.find((candidate) => candidate.key === form.get('persona'));
          if (!person) {
            const keys = personas.map((candidate) => candidate.key).join(', ');
            return sendResponse(response, 400, plain, `Send a form with persona set to one of: ${keys}.`);
          }
          sessions.delete(sessionId(request) ?? '');
          const id = randomBytes(32).toString('base64url');
          sessions.set(id, person);
          return redirect(response, 303, localPath(form.get('post_login_redirect_uri'), home), cookie(id));
        }
        case 'GET /.auth/me': {
          const person = personOf(request);
          return sendResponse(response, person ? 200 : 401, json, JSON.stringify(person ? [me(person)] : []));
        }
        case 'GET /.auth/logout':
        case 'POST /.auth/logout':
          sessions.delete(sessionId(request) ?? '');
          return redirect(
            response,
            303,
            localPath(url.searchParams.get('post_logout_redirect_uri'), '/.auth/login/local'),
            `${cookie('')}; Max-Age=0`,
          );
        default:
          return sendResponse(response, 404);
      }
    },
  };
}

const home = '/api/console';
const plain = { 'content-type': 'text/plain; charset=utf-8' };
const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

function me(person: Persona): object {
  return { provider_name: 'aad', user_id: userName(person), user_claims: claimsOf(person) };
}

/** A path of this host, or `otherwise`: another origin, however it is disguised, is never redirected to. */
function localPath(wanted: string | null, otherwise: string): string {
  if (wanted === null || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes('\\')) return otherwise;
  const url = new URL(wanted, 'http://plumbline.invalid');
  const path = `${url.pathname}${url.search}${url.hash}`;
  return url.host === 'plumbline.invalid' && !path.startsWith('//') ? path : otherwise;
}

function redirect(response: Exchange['response'], status: number, location: string, setCookie?: string): void {
  sendResponse(response, status, {
    location,
    'cache-control': 'no-store',
    ...(setCookie && { 'set-cookie': setCookie }),
  });
}

function cookie(id: string): string {
  return `${sessionCookie}=${id}; Path=/; HttpOnly; SameSite=Lax`;
}

function sessionId(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return pairs.find(([name]) => name === sessionCookie)?.[1];
}
