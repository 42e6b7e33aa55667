import { describe, expect, it } from 'vitest';
import { valueAt } from '../../src/domain/changes/change.ts';
import type { PlanStep } from '../../src/domain/changes/plan-requests.ts';
import { armAnswering, armWith, resource } from './azure.ts';

const ID = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/x';
const site = resource(ID);
const LIST = `https://management.azure.com${ID}/providers/Microsoft.Insights/diagnosticSettings`;
const patch: PlanStep = {
  method: 'PATCH',
  path: ID,
  apiVersion: '2025-05-01',
  document: 'resource',
  changes: [],
  root: '',
  attempts: [],
};

describe('the token is sent to Resource Manager only', () => {
  it('a nextLink to another host is not followed', async () => {
    const arm = armAnswering(() => ({ status: 200, body: { value: [], nextLink: 'https://evil.example/next' } }));
    expect((await arm.read(site, ['diagnosticSettings'])).documents.diagnosticSettings).toMatchObject({
      status: 'failed',
      retryable: false,
    });
    expect(arm.requests).toHaveLength(1);
  });

  it.each(['azure-asyncoperation', 'location'])(
    'an operation URL to another host in %s is not followed',
    async (header) => {
      const arm = armAnswering(() => ({ status: 202, headers: { [header]: 'https://evil.example/operation' } }));
      expect(await arm.write(patch, {})).toMatchObject({ kind: 'done', arm: { status: 202 } });
      expect(arm.lines.join()).toContain('outside Resource Manager');
      expect(await arm.pollOperation('https://evil.example/operation')).toEqual({ kind: 'ended' });
      expect(arm.requests).toHaveLength(1);
    },
  );

  it.each([
    '//evil.example/x',
    '\\\\evil.example\\x',
    'https://management.azure.com.evil.example/x',
    'https://management.azure.com@evil.example/x',
    'https://management.azure.com:8443/x',
    'http://management.azure.com/x',
    'javascript:alert(1)',
    'https://',
  ])('%s gets no request', async (place) => {
    const arm = armAnswering(() => ({
      status: 202,
      headers: { location: place },
      body: { value: [], nextLink: place },
    }));
    expect(await arm.write(patch, {})).toMatchObject({ kind: 'done' });
    expect(await arm.pollOperation(place)).toEqual({ kind: 'ended' });
    expect(arm.requests).toHaveLength(1);
    const list = armAnswering(() => ({ status: 200, body: { value: [], nextLink: place } }));
    expect((await list.read(site, ['diagnosticSettings'])).documents.diagnosticSettings).toMatchObject({
      status: 'failed',
    });
    expect(list.requests).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('a redirect (%i) is not followed', async (status) => {
    const arm = armAnswering(() => ({ status, headers: { location: 'https://evil.example/' } }));
    expect((await arm.read(site, ['resource'])).documents.resource).toMatchObject({ status: 'failed' });
    expect(await arm.write(patch, {})).toMatchObject({ kind: 'refused' });
    expect(arm.requests).toHaveLength(2);
  });

  it.each(['/subscriptions/../../evil', '//evil.example/x', 'https://evil.example', '/a/./b'])(
    'a write to the path %s is refused',
    async (path) => {
      const arm = armAnswering(() => ({ status: 200 }));
      await expect(arm.write({ ...patch, path }, {})).rejects.toThrow('no path of Resource Manager');
      expect(arm.requests).toHaveLength(0);
    },
  );

  it('a name cannot add a query or a fragment to the path', async () => {
    const arm = armAnswering(() => ({ status: 200 }));
    await arm.write({ ...patch, path: `${ID}/providers/Microsoft.Insights/diagnosticSettings/a?x=y#z\\..` }, {});
    expect(arm.requests[0]?.url).toBe(`${LIST}/a%3Fx%3Dy%23z%5C..?api-version=2025-05-01`);
  });
});

describe('a list in pages', () => {
  it('is one document', async () => {
    const second = `${LIST}?api-version=2021-05-01-preview&$skipToken=2`;
    const arm = armAnswering(({ url }) =>
      url === second
        ? { status: 200, body: { value: [{ name: 'b' }] } }
        : { status: 200, body: { value: [{ name: 'a' }], nextLink: second } },
    );
    expect((await arm.read(site, ['diagnosticSettings'])).documents.diagnosticSettings).toEqual({
      status: 'read',
      body: { value: [{ name: 'a' }, { name: 'b' }] },
    });
  });

  it('is failed when one of its pages fails', async () => {
    const arm = armAnswering(({ url }) =>
      url.includes('skipToken')
        ? { status: 503 }
        : { status: 200, body: { value: [{ name: 'a' }], nextLink: `${LIST}?$skipToken=2` } },
    );
    expect((await arm.read(site, ['diagnosticSettings'])).documents.diagnosticSettings).toMatchObject({
      status: 'failed',
      retryable: true,
    });
  });

  it('is failed after 100 pages when Azure always names a next page', async () => {
    const arm = armAnswering(() => ({ status: 200, body: { value: [], nextLink: LIST } }));
    expect((await arm.read(site, ['diagnosticSettings'])).documents.diagnosticSettings).toMatchObject({
      status: 'failed',
    });
    expect(arm.requests).toHaveLength(100);
  });
});

describe('bodies with unusual keys', () => {
  it('a __proto__ key in a body is kept and changes no prototype', async () => {
    const body = '{"__proto__":{"harmed":true},"properties":{"__proto__":{"httpsOnly":true}}}';
    const { documents } = await armAnswering(() => ({ status: 200, body })).read(site, ['resource']);
    expect(JSON.stringify(documents.resource)).toBe(`{"status":"read","body":${body}}`);
    expect([Reflect.get({}, 'harmed'), valueAt(JSON.parse(body), '/properties/httpsOnly')]).toEqual([undefined, null]);
  });
});

describe('unexpected answers', () => {
  it.each([
    ['an empty body', undefined],
    ['HTML', '<html></html>'],
    ['a list', []],
    ['null', 'null'],
  ])('%s with status 200 is failed', async (_, body) => {
    const arm = armAnswering(() => ({ status: 200, body }));
    expect((await arm.read(site, ['resource'])).documents.resource).toMatchObject({
      status: 'failed',
      retryable: false,
    });
  });

  it('a write that is answered with an empty body is done', async () => {
    expect(await armAnswering(() => ({ status: 200 })).write(patch, {})).toEqual({
      kind: 'done',
      arm: { status: 200 },
    });
  });

  it('a credential that gives no token is a transient failure', async () => {
    const credential = { getToken: () => Promise.reject(new Error('the identity endpoint is down')) };
    const arm = armWith({ credential });
    expect(await arm.write(patch, {})).toMatchObject({ kind: 'refused', arm: {}, failure: { kind: 'transient' } });
    expect((await arm.read(site, ['resource'])).documents.resource).toMatchObject({
      status: 'failed',
      retryable: true,
    });
  });

  it('waiting for a token ends with the time-out of the request', async () => {
    const arm = armWith({ credential: { getToken: () => new Promise(() => {}) }, timeoutMilliseconds: 50 });
    expect(await arm.write(patch, {})).toMatchObject({ kind: 'refused', failure: { kind: 'transient' } });
  });
});

describe('the state of a long-running operation', () => {
  const url =
    'https://management.azure.com/subscriptions/s/providers/Microsoft.App/locations/we/containerappOperationStatuses/1';

  it.each([
    ['202', { status: 202, headers: { 'retry-after': '5' } }, { kind: 'running', retryAfter: 5 }],
    ['InProgress', { status: 200, body: { status: 'InProgress' } }, { kind: 'running', retryAfter: null }],
    ['a state of its own', { status: 200, body: { status: 'Updating' } }, { kind: 'running', retryAfter: null }],
    ['Succeeded', { status: 200, body: { status: 'Succeeded' } }, { kind: 'ended' }],
    ['the resource itself', { status: 200, body: { id: ID, properties: {} } }, { kind: 'ended' }],
    ['204', { status: 204 }, { kind: 'ended' }],
    ['404', { status: 404 }, { kind: 'ended' }],
    ['throttled', { status: 429, headers: { 'retry-after': '9' } }, { kind: 'running', retryAfter: 9 }],
    ['a server error', { status: 500 }, { kind: 'running', retryAfter: null }],
  ])('%s', async (_, answer, state) => {
    expect(await armAnswering(() => answer).pollOperation(url)).toEqual(state);
  });

  it.each([
    ['Failed', 'ScopeLocked', 'blocked'],
    ['Canceled', 'OperationPreempted', 'invalid'],
  ])('%s is refused with its reason', async (status, code, kind) => {
    const arm = armAnswering(() => ({ status: 200, body: { status, error: { code, message: 'Because.' } } }));
    expect(await arm.pollOperation(url)).toEqual({
      kind: 'refused',
      failure: { kind, code, message: 'Because.', retryAfter: null },
    });
  });

  it('is read from the status document rather than from the result', async () => {
    const headers = { 'azure-asyncoperation': url, location: `${url}/result`, 'retry-after': '15' };
    expect(await armAnswering(() => ({ status: 202, headers })).write(patch, {})).toMatchObject({
      operation: url,
      retryAfter: 15,
    });
    expect(await armAnswering(() => ({ status: 201, headers })).write(patch, {})).toMatchObject({
      kind: 'accepted',
      operation: url,
    });
    const created = { status: 201, headers: { location: `${url}/result` } };
    expect(await armAnswering(() => created).write(patch, {})).toMatchObject({ kind: 'done' });
  });
});

it('guarantee 12: credentials in an error of the HTTP client are masked in results and log lines', async () => {
  const sendRequest = () => Promise.reject(new Error('connect to https://ada:planted@proxy failed'));
  const arm = armWith({ httpClient: { sendRequest } });
  const { documents } = await arm.read(site, ['resource']);
  expect(documents.resource).toMatchObject({ status: 'failed', detail: expect.stringContaining('https://***@proxy') });
  expect(arm.lines.join()).toContain('https://***@proxy');
  expect(JSON.stringify([documents, arm.lines])).not.toContain('planted');
});

describe('bodies with too many levels', () => {
  const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

  it.each([65, 3000])(
    'a document of %i levels is failed, names the limit, and is not read again at once',
    async (levels) => {
      const arm = armAnswering(() => ({ status: 200, body: nested(levels) }));
      const { documents } = await arm.read(site, ['resource', 'config/web']);
      const detail = 'Azure sent no JSON object, or one of more than 64 levels';
      expect(documents).toEqual({
        resource: { status: 'failed', detail, retryable: false },
        'config/web': { status: 'failed', detail, retryable: false },
      });
      expect(arm.requests).toHaveLength(2);
    },
  );

  it('a document with the most allowed levels is read', async () => {
    const body = nested(64);
    const { documents } = await armAnswering(() => ({ status: 200, body })).read(site, ['resource']);
    expect(documents.resource).toMatchObject({ status: 'read', body });
  });

  it('an error body of 3000 levels keeps the kind of its status', async () => {
    const arm = armAnswering(() => ({ status: 403, body: nested(3000) }));
    expect((await arm.read(site, ['resource'])).documents.resource).toMatchObject({ status: 'forbidden' });
    expect(await arm.write(patch, {})).toMatchObject({ kind: 'refused', failure: { kind: 'blocked' } });
  });
});
