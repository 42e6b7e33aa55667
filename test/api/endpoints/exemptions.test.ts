import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createExemption,
  deleteExemption,
  exemptionAnswer,
  listExemptions,
  renewExemption,
} from '../../../src/api/endpoints/exemptions.ts';
import { expireExemptions } from '../../../src/workflows/exemptions/expire-exemptions.ts';
import { reportUnexplained } from '../../../src/workflows/housekeeping/verify-records.ts';
import { TooManyToSort } from '../../../src/workflows/ports/settings.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { ADA, type AskOptions, ask, principal, serviceOf, statusAndCode } from '../ask.ts';
import { finding, GROUP, SHOP, shop } from '../samples.ts';

let deps: FakeDeps;
const good = {
  scope: GROUP,
  rule: 'webapp-min-tls',
  owner: 'Team Shop',
  reason: 'an old scanner',
  expires: '2026-04-01T00:00:00Z',
};
const post = (body: unknown, asking: AskOptions = {}) => ask(createExemption, serviceOf(deps), { body, ...asking });
const list = (query = '') => ask(listExemptions, serviceOf(deps), { query });
const remove = (id: string, asking: AskOptions = {}) =>
  ask(deleteExemption, serviceOf(deps), { params: { id }, ...asking });
const kinds = () => deps.stored.entries.map(({ kind }) => kind);

beforeEach(() => {
  deps = apiDeps();
});

