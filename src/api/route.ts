/**
 * The one wrapper around every call: origin, principal, role, what the path names, query and body, handle. Whatever is
 * thrown becomes a problem document; what is no refusal is logged under an id and answered without its inside.
 */
import { randomUUID } from 'node:crypto';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import * as z from 'zod';
import { NotConfigured } from '../config.ts';
import { Refusal } from '../domain/refusal.ts';
import { StorageUnavailable } from '../workflows/ports.ts';
import type { Call, GetService, Reply } from './call.ts';
import { principalOf, requireRole } from './principal.ts';
import { internalProblem, problemOf, storageProblem } from './problem.ts';
import { bodyOf, queryOf, refuseOtherOrigins } from './request.ts';

type Handler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

const noQuery = z.strictObject({});

/** The function that serves a call. */
export function handlerOf(call: Call, getService: GetService): Handler {
  return async (request, context) => {
    try {
      return response(call, await serve(call, request, getService));
    } catch (error) {
      return response(call, await refused(error, call, getService, context));
    }
  };
}

async function serve(call: Call, request: HttpRequest, getService: GetService): Promise<Reply> {
  refuseOtherOrigins(request);
  if (call.role === null) {
    queryOf(request.url, noQuery);
    return call.handle(getService);
  }
  const { world, config, meters } = await getService();
  const principal = principalOf(request.headers, config.authEnabled);
  requireRole(principal, call.role);
  if (call.personOnly && principal.application) {
    throw new Refusal('not-a-person', 'Decisions are made by people; an application may read.');
  }
  const asked = { world, config, meters, principal, params: request.params, headers: request.headers };
  const subject = await call.find?.(asked);
  const query = queryOf(request.url, call.query);
  const body = call.body ? await bodyOf(request, call.body) : undefined;
  return call.handle({ ...asked, subject, query, body });
}

async function refused(error: unknown, call: Call, getService: GetService, context: InvocationContext): Promise<Reply> {
  if (error instanceof Refusal) return problemOf(error);
  if (error instanceof NotConfigured) {
    const errors = error.problems.map(({ setting, message }) => ({ setting, detail: message }));
    const names = errors.map(({ setting }) => setting).join(', ');
    return problemOf(new Refusal('not-configured', `Settings are missing or malformed: ${names}.`, { errors }));
  }
  const id = randomUUID();
  await logFault(error, { problem: id, call: call.name }, getService, context);
  return error instanceof StorageUnavailable ? storageProblem() : internalProblem(id);
}

/** Errors of SDKs carry whole requests, so only what they say and where is logged. */
async function logFault(
  error: unknown,
  fields: Record<string, unknown>,
  getService: GetService,
  context: InvocationContext,
): Promise<void> {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const line = { ...fields, error: { name, message, stack } };
  try {
    const { world } = await getService();
    world.log.error(line, 'a request failed');
  } catch {
    // Without a service there is no logger either.
    context.error('a request failed', line);
  }
}

function response(call: Call, { status, headers, body }: Reply): HttpResponseInit {
  return {
    status: status ?? call.statuses[0],
    headers: {
      ...(call.result === null
        ? {}
        : { 'content-type': typeof call.result === 'string' ? call.result : 'application/json' }),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}
