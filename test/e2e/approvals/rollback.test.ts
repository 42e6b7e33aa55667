/** Rollbacks and bulk decisions in the whole development environment. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer, approvalGroups, decisions } from '../../../src/api/endpoints/approvals/schemas.ts';
import type { Answer, AuditEntry } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { insecure, rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const returned = rightWebApp('returned');
const moving = rightWebApp('moving');
const silent = rightWebApp('silent', { diagnostics: {} });
const many = ['many-1', 'many-2'].map((name) => rightWebApp(name, { web: { remoteDebuggingEnabled: true } }));

const plumbline = usePlumbline({ resources: [returned, moving, silent, ...many] });
const approver = (caller = staff.approver) => plumbline.as(caller, 'Approver');

/** The entry of the fix that follows a change. */
async function fixOf(id: string, change: unknown, document = 'resource'): Promise<AuditEntry> {
  await plumbline.outcomeOf(await plumbline.change(ada, id, document, change));
  const entry = (await plumbline.audit(id)).findLast(({ kind }) => kind === 'fix.applied');
  if (!entry) throw new Error(`nothing was fixed on ${id}`);
  return entry;
}

const rollBack = (entry: AuditEntry, caller = staff.approver): Promise<Answer> =>
  approver(caller).ask('POST', `/audit/${entry.id}/rollback`, { body: { comment: 'the old clients' } });

async function applied(answer: Answer): Promise<void> {
  expect(answer.statusAndCode).toBe('202');
  const { id, purpose } = approvalAnswer.parse(answer.body);
  expect(purpose).toBe('rollback');
  await eventually(`rollback ${id} applied`, async () => {
    expect(await approver().get(`/approvals/${id}`, approvalAnswer)).toMatchObject({ status: 'applied' });
    return true;
  });
}

describe.concurrent('a fix is rolled back', () => {
  test('by an approver who is no changer, and the rule is exempt through later events', async () => {
    const entry = await fixOf(returned.id, insecure);
    expect((await rollBack(entry, ada)).statusAndCode).toBe('403 own-change');
    const answer = await rollBack(entry);
    await applied(answer);
    expect(await rollBack(entry)).toMatchObject({ status: 202, body: { id: approvalAnswer.parse(answer.body).id } });
    await plumbline.outcomeOf(await plumbline.change(grace, returned.id, 'resource', touched));
    await plumbline.atRest(returned.id);
    expect(plumbline.writes(returned.id)).toEqual(['PATCH resource', 'PATCH resource']);
    const finding = (await plumbline.findings(returned.id)).get('webapp-https-only');
    expect(finding).toMatchObject({ verdict: 'violation', decision: { action: 'exempt' } });
    expect((await plumbline.audit(returned.id)).map(({ kind }) => kind)).toEqual([
      ...['fix.intended', 'fix.applied', 'approval.approved'],
      ...['rollback.intended', 'exemption.created', 'rollback.applied'],
    ]);
  });

  test('except when the value was changed since', async () => {
    const tls = (minTlsVersion: string) => ({ properties: { minTlsVersion } });
    const entry = await fixOf(moving.id, tls('1.0'), 'config/web');
    await plumbline.outcomeOf(await plumbline.change(grace, moving.id, 'config/web', tls('1.3')));
    const answer = await rollBack(entry);
    expect(answer.statusAndCode).toBe('409 moved');
    const { moved } = z.object({ moved: z.array(z.unknown()) }).parse(answer.body);
    expect(moved).toEqual([{ document: 'config/web', path: '/properties/minTlsVersion', from: '1.2', to: '1.3' }]);
  });

  test('by deleting a diagnostic setting that the fix created', async () => {
    const entry = await fixOf(silent.id, touched);
    await applied(await rollBack(entry));
    expect(plumbline.writes(silent.id)).toEqual([
      'PUT diagnosticSettings/plumbline',
      'DELETE diagnosticSettings/plumbline',
    ]);
  });
});

test('many approvals are counted and decided at once', async () => {
  const waiting = [];
  for (const { id } of many) {
    await plumbline.outcomeOf(await plumbline.change(grace, id, 'resource', touched));
    waiting.push(await plumbline.pending(id, 'webapp-remote-debugging'));
  }
  const groups = await approver().get('/approvals?group=rule', approvalGroups);
  expect(groups.items).toMatchObject([{ key: 'webapp-remote-debugging', count: 2 }]);
  const items = [...waiting.map(({ id, digest }) => ({ id, digest })), { id: 'unknown', digest: 'sha256:0' }];
  const body = { decision: 'approve', items, comment: 'reviewed' };
  const answer = await approver().ask('POST', '/approvals/decisions', { body });
  expect(decisions.parse(answer.body).items.map(({ status }) => status)).toEqual([202, 202, 404]);
  for (const { id } of many) await eventually(`the write to ${id}`, () => plumbline.writes(id).length > 0);
});
