import { describe, expect, it } from 'vitest';
import { requestApprovals } from '../../../../src/api/endpoints/approvals/request-approvals.ts';
import type { Finding } from '../../../../src/domain/decisions/finding.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import { ask, principal, serviceOf, statusAndCode } from '../../ask.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/prod';
const RULE = 'webapp-remote-debugging';

function reported(name: string, code: 'found-by-sweep' | 'mode-audit'): Finding {
  const id = `${GROUP}/providers/Microsoft.Web/sites/${name}`;
  return {
    rule: RULE,
    title: 'Remote debugging is off',
    severity: 'high',
    tier: 'risky',
    verdict: 'violation',
    reason: 'It is on.',
    resource: { id, type: 'Microsoft.Web/sites', name },
    changes: [],
    references: [],
    since: '2026-03-01T12:00:00.000Z',
    evaluatedAt: '2026-03-01T12:00:00.000Z',
    decision: { action: 'report', until: null, reasons: [{ code, text: 'so' }], ceilings: [] },
  };
}

describe('POST /approvals', () => {
  it('requests an approval for each resource of the scope that is found-by-sweep, and for no other', async () => {
    const deps = apiDeps();
    deps.stored.findings.push(
      reported('a', 'found-by-sweep'),
      reported('b', 'found-by-sweep'),
      reported('c', 'mode-audit'),
      { ...reported('d', 'found-by-sweep'), verdict: 'compliant', decision: null },
    );
    const answer = await ask(requestApprovals, serviceOf(deps), { body: { rule: RULE, scope: GROUP } });
    expect([answer.status, answer.body]).toEqual([202, { queued: 2 }]);
    expect(deps.stored.sweeps.map(({ message }) => message)).toMatchObject([
      { cause: 'request', rule: RULE, resource: expect.stringMatching(/\/a$/) },
      { cause: 'request', rule: RULE, resource: expect.stringMatching(/\/b$/) },
    ]);
    const elsewhere = { rule: RULE, scope: `${GROUP}uction` };
    expect((await ask(requestApprovals, serviceOf(deps), { body: elsewhere })).body).toEqual({ queued: 0 });
  });

  it('needs the role Operator and a known rule', async () => {
    const service = serviceOf(apiDeps());
    const body = { rule: RULE, scope: GROUP };
    expect(statusAndCode(await ask(requestApprovals, service, { as: principal(['Approver']), body }))).toBe(
      '403 forbidden',
    );
    expect(statusAndCode(await ask(requestApprovals, service, { body: { ...body, rule: 'no-rule' } }))).toBe(
      '400 invalid',
    );
  });
});
