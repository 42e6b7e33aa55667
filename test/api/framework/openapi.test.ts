import { app } from '@azure/functions';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { defineEndpoint } from '../../../src/api/framework/endpoint.ts';
import { several } from '../../../src/api/framework/list-query.ts';
import { openApiDocument, refusalsOf } from '../../../src/api/framework/openapi.ts';
import { PROBLEMS, problemOf } from '../../../src/api/framework/problem.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import { isObject } from '../../../src/domain/resources/json.ts';
import { ENDPOINTS, registerApi } from '../../../src/functions/api.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import { ask, serviceOf } from '../ask.ts';

vi.mock('../../../src/app/service.ts', () => ({ getService: () => {} }));
vi.mock('../../../src/console/page.ts', () => ({ consolePage: () => '<!doctype html>' }));

// The parts of OpenAPI 3.1 that Plumbline uses, as in its specification.
const schema = z.record(z.string(), z.unknown());
const media = z.record(z.string(), z.strictObject({ schema, example: z.unknown().optional() }));
const operation = z.strictObject({
  operationId: z.string().regex(/^[A-Za-z]+$/),
  summary: z.string().min(1),
  security: z.array(z.strictObject({ entra: z.tuple([z.string()]) })),
  parameters: z.array(
    z.strictObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      description: z.string().optional(),
      style: z.literal('form').optional(),
      explode: z.literal(false).optional(),
      schema,
      example: z.unknown().optional(),
    }),
  ),
  requestBody: z.strictObject({ required: z.literal(true), content: media }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({
      description: z.string().min(1),
      content: media.optional(),
      headers: z.record(z.string(), z.strictObject({ description: z.string(), schema })).optional(),
    }),
  ),
});
const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.strictObject({ name: z.string(), identifier: z.string() }),
  }),
  servers: z.array(z.strictObject({ url: z.literal('/api') })),
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({
      get: operation.optional(),
      post: operation.optional(),
      put: operation.optional(),
      delete: operation.optional(),
    }),
  ),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[\w.-]+$/), schema),
    securitySchemes: z.record(z.string(), z.unknown()),
  }),
});

const document = openApi.parse(JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS))));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, described]) =>
    described ? [{ at: `${method.toUpperCase()} ${path}`, ...described }] : [],
  ),
);
const find = (at: string) => {
  const found = operations.find((one) => one.at === at);
  if (!found) throw new Error(`${at} is not described`);
  return found;
};

