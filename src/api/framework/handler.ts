/**
 * Wraps every endpoint: checks origin, principal and role, finds what the path names, parses query and body, and calls the
 * endpoint. An error becomes a problem document; one that is no refusal is logged under an id and answered without details.
 */

import { randomUUID } from 'node:crypto';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import * as z from 'zod';
import { NotConfigured } from '../../app/config.ts';
import { Refusal } from '../../domain/approvals/refusal.ts';
import { StorageUnavailable } from '../../workflows/ports/storage.ts';
import { compressAnswer } from './compression.ts';
import type { ApiResponse, Endpoint, GetService } from './endpoint.ts';
import { parsePrincipal, requirePerson, requireRole } from './principal.ts';
import { internalProblem, problemOf, storageProblem } from './problem.ts';
import { parseQuery, readBody, refuseCrossOrigin } from './request.ts';

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

const noQuery = z.strictObject({});

/** The HTTP function that serves an endpoint. */
export function createHandler(endpoint: Endpoint, getService: GetService): Handler {
  return async (request, context) => {
    try {
      return await respond(endpoint, request, await handleRequest(endpoint, request, getService));
    } catch (error) {
      return respond(endpoint, request, await problemResponse(error, endpoint, getService, context));
    }
  };
}

async function handleRequest(endpoint: Endpoint, request: HttpRequest, getService: GetService): Promise<ApiResponse> {
  refuseCrossOrigin(request);
  if (endpoint.role === null) {
    parseQuery(request.url, noQuery);
    return endpoint.handle(getService, request);
  }
  const { deps, config, meters } = await getService();
  const principal = parsePrincipal(request.headers, config.authEnabled);
  requireRole(principal, endpoint.role);
  if (endpoint.personOnly) requirePerson(principal);
  const authorized = { deps, config, meters, principal, params: request.params, headers: request.headers };
  const subject = await endpoint.findSubject?.(authorized);
  const query = parseQuery(request.url, endpoint.query);
  const body = endpoint.body ? await readBody(request, endpoint.body) : undefined;
  return endpoint.handle({ ...authorized, subject, query, body });
}

async function problemResponse(
  error: unknown,
  endpoint: Endpoint,
  getService: GetService,
  context: InvocationContext,
): Promise<ApiResponse> {
  if (error instanceof Refusal) return problemOf(error);
  if (error instanceof NotConfigured) {
    const errors = error.problems.map(({ setting, message }) => ({ setting, detail: message }));
    const names = errors.map(({ setting }) => setting).join(', ');
    return problemOf(new Refusal('not-configured', `Settings are missing or malformed: ${names}.`, { errors }));
  }
  const id = randomUUID();
  await logFailure(error, { problem: id, call: endpoint.name }, getService, context);
  return error instanceof StorageUnavailable ? storageProblem() : internalProblem(id);
}

/** Errors of SDKs contain complete requests, so only name, message and stack are logged. */
async function logFailure(
  error: unknown,
  fields: Record<string, unknown>,
  getService: GetService,
  context: InvocationContext,
): Promise<void> {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = { ...fields, error: { name, message, stack } };
  try {
    const { deps } = await getService();
    deps.log.error(line, 'a request failed');
  } catch {
    // Without a service there is no logger either.
    context.error('a request failed', line);
  }
}

function respond(
  endpoint: Endpoint,
  { headers: asked }: HttpRequest,
  { status, headers, body }: ApiResponse,
): Promise<HttpResponseInit> {
  const answer = {
    status: status ?? endpoint.statuses[0],
    headers: {
      ...(endpoint.result === null || body === undefined
        ? {}
        : { 'content-type': typeof endpoint.result === 'string' ? endpoint.result : 'application/json' }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
  };
  return compressAnswer(answer, asked.get('accept-encoding'));
}

function isRaw(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}
