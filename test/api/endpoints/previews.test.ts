/** Previews over HTTP: their answers, their refusals, and that they write nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import {
  getExemptionsPreview,
  getSettingsPreview,
  previewExemptions,
  previewSettings,
} from '../../../src/api/endpoints/previews.ts';
import { putSettings } from '../../../src/api/endpoints/settings.ts';
import type { Finding } from '../../../src/domain/decisions/finding.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { carryOutPreview } from '../../../src/workflows/settings/preview.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { type Answer, type AskOptions, ask, principal, serviceOf, statusAndCode } from '../ask.ts';
import { finding, GROUP, SHOP } from '../samples.ts';

let deps: FakeDeps;
let service: Deps;
const post = (body: unknown, query = '', asking: AskOptions = {}) =>
  ask(previewSettings, serviceOf(service), { body, query, ...asking });
const exempt = (body: unknown, query = '') => ask(previewExemptions, serviceOf(service), { body, query });
const good = {
  ...{ scope: GROUP, rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'an old scanner' },
  expires: '2026-04-01T00:00:00Z',
};
const tables = () => JSON.stringify(deps.stored, (_, value) => (value instanceof Map ? [...value] : value));

/** The shop and four more apps violate the same safe rule, and mode approve queues the fix. */
beforeEach(() => {
  deps = apiDeps();
  service = deps;
  for (let n = 0; n < 5; n += 1) deps.stored.findings.push(violation(n === 0 ? SHOP : `${SHOP}${n}`));
});

function violation(id: string, more: Partial<Finding> = {}): Finding {
  const basis = { parameters: '{"minimum":"1.2"}' };
  return finding({ resource: { id, type: 'Microsoft.Web/sites', name: id.split('/').at(-1) ?? '' }, basis, ...more });
}

function valid(call: typeof previewSettings | typeof getSettingsPreview, answer: Answer): Answer {
  if (typeof call.result === 'object') expect(call.result?.parse(answer.body)).toEqual(answer.body);
  return answer;
}

