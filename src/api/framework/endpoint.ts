/** The definition of an endpoint: route, role, input and result. handler.ts serves it, openapi.ts describes it. */

import * as z from 'zod';
import type { RefusalCode } from '../../domain/approvals/refusal.ts';
import type { Deps } from '../../workflows/ports/deps.ts';
import type { MetricsSource } from '../../workflows/ports/metrics.ts';
import type { Principal, Role } from './principal.ts';

/** What endpoints need from the service. */
export interface ApiService {
  readonly deps: Deps;
  readonly config: {
    /** Whether the platform authenticates callers, so that its principal header can be believed. */
    readonly authEnabled: boolean;
    /** Signs cursors. */
    readonly cursorKey: Buffer;
  };
  /** Throws when the storage does not answer. */
  ping(): Promise<void>;
  readonly meters: MetricsSource;
}

/** Rejects with NotConfigured when settings are missing or malformed. */
export type GetService = () => Promise<ApiService>;

/**
 * An answer: a body of text or bytes is sent unchanged, any other body as JSON; undefined means no body. The names of the
 * headers are in lower case.
 */
export interface ApiResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface EndpointDescription {
  /** operationId, and the end of the function's name. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below /api. */
  readonly route: string;
  readonly summary: string;
  /** The statuses of an answer with the result; the first is the default. */
  readonly statuses: readonly [number, ...number[]];
  /** The schema of the result, its media type when it is not JSON, or null when the answer has no body. */
  readonly result: z.ZodType | string | null;
  /** Further media types of a result that is not JSON. */
  readonly alternativeTypes?: readonly string[];
  readonly responseHeaders?: Readonly<Record<string, string>>;
}

/** What an endpoint that is open to all knows of a request. */
export interface PublicRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly headers: { get(name: string): string | null };
}

/** An endpoint that is open to all; it works without configuration. */
export interface PublicEndpoint extends EndpointDescription {
  readonly role: null;
  handle(getService: GetService, request: PublicRequest): Promise<ApiResponse>;
}

/** An endpoint that requires a principal with a role. */
export interface AuthorizedEndpoint<Query, Body, Subject> extends EndpointDescription {
  readonly role: Role;
  /** Whether only a person may call it, not an application. */
  readonly personOnly?: true;
  readonly query: z.ZodType<Query>;
  readonly body?: z.ZodType<Body>;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** The refusals beyond those that every such endpoint has. */
  readonly refusals: readonly RefusalCode[];
  /** Finds what the path names, before query and body are parsed. Throws Refusal `not-found`. */
  findSubject?(context: RequestContext): Promise<Subject>;
  handle(input: HandlerInput<Query, Body, Subject>): Promise<ApiResponse>;
}

export type Endpoint = PublicEndpoint | AuthorizedEndpoint<unknown, unknown, unknown>;

export interface RequestContext extends PublicRequest, Pick<ApiService, 'deps' | 'config' | 'meters'> {
  readonly principal: Principal;
}

export interface HandlerInput<Query, Body, Subject> extends RequestContext {
  readonly query: Query;
  readonly body: Body;
  readonly subject: Subject;
}

type WithDefault = 'query' | 'statuses' | 'refusals';

/** The definition of an endpoint: the members without a default, and those whose default does not apply. */
export type EndpointDefinition<Query, Body, Subject> = Omit<AuthorizedEndpoint<Query, Body, Subject>, WithDefault> &
  Partial<Pick<AuthorizedEndpoint<Query, Body, Subject>, WithDefault>>;

const NO_QUERY = z.strictObject({});

/**
 * Makes an endpoint. By default it has no query parameters, answers 200 and has no refusals of its own. Its type keeps the
 * schema of the result, so that clients can be typed by it.
 */
export function defineEndpoint<
  Result extends EndpointDescription['result'],
  Query = object,
  Body = undefined,
  Subject = undefined,
>(
  definition: EndpointDefinition<Query, Body, Subject> & { readonly result: Result },
): AuthorizedEndpoint<Query | object, Body, Subject> & { readonly result: Result } {
  return { query: NO_QUERY, statuses: [200], refusals: [], ...definition };
}
