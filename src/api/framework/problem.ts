/** Creates every error answer, as application/problem+json (RFC 9457) with one of a closed list of codes. */
import * as z from 'zod';
import { Refusal, type RefusalCode } from '../../domain/approvals/refusal.ts';
import { change } from '../../domain/changes/change.ts';
import { pointerOf } from '../../domain/resources/json.ts';
import { truncateList, truncateText } from '../../domain/resources/limits.ts';
import { invalidMembers } from '../../domain/resources/schema.ts';
import type { ApiResponse } from './endpoint.ts';

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
  'too-large': { status: 413, title: 'Too large' },
  'storage-unavailable': { status: 503, title: 'The storage does not answer' },
  'not-configured': { status: 503, title: 'The service is not configured' },
};

interface RefusalHeader {
  readonly name: string;
  readonly description: string;
  /** The refusals that may carry it. */
  readonly codes: readonly RefusalCode[];
  /** null: not this one. */
  valueIn(refusal: Refusal): string | null;
}

/** Every header of a refusal beside its content-type: answers and their description both come from here. */
export const REFUSAL_HEADERS: readonly RefusalHeader[] = [
  {
    // RFC 9110 requires a challenge in every 401.
    name: 'WWW-Authenticate',
    description: 'How to sign in.',
    codes: ['unauthenticated', 'auth-off'],
    valueIn: () => 'Bearer',
  },
  {
    name: 'Retry-After',
    description:
      'Seconds until the same request may succeed, because Azure throttles the subscription. Absent when waiting alone changes nothing.',
    codes: ['moved'],
    valueIn: ({ retryAfter }) => (retryAfter === null ? null : String(retryAfter)),
  },
];

const text = z.string().exactOptional();

export const problemDocument = z
  .looseObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS)).exactOptional(),
    instance: z.url().exactOptional(),
    errors: z.array(z.looseObject({ pointer: text, parameter: text, setting: text, detail: text })).exactOptional(),
    supersededBy: text,
    moved: z
      .array(change)
      .describe('The changed values: from is the written value, to the present one')
      .exactOptional(),
  })
  .describe('RFC 9457. A fault of the service itself is 500 without code; `instance` finds it in the log.')
  .meta({ id: 'Problem' });

/** One error in a request: the JSON Pointer in the body or the name of the query parameter, and what is wrong. */
export interface InvalidPart {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export function problemOf(refusal: Refusal): ApiResponse {
  const { code, message, members } = refusal;
  const { status, title } = PROBLEMS[code];
  const headers = REFUSAL_HEADERS.filter(({ codes }) => codes.includes(code)).flatMap(({ name, valueIn }) => {
    const value = valueIn(refusal);
    return value === null ? [] : [[name.toLowerCase(), value] as const];
  });
  const type = `urn:plumbline:problem:${code}`;
  return problem(status, { type, title, status, detail: message, code, ...members }, Object.fromEntries(headers));
}

/** The answer while the storage is unavailable. */
export function storageProblem(): ApiResponse {
  return problemOf(new Refusal('storage-unavailable', 'The storage does not answer; try again in a moment.'));
}

/** The answer to an internal error: only the id, which is in the log line. */
export function internalProblem(id: string): ApiResponse {
  return problem(500, {
    type: 'about:blank',
    title: 'Internal error',
    status: 500,
    detail: 'Something went wrong inside the service. The operators find it in the log by the id in `instance`.',
    instance: `urn:uuid:${id}`,
  });
}

/** Limits on the errors in an answer and on the characters of each, so that an answer is not larger than its request. */
const MAX_ERRORS = 20;
const MAX_LOCATION_LENGTH = 300;
const MAX_DETAIL_LENGTH = 600;

/** 400 with the errors of a request; of many only the first ones, and `detail` says how many more there are. */
export function invalidRequest(parts: readonly InvalidPart[]): Refusal {
  const errors = truncateList(parts, MAX_ERRORS).kept.map(({ pointer, parameter, detail }) => ({
    ...(pointer === undefined ? {} : { pointer: truncateText(pointer, MAX_LOCATION_LENGTH) }),
    ...(parameter === undefined ? {} : { parameter: truncateText(parameter, MAX_LOCATION_LENGTH) }),
    detail: truncateText(detail, MAX_DETAIL_LENGTH),
  }));
  const [first] = errors;
  const where = first?.parameter ?? first?.pointer;
  const said = first ? `${where ? `${where}: ` : ''}${first.detail}` : 'it cannot be understood';
  return new Refusal('invalid', parts.length > 1 ? `${said} (and ${parts.length - 1} more)` : said, { errors });
}

/** The errors of a body against its schema. */
export function invalidBody(error: z.ZodError): Refusal {
  return invalidRequest(
    invalidMembers(error, 'is not known').map(({ path, detail }) => ({ pointer: pointerOf(path), detail })),
  );
}

/** The errors of query parameters against their schema. */
export function invalidQuery(error: z.ZodError): Refusal {
  return invalidRequest(
    invalidMembers(error, 'is not known').map(({ path: [name], detail }) => ({
      ...(name === undefined ? {} : { parameter: String(name) }),
      detail,
    })),
  );
}

function problem(status: number, body: object, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { ...headers, 'content-type': 'application/problem+json' }, body };
}
