/** The description of the API (OpenAPI 3.1), generated from the endpoints, so that it is always complete and correct. */
import * as z from 'zod';
import type { RefusalCode } from '../../domain/approvals/refusal.ts';
import { isObject, type JsonObject } from '../../domain/resources/json.ts';
import { Components, propertiesOf } from './components.ts';
import type { AuthorizedEndpoint, Endpoint, PublicEndpoint } from './endpoint.ts';
import { exampleOf } from './example.ts';
import { PROBLEMS, problemDocument, REFUSAL_HEADERS } from './problem.ts';
import { VERSION } from './version.ts';

/** The endpoint that serves the description of `endpoints` and itself. */
export function createOpenApiEndpoint(endpoints: readonly Endpoint[]): PublicEndpoint {
  let described: object | undefined;
  const endpoint: PublicEndpoint = {
    name: 'getOpenApi',
    method: 'GET',
    route: 'openapi.json',
    summary: 'This description. Open to all.',
    role: null,
    statuses: [200],
    result: z.record(z.string(), z.unknown()),
    async handle() {
      described ??= openApiDocument([...endpoints, endpoint]);
      return { body: described };
    },
  };
  return endpoint;
}

/** The OpenAPI document of these endpoints. */
export function openApiDocument(endpoints: readonly Endpoint[]): object {
  const components = new Components();
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    paths[`/${endpoint.route}`] = {
      ...paths[`/${endpoint.route}`],
      [endpoint.method.toLowerCase()]: operationOf(endpoint, components),
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
      schemas: components.schemas,
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

/** Every refusal code of an endpoint: its own, and those of all such endpoints. */
export function refusalsOf(endpoint: Endpoint): RefusalCode[] {
  if (endpoint.role === null) return endpoint.route.includes('{') ? ['invalid', 'not-found'] : ['invalid'];
  const codes: RefusalCode[] = ['unauthenticated', 'auth-off', 'forbidden'];
  if (endpoint.personOnly) codes.push('not-a-person');
  codes.push('invalid');
  if ('cursor' in propertiesOf(endpoint.query)) codes.push('bad-cursor');
  if (endpoint.body) codes.push('too-large');
  return [...new Set([...codes, ...endpoint.refusals, 'storage-unavailable' as const, 'not-configured' as const])];
}

function operationOf(endpoint: Endpoint, components: Components): object {
  const content = contentOf(endpoint, components);
  const headers = Object.entries(endpoint.responseHeaders ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  const results = endpoint.statuses.map((status) => [
    status,
    {
      description: descriptionOf(status, endpoint),
      ...(content === null || status === 304 ? {} : { content }),
      ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    },
  ]);
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    security: endpoint.role === null ? [] : [{ entra: [endpoint.role] }],
    parameters: [...pathParameters(endpoint.route), ...(endpoint.role === null ? [] : parametersOf(endpoint))],
    ...(endpoint.role !== null && endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': jsonContent(components.describe(endpoint.body, 'input'), components) },
          },
        }
      : {}),
    responses: { ...Object.fromEntries(results), ...problemResponses(refusalsOf(endpoint), components) },
  };
}

function descriptionOf(status: number, { summary }: Endpoint): string {
  if (status === 304) return 'What was sent as If-None-Match still holds.';
  return status < 400 ? summary : 'The same schema: something fails.';
}

function contentOf({ result, alternativeTypes = [] }: Endpoint, components: Components): object | null {
  if (result === null) return null;
  if (typeof result === 'string') {
    return Object.fromEntries(
      [result, ...alternativeTypes].map((type) => [type.split(';')[0], { schema: { type: 'string' } }]),
    );
  }
  return { 'application/json': jsonContent(components.describe(result, 'output'), components) };
}

function jsonContent(schema: JsonObject, { schemas }: Components): object {
  return { schema, example: exampleOf(schema, schemas) };
}

function pathParameters(route: string): object[] {
  return [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function parametersOf(endpoint: AuthorizedEndpoint<unknown, unknown, unknown>): object[] {
  const query = Object.entries(propertiesOf(endpoint.query)).map(([name, schema]) => {
    const { description, ...form } = isObject(schema) ? schema : {};
    // Several values are one text: `severity=critical,high`.
    const separated = form.type === 'array' ? { style: 'form', explode: false } : {};
    return {
      ...{ name, in: 'query', required: false, ...(description ? { description } : {}), ...separated },
      ...{ schema: form, example: exampleOf(form, {}, name) },
    };
  });
  const headers = Object.entries(endpoint.requestHeaders ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    required: true,
    description,
    schema: { type: 'string' },
  }));
  return [...query, ...headers];
}

/** The headers that the refusals with these codes may carry. */
function headersOf(codes: readonly RefusalCode[]): [name: string, header: object][] {
  return REFUSAL_HEADERS.filter((one) => one.codes.some((code) => codes.includes(code))).map(
    ({ name, description }) => [name, { description, schema: { type: 'string' } }],
  );
}

function problemResponses(codes: readonly RefusalCode[], components: Components): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))];
  return Object.fromEntries(
    statuses.map((status) => {
      const here = codes.filter((code) => PROBLEMS[code].status === status);
      const schema = {
        allOf: [components.describe(problemDocument, 'output'), { properties: { code: { enum: here } } }],
      };
      const description = here.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' ');
      const content = { 'application/problem+json': { schema } };
      const headers = headersOf(here);
      return [
        status,
        { description, content, ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}) },
      ];
    }),
  );
}
