/** Values that a write moved beside its changes, and a partly written plan: recorded, and rolled back. */

import { beforeAll, describe, expect, test } from 'vitest';
import { containerApp, environment, people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import type { Approval, AuditEntry } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { insecure, rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const nowhere = { appLogsConfiguration: { destination: null, logAnalyticsConfiguration: null } };
const refusing = environment({ name: 'refusing', properties: nowhere });
const office = [{ name: 'office', action: 'Allow', ipAddress: '203.0.113.0/24', priority: 100 }];
const restricted = ['wiped', 'overtaken'].map((name) =>
  rightWebApp(name, { web: { ipSecurityRestrictions: office, scmIpSecurityRestrictionsUseMain: true } }),
);
const swapping = rightWebApp('swapping', { site: { httpsOnly: false } });

const ordinary = [
  rightWebApp('ordinary', { site: { httpsOnly: false }, web: { minTlsVersion: '1.0' }, diagnostics: {} }),
  containerApp({ name: 'ordinary', ingress: { allowInsecure: true } }),
  environment({ name: 'ordinary', properties: nowhere }),
];

const plumbline = usePlumbline({ resources: [refusing, swapping, ...restricted, ...ordinary] });

const DELEGATION = 'ManagedEnvironmentV1SubnetDelegationNotAllowed';
const PREPARED = 'The slot cannot be changed because its configuration settings have been prepared for swap.';

beforeAll(() => {
  const { simulator } = plumbline;
  simulator.addFault({
    match: { method: 'PATCH', path: `${refusing.id}$` },
    action: 'answer',
    status: 400,
    body: { error: { code: DELEGATION, message: 'The subnet must not have a delegation.' } },
  });
  simulator.addFault({
    match: { method: 'PATCH', path: `${swapping.id}$` },
    action: 'answer',
    status: 409,
    body: { Code: 'Conflict', Message: PREPARED, Target: null, Details: [{ Message: PREPARED }] },
  });
  for (const { id } of restricted) {
    const patch = { properties: { ipSecurityRestrictions: [] } };
    simulator.addSideEffect({ match: { method: 'PATCH', path: `${id}$` }, document: 'config/web', patch, times: 1 });
  }
});

const entryOf = (id: string, kind: string): Promise<AuditEntry> =>
  eventually(`${kind} of ${id}`, async () => (await plumbline.audit(id)).find((entry) => entry.kind === kind));

async function rollBack({ id }: AuditEntry): Promise<Approval> {
  const approver = plumbline.as(staff.approver, 'Approver');
  const answer = await approver.ask('POST', `/audit/${id}/rollback`, { body: { comment: 'as it was' } });
  expect(answer.statusAndCode).toBe('202');
  const asked = approvalAnswer.parse(answer.body);
  return eventually(`the end of rollback ${asked.id}`, async () => {
    const found = await approver.get(`/approvals/${asked.id}`, approvalAnswer);
    return found.status === 'approved' ? null : found;
  });
}

/** A fix of the site whose update removes the restrictions of its configuration. */
async function wipedBy(id: string): Promise<AuditEntry> {
  await plumbline.change(ada, id, 'resource', insecure);
  return entryOf(id, 'fix.applied');
}

describe.concurrent('values that moved with a write', () => {
  const [wiped, overtaken] = restricted.map(({ id }) => id);

  test('are recorded, and rolled back with the fix', async () => {
    if (wiped === undefined) throw new Error('there is a site');
    const applied = await wipedBy(wiped);
    expect(applied.alsoMoved).toMatchObject([
      { document: 'config/web', path: '/properties/ipSecurityRestrictions', from: [{ name: 'office' }], to: [] },
    ]);
    expect(applied.reasons).toMatchObject([{ code: 'also-moved' }]);
    const rollback = await rollBack(applied);
    expect(rollback).toMatchObject({ status: 'applied', reasons: [{ code: 'also-moved' }] });
    const configuration = JSON.stringify(plumbline.simulator.get(wiped, 'config/web'));
    expect(configuration).toContain('203.0.113.0/24');
    expect(plumbline.writes(wiped)).toEqual(['PATCH resource', 'PATCH resource', 'PATCH config/web']);
  });

  test('stay when somebody else has written the app since', async () => {
    if (overtaken === undefined) throw new Error('there is a site');
    const applied = await wipedBy(overtaken);
    await plumbline.outcomeOf(await plumbline.change(grace, overtaken, 'resource', touched));
    const rollback = await rollBack(applied);
    expect(rollback.changes.map(({ path }) => path)).toEqual(['/properties/httpsOnly']);
    expect(rollback).toMatchObject({ status: 'applied', reasons: [{ code: 'not-put-back' }] });
    expect(JSON.stringify(plumbline.simulator.get(overtaken, 'config/web'))).not.toContain('203.0.113.0/24');
  });
});

test.each(ordinary)('an ordinary write moves nothing else: $id', async ({ id }) => {
  await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', touched));
  const applied = (await plumbline.audit(id)).filter(({ kind }) => kind === 'fix.applied');
  expect(applied.length).toBeGreaterThan(0);
  expect(applied.flatMap(({ alsoMoved, reasons }) => [...alsoMoved, ...reasons])).toEqual([]);
});

test('of a plan whose second request was refused the entry has the written part, and it is rolled back', async () => {
  await plumbline.outcomeOf(await plumbline.change(ada, refusing.id, 'resource', touched));
  const failed = await entryOf(refusing.id, 'fix.failed');
  expect(failed).toMatchObject({
    changes: [{ document: 'diagnosticSettings', path: '/value/plumbline/properties', from: null }],
    reasons: [{ code: 'invalid' }, { code: 'part-applied' }],
  });
  expect(failed.message).toContain(DELEGATION);
  const ends = (await plumbline.audit(refusing.id)).filter(({ operationId }) => operationId === failed.operationId);
  expect(ends.map(({ kind }) => kind)).toEqual(['fix.intended', 'fix.failed']);
  expect(await rollBack(failed)).toMatchObject({ status: 'applied' });
  // The event of the created setting causes another try of the rest.
  expect(plumbline.writes(refusing.id).filter((write) => write !== 'PATCH resource')).toEqual([
    'PUT diagnosticSettings/plumbline',
    'DELETE diagnosticSettings/plumbline',
  ]);
});

test('a conflict that only a person can end is blocked, with the message of Azure', async () => {
  await plumbline.outcomeOf(await plumbline.change(ada, swapping.id, 'resource', touched));
  expect((await entryOf(swapping.id, 'fix.blocked')).reasons).toMatchObject([
    { code: 'blocked', text: expect.stringContaining('prepared for swap') },
  ]);
  expect(plumbline.writes(swapping.id)).toEqual(['PATCH resource']);
});
