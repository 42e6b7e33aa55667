/**
 * Every GET of a running service, over HTTP: status, headers and body of each answer are those that its openapi.json
 * describes. A GET without a call here fails the first test.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { resourceKeyOf } from '../../../src/domain/decisions/finding-briefs.ts';
import { isObject } from '../../../src/domain/resources/json.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import type { Answer } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { storageOf } from '../fixtures/stored.ts';

const apps = ['shop', 'stall'].map((name) =>
  rightWebApp(name, { site: { httpsOnly: false }, web: { minTlsVersion: '1.0' } }),
);
const [shop, stall] = apps as [(typeof apps)[0], (typeof apps)[0]];
const plumbline = usePlumbline({ resources: apps, environment: { PLUMBLINE_MODE: 'approve' } });
const caller = () => plumbline.as(staff.approver, 'Approver', 'Operator');

/** What a path names. */
const ids = { approval: '', fix: '', settingsPreview: '', exemptionsPreview: '', event: '', scan: '', file: '' };

const METRICS = ['failing', 'compliance', 'fixes', 'timeToFix', 'approvals', 'timeToDecision'];

/** The calls of each GET: what its path names, and queries. Each list is called with `limit=1` and a cursor beside them. */
const CALLS: Readonly<Record<string, (() => Call) | undefined>> = {
  '/approvals': () => ({
    queries: [
      'status=pending&view=brief&total=true&sort=expires',
      'status=applied',
      'group=rule',
      'group=resourceGroup',
    ],
  }),
  '/approvals/{id}': () => ({ id: ids.approval }),
  '/audit': () => ({ queries: ['kind=fix.applied,approval.requested', `approval=${ids.approval}`, 'q=shop'] }),
  '/audit/anchors': () => ({}),
  '/audit/evidence': () => ({}),
  '/audit/export': () => ({ queries: ['format=jsonl', 'format=csv', 'format=ocsf'] }),
  '/audit/verify': () => ({ queries: ['from=2020-01-01T00:00:00Z'] }),
  '/audit/{id}': () => ({ id: ids.fix }),
  '/audit/{id}/rollback': () => ({ id: ids.fix }),
  '/console': () => ({}),
  '/console/{file}': () => ({ id: ids.file }),
  '/deadletters': () => ({ queries: ['q=stall&total=true'] }),
  '/events': () => ({ queries: [`resource=${shop.id}&outcome=evaluated`] }),
  '/exemptions': () => ({ queries: ['state=ended', 'sort=expires&total=true'] }),
  '/exemptions/preview/{id}': () => ({ id: ids.exemptionsPreview }),
  '/explain': () => ({ queries: [`resource=${shop.id}`, `event=${ids.event}`], only: true }),
  '/findings': () => ({ queries: ['view=brief&total=true&sort=-severity', 'group=rule', 'group=benchmark'] }),
  '/findings/export': () => ({ queries: ['format=jsonl', 'format=csv', 'format=ocsf'] }),
  '/health': () => ({}),
  '/history': () => ({ queries: METRICS.map((metric) => `metric=${metric}`), only: true }),
  '/me': () => ({}),
  '/metrics': () => ({}),
  '/openapi.json': () => ({}),
  '/overview': () => ({ queries: ['from=2026-01-01'] }),
  '/resources': () => ({ queries: ['total=true&sort=name'] }),
  '/resources/{key}': () => ({ id: resourceKeyOf(shop.id) }),
  // The settings have no stages, so that nothing is held: the list is empty.
  '/rollouts': () => ({ queries: ['status=running,stopped'], empty: true }),
  '/rules': () => ({}),
  '/rules/{id}': () => ({ id: 'webapp-https-only' }),
  '/scans': () => ({ queries: ['status=done,running'] }),
  '/scans/{id}': () => ({ id: ids.scan }),
  '/settings': () => ({}),
  '/settings/effective': () => ({ queries: [`resource=${shop.id}`], only: true }),
  '/settings/preview/{id}': () => ({ id: ids.settingsPreview }),
  '/state': () => ({}),
  '/summary': () => ({}),
};

interface Call {
  readonly id?: string;
  readonly queries?: readonly string[];
  /** Whether a call without a query is refused. */
  readonly only?: true;
  /** Whether the list is empty, so that it has no second page. */
  readonly empty?: true;
}

const headers = z.record(z.string().toLowerCase(), z.object({ description: z.string() })).default({});
const operation = z.object({
  parameters: z.array(z.object({ name: z.string() })),
  responses: z.record(
    z.string(),
    z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })).exactOptional(), headers }),
  ),
});
const described = z.object({ paths: z.record(z.string(), z.object({ get: operation.exactOptional() })) });

