/**
 * A property that Azure may ignore in a PATCH, because its published model lacks it, is never recorded as applied
 * unless it is.
 */

import { beforeAll, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { ruleAnswer } from '../../../src/api/endpoints/rules.ts';
import { pageSchema } from '../../../src/api/framework/page.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const container = { kind: 'app,linux,container' };
const ignored = rightWebApp('ignored', container);
const taken = rightWebApp('taken', container);

const plumbline = usePlumbline({ resources: [ignored, taken] });
const approver = () => plumbline.as(staff.approver, 'Approver');
const kindsOf = async (id: string) => (await plumbline.audit(id)).map(({ kind, rule }) => `${kind} ${rule}`);

beforeAll(async () => {
  // Only the rule under test.
  const { items } = await approver().get('/rules?limit=200', pageSchema(ruleAnswer));
  const others = items.filter(({ id }) => id !== 'webapp-ssh').map(({ id }) => [id, { enabled: false }]);
  await plumbline.as(staff.operator, 'Operator').putSettings({
    mode: 'autofix',
    profile: 'strict',
    rules: Object.fromEntries(others),
  });
});

/** Approves that the shell of the app is closed; returns the id of the approval. */
async function approved(id: string): Promise<string> {
  await plumbline.outcomeOf(await plumbline.change(people.grace, id, 'resource', touched));
  const approval = await plumbline.pending(id, 'webapp-ssh');
  expect((await approver().approve(approval, 'nobody needs it')).status).toBe(202);
  return approval.id;
}

async function ends(approval: string, status: string): Promise<void> {
  await eventually(
    `approval ${approval} in status ${status}`,
    async () => {
      expect(await approver().get(`/approvals/${approval}`, approvalAnswer)).toMatchObject({ status });
      return true;
    },
    90,
  );
}

const asked = ['approval.requested webapp-ssh', 'approval.approved webapp-ssh', 'fix.intended webapp-ssh'];

test('a change that Azure ignored is unknown, and one that it accepted is applied', async () => {
  await ends(await approved(ignored.id), 'unknown');
  expect(plumbline.simulator.get(ignored.id)).toMatchObject({ properties: { sshEnabled: null } });
  expect(await kindsOf(ignored.id)).toEqual([...asked, 'fix.unknown webapp-ssh']);
  expect((await plumbline.findings(ignored.id)).get('webapp-ssh')?.verdict).toBe('violation');

  plumbline.simulator.takesUnpublished = true;
  await ends(await approved(taken.id), 'applied');
  expect(plumbline.simulator.get(taken.id)).toMatchObject({ properties: { sshEnabled: false } });
  expect(await kindsOf(taken.id)).toEqual([...asked, 'fix.applied webapp-ssh']);
});
