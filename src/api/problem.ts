/** Every error that a caller sees is made here, as application/problem+json (RFC 9457) with one of a closed list of codes. */
import type { z } from 'zod';
import { pointerOf } from '../domain/json.ts';
import { cutList, cutText } from '../domain/limits.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import type { Reply } from './call.ts';

/** The status and title of every code. */
export const PROBLEMS: Readonly<Record<RefusalCode, { readonly status: number; readonly title: string }>> = {
  unauthenticated: { status: 401, title: 'Sign in first' },
  'auth-off': { status: 401, title: 'Sign-in is switched off' },
  forbidden: { status: 403, title: 'Not allowed' },
  'own-change': { status: 403, title: 'Nobody approves a change of their own' },
  'changer-unknown': { status: 403, title: 'Nobody knows who made the change' },
  'not-a-person': { status: 403, title: 'Only a person decides' },
  'not-found': { status: 404, title: 'Not found' },
  invalid: { status: 400, title: 'The request is not valid' },
  'bad-cursor': { status: 400, title: 'The cursor does not belong to this list' },
  expired: { status: 410, title: 'The approval has expired' },
  decided: { status: 409, title: 'Already decided' },
  superseded: { status: 409, title: 'No longer what was shown' },
  'digest-mismatch': { status: 409, title: 'The digest is another one' },
  moved: { status: 409, title: 'The value is no longer what was written' },
  'not-reversible': { status: 409, title: 'It cannot be undone' },
  'audit-mode': { status: 409, title: 'Mode audit changes nothing' },
  stopped: { status: 409, title: 'The service is stopped' },
  'settings-changed': { status: 412, title: 'Somebody else changed the settings' },
  'if-match-required': { status: 428, title: 'If-Match is missing' },
  'too-large': { status: 413, title: 'The body is too large' },
  'storage-unavailable': { status: 503, title: 'The storage does not answer' },
  'not-configured': { status: 503, title: 'The service is not configured' },
};

/** What is wrong at one place of a request: a JSON Pointer in the body, or the name of a query parameter. */
export interface InvalidPart {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export function problemOf({ code, message, members }: Refusal): Reply {
  const { status, title } = PROBLEMS[code];
  // RFC 9110 asks every 401 to name a way to sign in.
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  const type = `urn:plumbline:problem:${code}`;
  return problem(status, { type, title, status, detail: message, code, ...members }, challenge);
}

/** The storage, which nothing can be decided without, does not answer. */
export function storageProblem(): Reply {
  return problemOf(new Refusal('storage-unavailable', 'The storage does not answer; try again in a moment.'));
}

/** A fault of our own: its id finds the log line; nothing else of it leaves the service. */
export function internalProblem(id: string): Reply {
  return problem(500, {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'Something went wrong inside the service. The operators find it in the log by the id in `instance`.',
    instance: `urn:uuid:${id}`,
  });
}

/** Places that an answer names, and characters that it repeats of each: it is never larger than what was asked. */
const MOST_ERRORS = 20;
const LONGEST_PLACE = 300;
const LONGEST_DETAIL = 600;

/** 400 with the places that are wrong: the first of many, and `detail` says how many there are besides. */
export function invalid(parts: readonly InvalidPart[]): Refusal {
  const errors = cutList(parts, MOST_ERRORS).kept.map(({ pointer, parameter, detail }) => ({
    ...(pointer === undefined ? {} : { pointer: cutText(pointer, LONGEST_PLACE) }),
    ...(parameter === undefined ? {} : { parameter: cutText(parameter, LONGEST_PLACE) }),
    detail: cutText(detail, LONGEST_DETAIL),
  }));
  const [first] = errors;
  const where = first?.parameter ?? first?.pointer;
  const said = first ? `${where ? `${where}: ` : ''}${first.detail}` : 'it cannot be understood';
  return new Refusal('invalid', parts.length > 1 ? `${said} (and ${parts.length - 1} more)` : said, { errors });
}

/** The places of a body that its schema refuses. */
export function invalidBody(error: z.ZodError): Refusal {
  return invalid(partsOf(error).map(({ path, detail }) => ({ pointer: pointerOf(path), detail })));
}

/** The query parameters that their schema refuses. */
export function invalidQuery(error: z.ZodError): Refusal {
  return invalid(
    partsOf(error).map(({ path: [name], detail }) => ({
      ...(name === undefined ? {} : { parameter: String(name) }),
      detail,
    })),
  );
}

function partsOf({ issues }: z.ZodError): { path: PropertyKey[]; detail: string }[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: [...issue.path, key], detail: 'is not known' }))
      : [{ path: issue.path, detail: issue.message }],
  );
}

function problem(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...headers, 'content-type': 'application/problem+json' }, body };
}