let paths: z.infer<typeof described>['paths'] = {};
let schemaAt: (pointer: string) => ValidateFunction;

/** Something in each list: two apps that violate a rule, one of which is fixed; the rest is asked for or stored. */
beforeAll(async () => {
  const { body: document } = await caller().ask('GET', '/openapi.json');
  paths = described.parse(document).paths;
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  if (!isObject(document)) throw new Error('openapi.json is no object');
  ajv.addSchema(document, 'openapi.json');
  schemaAt = (pointer) => ajv.compile({ $ref: `openapi.json#${pointer}` });

  const { body: home } = await caller().ask('GET', '/console');
  ids.file = /console\/([\w.-]+\.js)/.exec(String(home))?.[1] ?? '';

  const [event] = await Promise.all(apps.map(({ id }) => plumbline.change(people.ada, id, 'resource', touched)));
  ids.event = event ?? '';
  const approval = await plumbline.pending(shop.id, 'webapp-https-only');
  await plumbline.pending(stall.id, 'webapp-https-only');
  ids.approval = approval.id;
  await runTimer('anchorAudit');
  expect((await caller().approve(approval)).status).toBe(202);
  const fixed = await eventually('the fix', async () => {
    const { body } = await caller().ask('GET', `/approvals/${approval.id}`);
    const { status, auditIds } = approvalAnswer.parse(body);
    return status === 'applied' && auditIds;
  });
  ids.fix = fixed.at(-1) ?? '';
  for (const { id: scope } of apps) {
    expect(
      (await caller().ask('POST', '/exemptions', { body: exemptionOf(scope, 'webapp-http2') })).statusAndCode,
    ).toBe('201');
    const { body: scan } = await caller().ask('POST', '/scans', { body: { scope } });
    ids.scan = z.object({ id: z.string() }).parse(scan).id;
  }
  await store();
  await runTimer('anchorAudit');
  await plumbline.housekeep();
});

function exemptionOf(scope: string, rule: string) {
  const expires = new Date(Date.now() + 30 * 86_400_000).toISOString();
  return { scope, rule, owner: 'Team Shop', reason: 'a test', expires };
}

/** What takes a failing message or ten thousand apps otherwise. */
async function store(): Promise<void> {
  const storage = storageOf(plumbline.dev.storage.connectionString);
  for (const [index, { id }] of apps.entries()) {
    const letter = { at: new Date(index).toISOString(), queue: 'plumbline-reconcile', resource: id, message: '{}' };
    await storage.deadLetters.record(`message ${index}`, letter);
  }
  const createdAt = new Date().toISOString();
  const requests = {
    settingsPreview: { kind: 'settings', settings: settingsSchema.parse({ mode: 'autofix' }) },
    exemptionsPreview: {
      kind: 'exemptions',
      exemptions: apps.map(({ id }) => ({ ...exemptionOf(id, 'webapp-min-tls'), ticket: null })),
    },
  } as const;
  for (const [name, request] of Object.entries(requests)) {
    const id = storage.previews.newId(new Date());
    Object.assign(ids, { [name]: id });
    await storage.previews.save({ id, request, createdAt, result: null }, null);
    await storage.sweeps.send({ preview: id, attempt: 0 }, 0);
  }
  await eventually('the previews', async () => {
    const made = await Promise.all([ids.settingsPreview, ids.exemptionsPreview].map(storage.previews.get));
    return made.every((one) => one?.value.result);
  });
}

async function runTimer(name: string): Promise<void> {
  const url = `${plumbline.dev.url}/admin/functions/${name}`;
  const { status } = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  expect(status).toBe(202);
}

/** What needs no sign-in. */
const OPEN = ['/health', '/openapi.json', '/console', '/console/{file}'];

/** Headers that every answer has, or that the server of the host adds. */
const STANDING = [
  ...['cache-control', 'connection', 'content-type', 'date', 'keep-alive', 'x-content-type-options', 'vary'],
  ...['content-encoding', 'content-length', 'transfer-encoding'],
];
/** In the description of a header that not every answer has. */
const SOMETIMES = /missing when|when it is done/;

