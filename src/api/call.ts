/** What a call of the API is: where it is, who may make it, what it takes and what it gives. route.ts serves it, openapi.ts describes it. */
import type { z } from 'zod';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Meters, World } from '../workflows/ports.ts';
import type { Principal, Role } from './principal.ts';

/** What calls need of the service. */
export interface ApiService {
  readonly world: World;
  readonly config: {
    /** Whether the platform authenticates callers, so that its principal header can be believed. */
    readonly authEnabled: boolean;
    /** Signs cursors. */
    readonly cursorKey: Buffer;
  };
  /** Throws when the storage does not answer. */
  ping(): Promise<void>;
  readonly meters: Meters;
}

/** Rejects with NotConfigured when settings are missing or malformed. */
export type GetService = () => Promise<ApiService>;

/** An answer: a string body is sent as it is, everything else as JSON, and undefined is no body. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Described {
  /** operationId, and the end of the function's name. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below /api. */
  readonly route: string;
  readonly summary: string;
  /** Statuses that it answers with its result; the first is the usual one. */
  readonly statuses: readonly [number, ...number[]];
  /** The result, the media type when it is no JSON, or null when the answer has no body. */
  readonly result: z.ZodType | string | null;
  /** Further media types of a result that is no JSON. */
  readonly alsoAs?: readonly string[];
  readonly sendsHeaders?: Readonly<Record<string, string>>;
}

/** A call that anybody may make; it works without configuration. */
export interface OpenCall extends Described {
  readonly role: null;
  handle(getService: GetService): Promise<Reply>;
}

/** A call that needs a principal with a role. */
export interface GuardedCall<Query, Body, Subject> extends Described {
  readonly role: Role;
  /** Whether only a person may make it, not an application. */
  readonly personOnly?: true;
  readonly query: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly takesHeaders?: Readonly<Record<string, string>>;
  /** The refusals beyond those that every call of its form has. */
  readonly refusals: readonly RefusalCode[];
  /** Finds what the path names, before query and body are looked at. Throws Refusal `not-found`. */
  find?(asked: Asked): Promise<Subject>;
  handle(given: Given<Query, Body, Subject>): Promise<Reply>;
}

export type Call = OpenCall | GuardedCall<unknown, unknown, unknown>;

export interface Asked extends Pick<ApiService, 'world' | 'config' | 'meters'> {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: { get(name: string): string | null };
}

export interface Given<Query, Body, Subject> extends Asked {
  readonly query: Query;
  readonly body: Body;
  readonly subject: Subject;
}

/** Names the types of a call once; calls of every type then live in one list. */
export function defineCall<Query, Body = undefined, Subject = undefined>(
  call: GuardedCall<Query, Body, Subject>,
): GuardedCall<Query, Body, Subject> {
  return call;
}