describe('POST /settings/preview', () => {
  it('says what changes, against which settings, and writes nothing', async () => {
    const before = tables();
    const answer = valid(previewSettings, await post({ mode: 'autofix', limits: { fixesPerHour: 2 } }));
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"0"']);
    expect(answer.body).toMatchObject({
      changes: [
        { rule: 'webapp-min-tls', before: 'queue', after: 'fix', resources: 2 },
        { rule: 'webapp-min-tls', before: 'queue', after: 'hold', resources: 3 },
      ],
      ...{ fixes: 2, restarts: 2, approvals: 0, holds: 3, budgetHours: 2, unknown: 0, exemptionsIdle: 0, rollouts: [] },
    });
    expect(answer.body.items).toHaveLength(5);
    expect(tables()).toBe(before);
  });

  it('says which rules would begin, in which stages, and holds what has begun already', async () => {
    const document = { mode: 'autofix', rollout: { stages: [1, '50%'] } };
    const { body } = valid(previewSettings, await post(document));
    expect(body).toMatchObject({
      ...{ fixes: 0, holds: 5 },
      rollouts: [
        {
          ...{ rule: 'webapp-min-tls', scope: '/', apps: 5 },
          stages: [
            { stage: 1, apps: 1 },
            { stage: '50%', apps: 2 },
            { stage: '100%', apps: 2 },
          ],
        },
      ],
    });
    const stricter = { 'webapp-min-tls': { tier: 'safe', parameters: { minimum: '1.3' } } };
    for (const begun of [document, { ...document, rules: stricter }]) {
      await ask(putSettings, serviceOf(service), { body: begun, headers: { 'if-match': '*' } });
      const again = await post({ ...begun, profile: 'strict' });
      expect([again.status, again.body.fixes, again.body.rollouts]).toEqual([200, 0, []]);
    }
  });

  it('says nothing about the settings that are in force, and reads no finding then', async () => {
    service = { ...deps, previews: { ...deps.previews, listFindings: () => Promise.reject(new Error('it reads')) } };
    expect((await post({ mode: 'approve' })).body).toMatchObject({ changes: [], items: [], fixes: 0, budgetHours: 0 });
  });

  it('gives its items page by page, and a cursor belongs to its document', async () => {
    const first = await post({ mode: 'audit' }, '?limit=2');
    const second = await post({ mode: 'audit' }, `?limit=2&cursor=${first.body.nextCursor}`);
    const third = await post({ mode: 'audit' }, `?limit=2&cursor=${second.body.nextCursor}`);
    const pages = [first, second, third].map(({ body }) => JSON.stringify(body.items));
    expect(new Set(pages).size).toBe(3);
    expect([first, second, third].map(({ body }) => (body.items as unknown[]).length)).toEqual([2, 2, 1]);
    expect(third.body.nextCursor).toBeUndefined();
    expect(second.body.changes).toEqual(first.body.changes);
    const cursor = `?limit=2&cursor=${first.body.nextCursor}`;
    expect(statusAndCode(await post({ mode: 'autofix' }, cursor))).toBe('400 bad-cursor');
    expect(statusAndCode(await exempt(good, cursor))).toBe('400 bad-cursor');
  });

  it('reads only the scopes whose settings differ', async () => {
    const asked: (string | null)[] = [];
    const { listFindings } = deps.previews;
    service = {
      ...deps,
      previews: {
        ...deps.previews,
        listFindings: (query, page) => {
          asked.push(query.scope);
          return listFindings(query, page);
        },
      },
    };
    const { body } = await post({
      mode: 'approve',
      scopes: [{ scope: SHOP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), mode: 'autofix' }],
    });
    expect([asked, body.fixes]).toEqual([[SHOP.toLowerCase()], 1]);
  });

  it.each<[string, unknown]>([
    ['an unknown key', { Mode: 'audit' }],
    ['an unknown rule', { rules: { 'webapp-tls': {} } }],
    ['an unknown parameter', { rules: { 'webapp-min-tls': { parameters: { least: '1.2' } } } }],
    ['a scope that is none', { scopes: [{ scope: '/subscriptions/../x' }] }],
    [
      'a window without days',
      { scopes: [{ scope: GROUP, window: { days: [], from: '1', to: '2', timeZone: 'Mars' } }] },
    ],
    ['a list', []],
    ['text', 'mode'],
  ])('refuses %s as PUT does', async (_, body) => {
    const [previewed, put] = [
      await post(body),
      await ask(putSettings, serviceOf(deps), { body, headers: { 'if-match': '*' } }),
    ];
    expect(statusAndCode(previewed)).toBe('400 invalid');
    expect(previewed.body.errors).toEqual(put.body.errors);
  });

  it('refuses what is too large, and query parameters that it does not know', async () => {
    const text = 'é'.repeat(1000);
    const scopes = Array(100).fill({ scope: GROUP, frozen: { until: '2026-04-01T00:00:00Z', reason: text } });
    expect(statusAndCode(await post({ scopes }))).toBe('413 too-large');
    expect(statusAndCode(await post({}, '?total=true'))).toBe('400 invalid');
    expect(statusAndCode(await post({}, '?limit=201'))).toBe('400 invalid');
  });

  // Each row has the faults of all rows below it too, and the first one is answered.
  it.each<[string, AskOptions]>([
    ['403 forbidden', { as: null, headers: { origin: 'https://elsewhere.example' }, text: '{' }],
    ['401 unauthenticated', { as: null, text: '{' }],
    ['403 forbidden', { as: principal(['Reader', 'Approver']), text: '{' }],
    ['400 invalid', { as: principal(['Operator']), text: '{' }],
  ])('%s is answered before the following faults', async (refusal, asking) => {
    const before = tables();
    for (const call of [previewSettings, previewExemptions])
      expect(statusAndCode(await ask(call, serviceOf(service), { query: '?x=1', ...asking }))).toBe(refusal);
    expect(tables()).toBe(before);
  });

  it('may be asked by an application with the role', async () => {
    const as = principal(['Operator'], { claims: [['idtyp', 'app']] });
    expect((await post({}, '', { as })).status).toBe(200);
  });
});