describe('openapi.json', () => {
  it('has every registered route, and no other', () => {
    const register = vi.spyOn(app, 'http').mockImplementation(() => {});
    registerApi();
    const registered = register.mock.calls.map(([name, { methods, route, authLevel }]) => ({
      ...{ at: `${methods} /${route}`, operationId: name.replace(/^http\d_/, ''), authLevel },
    }));
    register.mockRestore();
    const byPlace = (a: { at: string }, b: { at: string }) => (a.at < b.at ? -1 : 1);
    expect(registered.sort(byPlace)).toEqual(
      operations.map(({ at, operationId }) => ({ at, operationId, authLevel: 'anonymous' })).sort(byPlace),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(ENDPOINTS.length);
  });

  it('has the documented calls', () => {
    expect(operations.map(({ at }) => at).sort()).toEqual([
      'DELETE /exemptions/{id}',
      'GET /approvals',
      'GET /approvals/{id}',
      'GET /audit',
      'GET /audit/anchors',
      'GET /audit/evidence',
      'GET /audit/export',
      'GET /audit/verify',
      'GET /audit/{id}',
      'GET /audit/{id}/rollback',
      'GET /console',
      'GET /console/{file}',
      'GET /deadletters',
      'GET /events',
      'GET /exemptions',
      'GET /exemptions/preview/{id}',
      'GET /explain',
      'GET /findings',
      'GET /findings/export',
      'GET /health',
      'GET /history',
      'GET /me',
      'GET /metrics',
      'GET /openapi.json',
      'GET /overview',
      'GET /resources',
      'GET /resources/{key}',
      'GET /rollouts',
      'GET /rules',
      'GET /rules/{id}',
      'GET /scans',
      'GET /scans/{id}',
      'GET /settings',
      'GET /settings/effective',
      'GET /settings/preview/{id}',
      'GET /state',
      'GET /summary',
      'POST /approvals',
      'POST /approvals/decisions',
      'POST /approvals/{id}/approve',
      'POST /approvals/{id}/reject',
      'POST /audit/rollback',
      'POST /audit/{id}/rollback',
      'POST /deadletters/release',
      'POST /deadletters/{id}/release',
      'POST /exemptions',
      'POST /exemptions/preview',
      'POST /rollouts/{id}/continue',
      'POST /rollouts/{id}/end',
      'POST /scans',
      'POST /scans/{id}/cancel',
      'POST /settings/preview',
      'PUT /exemptions/{id}',
      'PUT /settings',
    ]);
  });

  it('needs no sign-in', async () => {
    const call = ENDPOINTS.find(({ name }) => name === 'getOpenApi');
    if (!call) throw new Error('nothing answers it');
    const answer = await ask(call, serviceOf(apiDeps(), false), { as: null });
    expect([answer.status, answer.body]).toEqual([200, JSON.parse(JSON.stringify(document))]);
  });

  it('passes the recommended rules of Redocly', async () => {
    expect(await complaintsAbout(document)).toEqual([]);
    const { responses, ...silent } = find('GET /approvals/{id}');
    const broken = { ...document, paths: { '/approvals/{id}': { get: { ...silent, parameters: [], responses: {} } } } };
    expect(Object.keys(responses)).toContain('404');
    expect(await complaintsAbout(broken)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('path-parameters-defined'),
        expect.stringContaining('operation-4xx'),
      ]),
    );
  });

  it('refers only to existing components, and uses each of them', () => {
    const referred = new Set(referencesIn(document));
    const there = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...referred].filter((reference) => !there.includes(reference))).toEqual([]);
    expect(there.filter((reference) => !referred.has(reference))).toEqual([]);
  });

  it('has no other JSON Schema dialect or id inside its schemas', () => {
    expect(JSON.stringify(document)).not.toMatch(/"\$schema"|"\$id"|"\$defs"/);
  });

  it('has a description for every named schema', () => {
    for (const call of ENDPOINTS) {
      const name = typeof call.result === 'object' && call.result ? call.result.meta()?.id : undefined;
      if (name) expect(document.components.schemas).toHaveProperty(name);
    }
    expect(document.components.schemas.Problem).toMatchObject({ required: ['type', 'title', 'status', 'detail'] });
    expect(document.components.schemas.Approval).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it('describes every header that a refusal may carry, and no other', () => {
    for (const endpoint of ENDPOINTS) {
      const { at, responses } = find(`${endpoint.method} /${endpoint.route}`);
      const carried = new Map<string, Set<string>>();
      for (const code of refusalsOf(endpoint)) {
        const { status, headers = {} } = problemOf(new Refusal(code, 'x', {}, 5));
        const names = carried.get(String(status)) ?? new Set();
        for (const name of Object.keys(headers)) if (name !== 'content-type') names.add(name);
        carried.set(String(status), names);
      }
      for (const [status, names] of carried) {
        const described = Object.keys(responses[status]?.headers ?? {}).map((name) => name.toLowerCase());
        expect(new Set(described), `${at} ${status}`).toEqual(names);
      }
    }
    expect(find('POST /audit/{id}/rollback').responses['409']?.headers).toHaveProperty('Retry-After');
    expect(find('GET /state').responses['401']?.headers).toHaveProperty('WWW-Authenticate');
  });

  it('has every parameter of a path, and the filters of each list', () => {
    for (const { at, parameters } of operations) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(inPath, at).toEqual([...at.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    }
    const queryOf = (at: string) =>
      find(at)
        .parameters.filter((one) => one.in === 'query')
        .map(({ name }) => name);
    expect(queryOf('GET /approvals')).toEqual([
      ...['status', 'resource', 'rule', 'severity', 'impact', 'purpose', 'changedBy'],
      ...['requestedFrom', 'requestedTo', 'expiresBefore', 'q', 'mayDecide'],
      ...['sort', 'view', 'total', 'group', 'limit', 'cursor'],
    ]);
    expect(queryOf('GET /audit')).toEqual([
      ...['from', 'to', 'resource', 'rule', 'kind', 'actor', 'operationId', 'approval', 'q', 'limit', 'cursor'],
    ]);
    expect(queryOf('GET /findings')).toEqual([
      ...['verdict', 'resource', 'rule', 'severity', 'decision', 'benchmark'],
      ...['q', 'sort', 'view', 'total', 'group', 'limit', 'cursor'],
    ]);
    expect(queryOf('GET /resources')).toEqual([
      ...['resource', 'kind', 'mode', 'severity', 'failing', 'q', 'sort', 'total', 'limit', 'cursor'],
    ]);
    expect(queryOf('GET /explain')).toEqual(['resource', 'event']);
    const limit = find('GET /audit').parameters.find(({ name }) => name === 'limit');
    expect(limit?.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 200 });
  });

  it('has every problem code of each call, and every documented code', () => {
    for (const call of ENDPOINTS) {
      const { responses } = find(`${call.method} /${call.route}`);
      for (const code of refusalsOf(call)) {
        const said = responses[PROBLEMS[code].status]?.content?.['application/problem+json'];
        expect(JSON.stringify(said), `${call.name} ${code}`).toContain(`"${code}"`);
      }
    }
    const used = new Set(ENDPOINTS.flatMap(refusalsOf));
    expect(Object.keys(PROBLEMS).filter((code) => ![...used].some((one) => one === code))).toEqual([]);
  });

  it('has the schema of each body, and the headers of settings', () => {
    const approve = find('POST /approvals/{id}/approve').requestBody?.content['application/json']?.schema;
    expect(approve).toMatchObject({ required: ['digest'], additionalProperties: false });
    const put = find('PUT /settings');
    expect(put.parameters).toContainEqual(expect.objectContaining({ name: 'If-Match', in: 'header', required: true }));
    expect(put.responses['200']?.headers).toHaveProperty('ETag');
    expect(put.requestBody?.content['application/json']?.schema).toMatchObject({ additionalProperties: false });
  });

  it('has an example of each JSON body and answer', () => {
    for (const { at, requestBody, responses } of operations) {
      const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
      for (const content of contents) {
        if (content?.['application/json']) expect(content['application/json'].example, at).toBeDefined();
      }
    }
    expect(find('POST /exemptions').requestBody?.content['application/json']?.example).toEqual({
      ...{ scope: expect.stringContaining('/resourceGroups/prod'), rule: 'webapp-min-tls', owner: 'Team Checkout' },
      ...{ reason: expect.any(String), ticket: 'SHOP-7', expires: '2026-06-01T00:00:00.000Z' },
    });
  });

  it('has lists of values as one text with commas', () => {
    const endpoint = defineEndpoint({
      ...{ name: 'listThings', method: 'GET', route: 'things', summary: 'Things.', role: 'Plumbline.Reader' },
      ...{ query: z.strictObject({ kind: several(z.enum(['a', 'b'])) }), result: null },
      handle: async () => ({ body: undefined }),
    });
    expect(openApiDocument([endpoint])).toHaveProperty(['paths', '/things', 'get', 'parameters', 0], {
      ...{ name: 'kind', in: 'query', required: false, style: 'form', explode: false, example: ['a'] },
      schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, minItems: 1, maxItems: 20 },
    });
    for (const { parameters } of operations) {
      for (const { schema: form, style, explode } of parameters) {
        expect([style, explode]).toEqual(form.type === 'array' ? ['form', false] : [undefined, undefined]);
      }
    }
  });

  it('has the role of each call', () => {
    expect(find('POST /approvals/{id}/reject').security).toEqual([{ entra: ['Plumbline.Approver'] }]);
    expect(find('PUT /settings').security).toEqual([{ entra: ['Plumbline.Operator'] }]);
    expect(find('GET /summary').security).toEqual([{ entra: ['Plumbline.Reader'] }]);
    expect(find('GET /health').security).toEqual([]);
  });
});

/** The warnings and errors of Redocly; it reads only the text. */
async function complaintsAbout(described: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({ source: JSON.stringify(described), absoluteRef: 'openapi.json', config });
  return found.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`);
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  const own = typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}