describe('an exemption', () => {
  it('is created with its owner, listed, and removed once', async () => {
    const answer = await post({ ...good, ticket: 'SHOP-7' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      ...good,
      ticket: 'SHOP-7',
      expires: '2026-04-01T00:00:00.000Z',
      id: expect.any(String),
      createdAt: NOW,
      createdBy: { type: 'user', objectId: ADA, name: 'ada@example.com' },
    });
    expect(exemptionAnswer.parse(answer.body)).toEqual(answer.body);
    expect((await list()).body).toEqual({ items: [{ ...answer.body, covers: 0 }] });
    const id = String(answer.body.id);
    const gone = await remove(id);
    expect([gone.status, gone.text, gone.headers.get('content-type')]).toEqual([204, '', null]);
    expect((await list()).body).toEqual({ items: [] });
    expect(statusAndCode(await remove(id))).toBe('404 not-found');
    expect(kinds()).toEqual(['exemption.created', 'exemption.removed']);
    expect(deps.stored.entries[0]).toMatchObject({ rule: 'webapp-min-tls', actor: { objectId: ADA }, resource: null });
  });

  it('stores its scope in one form', async () => {
    const { status, body } = await post({
      ...good,
      scope: `${GROUP.replace('/resourceGroups', '//resourceGroups')}//`,
    });
    expect([status, body.scope]).toEqual([201, GROUP]);
  });

  it('needs no ticket, and may be created by an application with the role', async () => {
    const as = principal(['Operator'], { claims: [['idtyp', 'app']] });
    const { status, body } = await post(good, { as });
    expect([status, Object.hasOwn(body, 'ticket')]).toEqual([201, false]);
    expect(body.createdBy).toMatchObject({ type: 'app', objectId: ADA });
    expect((await remove(String(body.id), { as })).status).toBe(204);
  });

  it('queues the resources of its scope with violations, and no others', async () => {
    const at = (name: string) => ({ ...shop, id: SHOP.replace('/sites/shop', `/sites/${name}`) });
    const elsewhere = { ...shop, id: SHOP.replace('/prod/', '/test/') };
    deps.stored.findings.push(
      finding(),
      finding({ resource: at('right'), verdict: 'compliant', decision: null }),
      finding({ resource: at('debugged'), rule: 'webapp-remote-debugging' }),
      finding({ resource: elsewhere }),
    );
    await post(good);
    expect(deps.stored.sent).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
  });

  it('of a whole subscription queues a hundred resources at once', async () => {
    const named = (n: number) => ({ ...shop, id: `${SHOP}-${n}` });
    deps.stored.findings.push(...Array.from({ length: 130 }, (_, n) => finding({ resource: named(n) })));
    await post(good);
    expect(deps.stored.sent).toHaveLength(100);
  });

  it('that has ended is not listed and cannot be removed', async () => {
    const { body } = await post({ ...good, expires: '2026-03-01T12:00:00.001Z' });
    const later = { ...deps, clock: { ...deps.clock, now: () => new Date('2026-03-01T12:00:01Z') } };
    expect((await ask(listExemptions, serviceOf(later))).body).toEqual({ items: [] });
    const params = { id: String(body.id) };
    expect(statusAndCode(await ask(deleteExemption, serviceOf(later), { params }))).toBe('404 not-found');
  });

  it.each<[string, unknown]>([
    ['/colour', { ...good, colour: 'red' }],
    ['/scope', { ...good, scope: '/resourceGroups/prod' }],
    ['/scope', { ...good, scope: `${GROUP}/../other` }],
    ['/rule', { ...good, rule: 'webapp-none' }],
    ['/owner', { ...good, owner: '  ' }],
    ['/reason', { ...good, reason: '' }],
    ['/ticket', { ...good, ticket: 7 }],
    ['/expires', { ...good, expires: undefined }],
    ['/expires', { ...good, expires: 'soon' }],
    ['/expires', { ...good, expires: NOW }],
    ['/expires', { ...good, expires: '2027-03-01T12:00:00.001Z' }],
  ])('with an error at %s is 400', async (pointer, body) => {
    const answer = await post(body);
    expect(statusAndCode(answer)).toBe('400 invalid');
    expect(answer.body.errors).toEqual([{ pointer, detail: expect.any(String) }]);
    expect([deps.stored.exemptions.size, kinds()]).toEqual([0, []]);
  });

  it.each(['Reader', 'Approver'])('needs the role Operator: a %s gets 403', async (role) => {
    const as = principal([role]);
    const { body } = await post(good);
    expect(statusAndCode(await post(good, { as }))).toBe('403 forbidden');
    expect(statusAndCode(await remove(String(body.id), { as }))).toBe('403 forbidden');
    expect(deps.stored.exemptions.size).toBe(1);
  });

  it('cannot be removed from another origin, and an invalid id is 404', async () => {
    const { body } = await post(good);
    const headers = { origin: 'https://elsewhere.example' };
    expect(statusAndCode(await remove(String(body.id), { headers }))).toBe('403 forbidden');
    expect(statusAndCode(await remove('no id'))).toBe('404 not-found');
  });

  it('is listed page by page', async () => {
    for (let n = 0; n < 3; n += 1) await post({ ...good, owner: `Team ${n}` });
    const first = await list('?limit=2');
    expect(first.body.items).toMatchObject([{ owner: 'Team 2' }, { owner: 'Team 1' }]);
    const cursor = encodeURIComponent(String(first.body.nextCursor));
    expect((await list(`?limit=2&cursor=${cursor}`)).body).toMatchObject({ items: [{ owner: 'Team 0' }] });
    expect(statusAndCode(await list('?colour=red'))).toBe('400 invalid');
  });
});

