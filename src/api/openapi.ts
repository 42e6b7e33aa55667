/** The description of the API (OpenAPI 3.1), made from the calls themselves: what is not served is not in it, and vice versa. */
import * as z from 'zod';
import { isObject } from '../domain/json.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Call, GuardedCall, OpenCall } from './call.ts';
import { Components, propertiesOf } from './components.ts';
import { PROBLEMS } from './problem.ts';
import { VERSION } from './version.ts';

/** The call that describes `calls`, and itself. */
export function describing(calls: readonly Call[]): OpenCall {
  let described: object | undefined;
  const call: OpenCall = {
    name: 'getOpenApi',
    method: 'GET',
    route: 'openapi.json',
    summary: 'This description. Open to all.',
    role: null,
    statuses: [200],
    result: z.record(z.string(), z.unknown()),
    async handle() {
      described ??= openApiOf([...calls, call]);
      return { body: described };
    },
  };
  return call;
}

/** The OpenAPI document of these calls. */
export function openApiOf(calls: readonly Call[]): object {
  const components = new Components();
  const paths: Record<string, Record<string, object>> = {};
  for (const call of calls) {
    paths[`/${call.route}`] = {
      ...paths[`/${call.route}`],
      [call.method.toLowerCase()]: operationOf(call, components),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Plumbline',
      version: VERSION,
      description:
        'Keeps Azure Container Apps and Web Apps true to the security guides. Callers are authenticated by App Service authentication (Microsoft Entra ID) and need an app role; a state change must come from the origin of the service.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api' }],
    paths,
    components: {
      schemas: { ...components.schemas, Problem: problemSchema() },
      securitySchemes: {
        entra: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token of Microsoft Entra ID, or the session of a signed-in browser; roles are app roles.',
        },
      },
    },
  };
}

/** Every code with which a call may refuse: its own, and those of its form. */
export function refusalsOf(call: Call): RefusalCode[] {
  if (call.role === null) return ['invalid'];
  const codes: RefusalCode[] = ['unauthenticated', 'auth-off', 'forbidden'];
  if (call.personOnly) codes.push('not-a-person');
  codes.push('invalid');
  if ('cursor' in propertiesOf(call.query)) codes.push('bad-cursor');
  if (call.body) codes.push('too-large');
  return [...codes, ...call.refusals, 'storage-unavailable', 'not-configured'];
}

function operationOf(call: Call, components: Components): object {
  const content = contentOf(call, components);
  const headers = Object.entries(call.sendsHeaders ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  const results = call.statuses.map((status) => [
    status,
    {
      description: status < 400 ? call.summary : 'The same form: something fails.',
      ...(content === null ? {} : { content }),
      ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    },
  ]);
  return {
    operationId: call.name,
    summary: call.summary,
    security: call.role === null ? [] : [{ entra: [call.role] }],
    parameters: [...pathParameters(call.route), ...(call.role === null ? [] : parametersOf(call))],
    ...(call.role !== null && call.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: components.describe(call.body, 'input') } },
          },
        }
      : {}),
    responses: { ...Object.fromEntries(results), ...problemResponses(refusalsOf(call)) },
  };
}

function contentOf({ result, alsoAs = [] }: Call, components: Components): object | null {
  if (result === null) return null;
  if (typeof result === 'string') {
    return Object.fromEntries([result, ...alsoAs].map((type) => [type.split(';')[0], { schema: { type: 'string' } }]));
  }
  return { 'application/json': { schema: components.describe(result, 'output') } };
}

function pathParameters(route: string): object[] {
  return [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function parametersOf(call: GuardedCall<unknown, unknown, unknown>): object[] {
  const query = Object.entries(propertiesOf(call.query)).map(([name, schema]) => {
    const { description, ...form } = isObject(schema) ? schema : {};
    return { name, in: 'query', required: false, ...(description ? { description } : {}), schema: form };
  });
  const headers = Object.entries(call.takesHeaders ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  }));
  return [...query, ...headers];
}

function problemResponses(codes: readonly RefusalCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes.filter((code) => PROBLEMS[code].status === status);
      const schema = {
        allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: here } } }],
      };
      const description = here.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' ');
      return [status, { description, content: { 'application/problem+json': { schema } } }];
    }),
  );
}

function problemSchema(): object {
  const text = { type: 'string' };
  return {
    type: 'object',
    description: 'RFC 9457. A fault of the service itself is 500 without code; `instance` finds it in the log.',
    properties: {
      type: { type: 'string', format: 'uri' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: { type: 'string', enum: Object.keys(PROBLEMS) },
      instance: { type: 'string', format: 'uri' },
      errors: {
        type: 'array',
        items: { type: 'object', properties: { pointer: text, parameter: text, setting: text, detail: text } },
      },
      supersededBy: text,
      moved: {
        type: 'array',
        description: 'What moved: from is what was written, to what is there',
        items: { $ref: '#/components/schemas/Change' },
      },
    },
    required: ['type', 'title', 'status', 'detail'],
  };
}
