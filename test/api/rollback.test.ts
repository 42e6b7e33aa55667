/** POST /audit/{id}/rollback: what it answers, and what it refuses. */
import { beforeEach, expect, it } from 'vitest';
import { rollback } from '../../src/api/audit.ts';
import * as schemas from '../../src/api/schemas.ts';
import { read } from '../domain/examples.ts';
import { ask, principal, serviceOf, told } from './asking.ts';
import { type MemoryWorld, memoryWorld } from './memory-world.ts';
import { bob, change, fact, memory, SHOP, shop } from './samples.ts';

let world: MemoryWorld;
let minTlsVersion: string;
const here = { params: { id: 'audit-1' }, body: { comment: 'the old clients' } };

beforeEach(async () => {
  const plain = memoryWorld();
  minTlsVersion = '1.2';
  world = {
    ...plain,
    arm: {
      ...plain.arm,
      read: async (resource, names) => ({
        resource,
        documents: Object.fromEntries(names.map((name) => [name, read({ properties: { minTlsVersion } })])),
      }),
    },
    memories: {
      load: async () => ({ value: world.stored.memories.get(SHOP.toLowerCase()) ?? memory(), version: '1' }),
      save: async (_, value) => {
        world.stored.memories.set(SHOP.toLowerCase(), value);
        return '1';
      },
    },
  };
  await world.audit.append([fact(), fact({ id: 'audit-2', kind: 'fix.failed' })]);
});

const asks = (differs: object = {}) => ask(rollback, serviceOf(world), { ...here, ...differs });

it('answers 202 with an approval that who asked has decided', async () => {
  const answer = await asks();
  expect(answer.status).toBe(202);
  expect(schemas.approval.parse(answer.body)).toMatchObject({
    id: 'an-approval-of-ours',
    purpose: 'rollback',
    status: 'approved',
    resource: shop,
    changes: [{ ...change, from: '1.2', to: '1.0' }],
    plan: [{ method: 'PATCH', path: `${SHOP}/config/web`, body: { properties: { minTlsVersion: '1.0' } } }],
    decision: { by: { name: 'ada@example.com' }, comment: 'the old clients' },
  });
  expect(world.stored.memories.get(SHOP.toLowerCase())?.openApprovals).toContain('an-approval-of-ours');
  expect(world.stored.sent).toContainEqual({ resource: SHOP, cause: 'decision', attempt: 0 });
});

it('moved comes with the difference', async () => {
  minTlsVersion = '1.3';
  const answer = await asks();
  expect(told(answer)).toBe('409 moved');
  expect(answer.body.moved).toEqual([{ ...change, from: '1.2', to: '1.3' }]);
});

it.each([
  ['an entry that nobody knows', { params: { id: 'audit-9' } }, '404 not-found'],
  ['an entry that nobody knows, and no comment', { params: { id: 'audit-9' }, body: {} }, '404 not-found'],
  ['no comment', { body: {} }, '400 invalid'],
  ['a comment that says nothing', { body: { comment: ' ' } }, '400 invalid'],
  ['a parameter that it does not know', { query: '?force=true' }, '400 invalid'],
  ['what was never written', { params: { id: 'audit-2' } }, '409 not-reversible'],
  ['who changed it', { as: principal(['Approver'], { objectId: bob.objectId }) }, '403 own-change'],
  ['a reader', { as: principal(['Reader']) }, '403 forbidden'],
  ['an operator', { as: principal(['Operator']) }, '403 forbidden'],
  ['an application', { as: principal(['Approver'], { claims: [['idtyp', 'app']] }) }, '403 not-a-person'],
  ['nobody', { as: null }, '401 unauthenticated'],
  ['another origin', { headers: { origin: 'https://elsewhere.example' } }, '403 forbidden'],
])('%s', async (_, differs, expected) => {
  expect(told(await asks(differs))).toBe(expected);
  expect(world.stored.approvals.size).toBe(0);
});