describe('the list of exemptions', () => {
  const ids = async (query: string) => {
    const { body } = await list(query);
    return Array.isArray(body.items) ? body.items.map((one) => Object(one).owner).join(' ') : String(body.code);
  };

  beforeEach(async () => {
    await post({ ...good, owner: 'A', expires: '2026-05-01T00:00:00Z' });
    deps.clock.advance(1);
    await post({ ...good, owner: 'B', scope: SHOP, rule: 'webapp-remote-debugging', ticket: 'OPS-1' });
    deps.clock.advance(1);
    await post({ ...good, owner: 'C', scope: GROUP.replace('prod', 'test'), reason: 'a Migration' });
  });

  it.each([
    ['', 'C B A'],
    [`?resource=${SHOP}`, 'B A'],
    [`?resource=${GROUP}`, 'B A'],
    [`?resource=${GROUP.split('/resourceGroups')[0]}`, 'C B A'],
    [`?resource=${SHOP}-2`, 'A'],
    ['?rule=webapp-min-tls', 'C A'],
    ['?rule=webapp-min-tls,webapp-remote-debugging', 'C B A'],
    ['?owner=b', 'B'],
    ['?expiresBefore=2026-04-02', 'C B'],
    ['?q=MIGRATION', 'C'],
    ['?q=ops-', 'B'],
    ['?sort=created', 'A B C'],
    ['?sort=-created', 'C B A'],
    ['?sort=-expires&limit=1', 'A'],
    ['?state=ended', ''],
    ['?state=open', 'invalid'],
    ['?sort=owner', 'invalid'],
    ['?resource=shop', 'invalid'],
    ['?expiresBefore=soon', 'invalid'],
  ])('with %j has %j', async (query, owners) => {
    expect(await ids(query)).toBe(owners);
  });

  it('has a total where it is asked for, and goes on where the page before ended', async () => {
    const { body } = await list('?sort=expires&total=true&limit=1');
    expect([body.total, (await list('?q=migration&total=true')).body.total, (await list()).body.total]).toEqual([
      ...[3, 1, undefined],
    ]);
    const cursor = encodeURIComponent(String(body.nextCursor));
    expect(await ids(`?sort=expires&total=true&limit=2&cursor=${cursor}`)).toMatch(/^[BC] A$/);
    expect(await ids(`?sort=-expires&total=true&cursor=${cursor}`)).toBe('bad-cursor');
  });

  it('says how many exempt findings each covers', async () => {
    const exempt = { action: 'exempt' as const, until: null, reasons: [], ceilings: [] };
    const other = { ...shop, id: `${SHOP}-2` };
    deps.stored.findings.push(
      finding({ decision: exempt }),
      finding({ decision: exempt, resource: other }),
      finding({ decision: exempt, resource: other, rule: 'webapp-remote-debugging' }),
      finding({ resource: { ...shop, id: `${SHOP}-3` } }),
    );
    const covers = async () => Object(await list()).body.items.map((one: unknown) => Object(one).covers);
    expect(await covers()).toEqual([0, 0, 2]);
    deps = { ...deps, findings: { ...deps.findings, visitBriefs: async () => false } };
    expect(await covers()).toEqual([undefined, undefined, undefined]);
  });

  it('has those that have ended: when, by whom and why', async () => {
    const found = (await list('?owner=B')).body.items;
    await remove(String(Object(Object(found)[0]).id));
    deps.clock.advanceTo(new Date('2026-04-01T00:00:00.000Z'));
    await expireExemptions(deps);
    const { body } = await list('?state=ended');
    expect(body.items).toMatchObject([
      { owner: 'C', endedAt: '2026-04-01T00:00:00.000Z', why: 'expired', endedBy: { type: 'service' } },
      {
        owner: 'B',
        endedAt: '2026-03-01T12:00:02.000Z',
        why: 'removed',
        endedBy: { type: 'user', objectId: ADA },
        ticket: 'OPS-1',
      },
    ]);
    expect(listExemptions.result instanceof z.ZodType && listExemptions.result.parse(body)).toEqual(body);
    expect(await ids('')).toBe('A');
    expect(await ids('?state=ended&sort=created&q=migration')).toBe('C');
    deps.clock.advance(3600);
    await expireExemptions(deps);
    expect([deps.stored.exemptions.size, await ids('?state=ended')]).toEqual([1, 'C B']);
  });

  it('refuses an order of more than can be sorted', async () => {
    const search = async () => {
      throw new TooManyToSort('there are more than 2000 rows');
    };
    deps = { ...deps, exemptions: { ...deps.exemptions, search } };
    const { status, body } = await list('?sort=expires');
    expect([status, body.errors]).toEqual([
      ...[400, [{ parameter: 'sort', detail: 'cannot be used, there are more than 2000 rows; leave it out' }]],
    ]);
  });
});