/** Checks an answer of a path against its description. */
function check(path: string, at: string, answer: Answer): void {
  const found = paths[path]?.get?.responses[answer.status];
  expect.soft(found, `${at}: ${answer.statusAndCode}`).toBeDefined();
  const type = answer.headers.get('content-type')?.split(';')[0];
  const types = Object.keys(found?.content ?? {});
  if (types.length === 0) expect([type, answer.body], at).toEqual([undefined, '']);
  else expect.soft(types, at).toContain(type);
  const names = Object.entries(found?.headers ?? {});
  const sent = [...answer.headers.keys()].filter((name) => !STANDING.includes(name));
  const all = names.map(([name]) => name);
  if (path !== '/console') expect.soft(all, at).toEqual(expect.arrayContaining(sent));
  const always = names.filter(([, { description }]) => !SOMETIMES.test(description)).map(([name]) => name);
  expect.soft(sent, at).toEqual(expect.arrayContaining(always));
  expect
    .soft(answer.headers.get('cache-control'), at)
    .toMatch(path === '/console/{file}' && answer.status === 200 ? /immutable/ : /no-store|no-cache/);
  expect.soft(answer.headers.get('x-content-type-options'), at).toBe('nosniff');
  if (type === undefined) return;
  const pointer = ['paths', path, 'get', 'responses', String(answer.status), 'content', type, 'schema'];
  const validate = schemaAt(pointer.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''));
  validate(answer.body);
  expect.soft(validate.errors, at).toBeNull();
}

const page = z.looseObject({ items: z.array(z.unknown()), nextCursor: z.string().exactOptional() });

describe('the answers of a running service are those that openapi.json describes', () => {
  test('every GET is called, with each answer that succeeds', async () => {
    const described = Object.keys(paths).filter((path) => paths[path]?.get);
    expect.soft(described.sort()).toEqual(Object.keys(CALLS).sort());
    for (const path of described) {
      const { id = '', queries = [], only, empty } = CALLS[path]?.() ?? {};
      const at = path.replace(/\{\w+\}/, encodeURIComponent(id));
      const isList = paths[path]?.get?.parameters.some(({ name }) => name === 'cursor');
      for (const query of [...(only ? [] : ['']), ...queries, ...(isList && !empty ? ['limit=1'] : [])]) {
        const call = `${at}?${query}`;
        const answer = await caller().ask('GET', call);
        expect.soft(answer.status, `${call}: ${JSON.stringify(answer.body)}`).toBe(200);
        check(path, call, answer);
        if (query !== 'limit=1') continue;
        const { items, nextCursor } = page.parse(answer.body);
        expect.soft([items.length, nextCursor], call).toEqual([1, expect.any(String)]);
        const next = `${call}&cursor=${encodeURIComponent(nextCursor ?? '')}`;
        const second = await caller().ask('GET', next);
        expect.soft(second.status, next).toBe(200);
        check(path, next, second);
        expect.soft(page.parse(second.body).items, next).not.toEqual(items);
      }
    }
  });

  test('the refusals of every GET, too', async () => {
    for (const path of Object.keys(CALLS)) {
      const at = path.replace(/\{\w+\}/, encodeURIComponent(CALLS[path]?.().id ?? ''));
      const unknown = await caller().ask('GET', `${at}?unheard-of=1`);
      expect(unknown.statusAndCode, at).toBe('400 invalid');
      check(path, at, unknown);
      const stranger = await plumbline.as(null).ask('GET', at);
      expect(stranger.statusAndCode, at).toBe(OPEN.includes(path) ? '200' : '401 unauthenticated');
      check(path, at, stranger);
      if (at === path) continue;
      const missing = await caller().ask('GET', path.replace(/\{\w+\}/, 'nothing'));
      expect(missing.statusAndCode, path).toBe('404 not-found');
      check(path, path, missing);
    }
  });

  test('the state, when it is as the caller knows it', async () => {
    const same = await eventually('an unchanged state', async () => {
      const { headers: known } = await caller().ask('GET', '/state');
      const again = await caller().ask('GET', '/state', { headers: { 'if-none-match': known.get('etag') ?? '' } });
      return again.status === 304 && again;
    });
    check('/state', '/state', same);
  });

  test('compressed, as far as the caller takes it', async () => {
    const ask = (encoding: string) => caller().ask('GET', '/rules', { headers: { 'accept-encoding': encoding } });
    const plain = await ask('identity');
    expect(plain.headers.get('content-encoding')).toBeNull();
    for (const encoding of ['br', 'gzip']) {
      const answer = await ask(encoding);
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.body, encoding).toEqual(plain.body);
      check('/rules', encoding, answer);
      const [small, large] = [answer, plain].map((one) => Number(one.headers.get('content-length')));
      expect(small, encoding).toBeLessThan((large ?? 0) / 3);
    }
  });
});