describe('beyond 10,000 resources', () => {
  /** The counts say so: nothing is listed before the answer. */
  beforeEach(() => {
    const readFindings = async () => ({ resources: 10_001, findings: {} });
    service = { ...deps, counts: { ...deps.counts, readFindings } };
  });
  const read = (id: string, asking: AskOptions = {}, call = getSettingsPreview) =>
    ask(call, serviceOf(service), { params: { id }, ...asking });
  const work = () => carryOutPreview(deps, { preview: id(), attempt: 0 });
  const id = () => [...deps.stored.previews.rows.keys()][0] ?? '';

  it('a preview is made in the background, and says the same', async () => {
    const answer = valid(previewSettings, await post({ mode: 'autofix' }));
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/api/settings/preview/${id()}`]);
    expect(answer.body).toEqual({ id: id(), status: 'running' });
    expect(deps.stored.sweeps.map(({ message }) => message)).toEqual([{ preview: id(), attempt: 0 }]);
    expect((await read(id())).body).toEqual({ id: id(), status: 'running' });
    await work();
    const done = valid(getSettingsPreview, await read(id(), { query: '?limit=3' }));
    service = deps;
    const atOnce = await post({ mode: 'autofix' }, '?limit=3');
    const { id: _, status, nextCursor, ...result } = done.body;
    expect([status, done.headers.get('etag'), result]).toEqual(
      ['done', '"0"', { ...atOnce.body, nextCursor: undefined }].map((one) => JSON.parse(JSON.stringify(one))),
    );
    const rest = await read(id(), { query: `?limit=3&cursor=${nextCursor}` });
    expect([(rest.body.items as unknown[]).length, rest.body.nextCursor]).toEqual([2, undefined]);
    expect(deps.stored.entries).toEqual([]);
  });

  it('is made once, however often its message comes', async () => {
    await post({ mode: 'autofix' });
    await work();
    const made = tables();
    await work();
    await carryOutPreview(deps, { preview: 'none', attempt: 0 });
    expect(tables()).toBe(made);
  });

  it('has more items than a row takes', async () => {
    for (let n = 0; n < 120; n += 1) deps.stored.findings.push(violation(`${SHOP}-more-${n}`));
    await post({ mode: 'audit' });
    await work();
    const { body } = await read(id(), { query: '?limit=200' });
    expect(body.items).toHaveLength(125);
  });

  it('is kept for a day, fails after an hour, and is removed when the next one begins', async () => {
    await post({ mode: 'autofix' });
    const first = id();
    deps.clock.advance(3601);
    expect((await read(first)).body).toEqual({ id: first, status: 'failed' });
    deps.clock.advance(86_400);
    expect(statusAndCode(await read(first))).toBe('404 not-found');
    await post({ mode: 'audit' });
    expect(deps.stored.previews.rows.has(first)).toBe(false);
  });

  it('is read by operators, at the place of its kind only', async () => {
    await post({ mode: 'autofix' });
    expect(statusAndCode(await read(id(), { as: principal(['Reader']) }))).toBe('403 forbidden');
    expect(statusAndCode(await read(id(), {}, getExemptionsPreview))).toBe('404 not-found');
    for (const other of ['none', '../x', `${id()}-00000000`])
      expect(statusAndCode(await read(other)), other).toBe('404 not-found');
  });

  it('few resources in the scopes that differ are judged at once', async () => {
    const answer = await post({ mode: 'approve', scopes: [{ scope: GROUP, mode: 'autofix' }] });
    expect([answer.status, answer.body.fixes]).toEqual([200, 5]);
  });
});

describe('POST /exemptions/preview', () => {
  it('says what an exemption covers and changes, which approvals it clears, and writes nothing', async () => {
    const before = tables();
    const { status, body } = await exempt(good);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      covered: 5,
      approvalsCleared: 5,
      changes: [{ rule: 'webapp-min-tls', before: 'queue', after: 'exempt', resources: 5 }],
    });
    expect(body.items).toContainEqual({
      resource: { id: SHOP, type: 'Microsoft.Web/sites', name: 'shop' },
      ...{ rule: 'webapp-min-tls', severity: 'high', before: 'queue', after: 'exempt', approvalId: 'approval-1' },
      reasons: expect.arrayContaining([
        { code: 'exempt', text: 'Exempt until 2026-04-01T00:00:00.000Z: an old scanner (Team Shop)' },
      ]),
    });
    expect(tables()).toBe(before);
  });

  it('takes several, which may overlap, and covers by whole segments', async () => {
    const { body } = await exempt({ items: [{ ...good, scope: SHOP }, { ...good, scope: `${SHOP}1` }, good] });
    expect(body.covered).toBe(5);
    expect((await exempt({ ...good, scope: SHOP })).body.covered).toBe(1);
    expect((await exempt({ ...good, rule: 'webapp-remote-debugging' })).body).toMatchObject({ covered: 0, items: [] });
  });

  it.each<[string, unknown, string[]]>([
    ['a scope that is none', { ...good, scope: '/x' }, ['/scope']],
    [
      'an unknown rule and an end in the past',
      { ...good, rule: 'webapp-tls', expires: '2026-01-01' },
      ['/rule', '/expires'],
    ],
    ['no owner', { ...good, owner: ' ' }, ['/owner']],
    ['an unknown key', { ...good, id: 'x1' }, ['/id']],
    ['faults of one of several', { items: [good, { ...good, rule: 'webapp-tls' }] }, ['/items/1/rule']],
    ['a fault in the form of one of several', { items: [good, { ...good, scope: 1 }] }, ['/items/1/scope']],
    ['none', { items: [] }, ['/items']],
    ['too many', { items: Array(101).fill(good) }, ['/items']],
  ])('refuses %s by its pointer', async (_, body, pointers) => {
    const answer = await exempt(body);
    expect(statusAndCode(answer)).toBe('400 invalid');
    expect((answer.body.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
  });
});