describe('a renewal', () => {
  const renewed = (id: string, body: unknown, asking: AskOptions = {}) =>
    ask(renewExemption, serviceOf(deps), { params: { id }, body, ...asking });
  const renewal = { expires: '2026-09-01T00:00:00Z', reason: 'the migration is late' };

  it('changes end and reason, is signed, and requeues the violations', async () => {
    const { body } = await post(good);
    deps.stored.findings.push(finding());
    const id = String(body.id);
    deps.clock.advance(60);
    const answer = await renewed(id, renewal);
    expect([answer.status, answer.body]).toEqual([
      ...[200, { ...body, expires: '2026-09-01T00:00:00.000Z', reason: 'the migration is late' }],
    ]);
    expect(deps.stored.entries.map(({ kind, message }) => `${kind} ${message.split(':')[0]}`)).toEqual([
      ...['exemption.created Exempt', 'exemption.created Renewed'],
    ]);
    expect(deps.stored.sent).toEqual([{ resource: SHOP, cause: 'wake', attempt: 0 }]);
    expect(await reportUnexplained(deps)).toEqual([]);
    expect((await remove(id)).status).toBe(204);
    expect(await reportUnexplained(deps)).toEqual([]);
  });

  it('is not undone by the row from before it', async () => {
    const { body } = await post(good);
    const id = String(body.id);
    const before = deps.stored.exemptions.get(id);
    deps.clock.advance(60);
    await renewed(id, { ...renewal, expires: '2026-03-02T00:00:00Z' });
    const row = deps.stored.exemptions.get(id);
    if (!before || !row) throw new Error('there is no row');
    deps.stored.exemptions.set(id, { ...row, value: before.value });
    expect(await reportUnexplained(deps)).toEqual([expect.stringContaining('it is not as it was granted by entry')]);
  });

  it('is bound by what binds a new one, and refused for one that is not in force', async () => {
    const { body } = await post(good);
    const id = String(body.id);
    const refused = async (more: object, asking: AskOptions = {}) =>
      statusAndCode(await renewed(id, { ...renewal, ...more }, asking));
    for (const more of [{ expires: NOW }, { expires: '2027-03-02T12:00:00Z' }, { reason: ' ' }, { owner: 'Team' }]) {
      expect(await refused(more)).toBe('400 invalid');
    }
    expect(await refused({}, { as: principal(['Approver']) })).toBe('403 forbidden');
    expect(statusAndCode(await renewed('none', { expires: 1 }))).toBe('404 not-found');
    await remove(id);
    expect(await refused({})).toBe('404 not-found');
    expect(kinds()).toEqual(['exemption.created', 'exemption.removed']);
  });
});

describe('several exemptions at once', () => {
  it('get an answer each', async () => {
    const items = [good, { ...good, rule: 'webapp-none' }, { ...good, colour: 'red' }, 7, { ...good, owner: 'Other' }];
    const { status, body } = await post({ items });
    expect(status).toBe(200);
    expect(createExemption.result instanceof z.ZodType && createExemption.result.parse(body)).toEqual(body);
    expect(body.items).toMatchObject([
      { status: 201, exemption: { owner: 'Team Shop' } },
      { status: 400, problem: { errors: [{ pointer: '/rule' }] } },
      { status: 400, problem: { errors: [{ pointer: '/colour' }] } },
      { status: 400, problem: { code: 'invalid' } },
      { status: 201, exemption: { owner: 'Other' } },
    ]);
    expect(deps.stored.exemptions.size).toBe(2);
  });

  it.each([{ items: [] }, { items: Array(101).fill(good) }, { items: [good], scope: GROUP }, { items: good }])(
    '%# is refused as a whole',
    async (body) => {
      expect(statusAndCode(await post(body))).toBe('400 invalid');
      expect(deps.stored.exemptions.size).toBe(0);
    },
  );
});
