import { beforeEach, describe, expect, it } from 'vitest';
import {
  createExemption,
  deleteExemption,
  exemptionAnswer,
  listExemptions,
} from '../../../src/api/endpoints/exemptions.ts';
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
    expect((await list()).body).toEqual({ items: [answer.body] });
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
    expect(statusAndCode(await list('?rule=webapp-min-tls'))).toBe('400 invalid');
  });
});
