/** The HTTP API as a caller uses it; every answer is held against the schema that the service publishes. */
import { z } from 'zod';
import type { Caller } from '../../local/simulator/simulator.ts';
import type * as posture from '../../src/api/posture-schemas.ts';
import * as schemas from '../../src/api/schemas.ts';
import { principalHeader, type Role } from './callers.ts';

export type Approval = z.infer<typeof schemas.approval>;
export type AuditEntry = z.infer<typeof schemas.auditEntry>;
export type Finding = z.infer<typeof posture.finding>;
export type EventAnswer = z.infer<typeof posture.explainedEvent>;
export type Settings = z.infer<typeof schemas.settings>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** Status and problem code, e.g. `409 decided`; the bare status when it is no problem document. */
  readonly told: string;
}

export interface Request {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api {
  /** Any request below /api and whatever comes of it. */
  ask(method: string, path: string, request?: Request): Promise<Answer>;
  /** Throws when the answer is no 200. */
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  /** All pages. */
  list<T>(path: string, item: z.ZodType<T>): Promise<T[]>;
  approve(approval: Pick<Approval, 'id' | 'digest'>, comment?: string): Promise<Answer>;
  reject(approval: Pick<Approval, 'id'>, comment: string): Promise<Answer>;
  /** Replaces the settings, whatever is stored. Throws when they are refused. */
  putSettings(settings: Partial<Settings> | Record<string, unknown>): Promise<Settings>;
}

/** The API at `url` for a caller with these roles; null is nobody. */
export function apiFor(url: string, caller: Caller | null, roles: readonly Role[]): Api {
  const principal = caller ? { 'x-ms-client-principal': principalHeader(caller, roles) } : {};

  async function ask(method: string, path: string, { body, headers }: Request = {}): Promise<Answer> {
    const answer = await fetch(`${url}/api${path}`, {
      method,
      headers: { ...principal, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = jsonOf(text);
    const code = problem.safeParse(parsed).data?.code;
    return {
      status: answer.status,
      headers: answer.headers,
      body: parsed,
      told: code === undefined ? String(answer.status) : `${answer.status} ${code}`,
    };
  }

  async function get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const { status, body } = await ask('GET', path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
    return schema.parse(body);
  }

  return {
    ask,
    get,

    async list(path, item) {
      const found = [];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const more: string = `${path.includes('?') ? '&' : '?'}limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
        const page = await get(`${path}${more}`, schemas.listOf(item));
        found.push(...page.items);
        cursor = page.nextCursor;
      }
      return found;
    },

    approve: ({ id, digest }, comment) =>
      ask('POST', `/approvals/${id}/approve`, { body: { digest, ...(comment === undefined ? {} : { comment }) } }),

    reject: ({ id }, comment) => ask('POST', `/approvals/${id}/reject`, { body: { comment } }),

    async putSettings(settings) {
      const answer = await ask('PUT', '/settings', { body: settings, headers: { 'if-match': '*' } });
      if (answer.status !== 200) throw new Error(`the settings were refused: ${JSON.stringify(answer.body)}`);
      return schemas.settings.parse(answer.body);
    },
  };
}

const problem = z.object({ code: z.string() });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
