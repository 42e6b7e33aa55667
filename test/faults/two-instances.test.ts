import { describe, expect, test } from 'vitest';
import { containerApp, people, webApp } from '../../simulator/estate.ts';
import { auditVerification } from '../../src/workflows/ports/audit.ts';
import { apiFor } from '../e2e/fixtures/api.ts';
import { staff } from '../e2e/fixtures/callers.ts';
import { gridEvent } from '../e2e/fixtures/deliveries.ts';
import { rightWebApp } from '../e2e/fixtures/estate.ts';
import { eventually } from '../e2e/fixtures/eventually.ts';
import { usePlumbline } from '../e2e/fixtures/plumbline.ts';

const { ada, grace } = people;
const stormy = webApp({ name: 'stormy', site: { httpsOnly: false }, web: { minTlsVersion: '1.0' } });
const operating = containerApp({ name: 'operating', ingress: { allowInsecure: true } });
const decided = rightWebApp('decided', { web: { remoteDebuggingEnabled: true } });

const plumbline = usePlumbline({ resources: [stormy, operating, decided], instances: 2 });
const urls = () => plumbline.dev.urls;

describe.concurrent('guarantee 3: one at a time per resource with two instances', () => {
  test.each([
    ['a web app', stormy, ['PATCH config/web', 'PATCH resource', 'PUT diagnosticSettings/plumbline'], 3],
    ['a container app', operating, ['PATCH resource'], 1],
  ])(
    'of many events about %s, half of them to each instance, each document is written once',
    async (_, { id }, writes, rules) => {
      const events = Array.from({ length: 24 }, (_unused, at) => gridEvent(id, { caller: at % 2 === 0 ? ada : grace }));
      await Promise.all(events.map((event, at) => deliver(urls()[at % 2] ?? '', event)));
      const outcomes = await Promise.all(events.map((event) => plumbline.outcomeOf(String(event.id), 60)));
      expect(outcomes.filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual([]);
      await plumbline.atRest(id, 60);
      expect(plumbline.writes(id).sort()).toEqual(writes);
      const kinds = (await plumbline.audit(id)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'fix.intended')).toHaveLength(rules);
      expect(kinds.filter((kind) => kind === 'fix.applied')).toHaveLength(rules);
      expect(kinds).toHaveLength(2 * rules);
    },
  );

  test('of a decision at each instance one stands', async () => {
    await deliver(urls()[0] ?? '', gridEvent(decided.id, { caller: grace }));
    const approval = await plumbline.pending(decided.id, 'webapp-remote-debugging');
    const approvers = [staff.approver, staff.otherApprover];
    const answers = await Promise.all(
      urls().map((url, at) => apiFor(url, approvers[at] ?? null, ['Approver']).approve(approval)),
    );
    expect(answers.map(({ statusAndCode }) => statusAndCode).sort()).toEqual(['202', '409 decided']);
    await eventually('the write', () => plumbline.writes(decided.id).length > 0);
    await plumbline.atRest(decided.id, 60);
    expect(plumbline.writes(decided.id)).toEqual(['PATCH config/web']);
  });
});

describe('guarantee 14: two writers, one log', () => {
  test('the chains have no fork', async () => {
    const reader = plumbline.as(staff.reader, 'Reader');
    expect(await reader.get('/audit/verify', auditVerification)).toMatchObject({ valid: true, complete: true });
  });
});

async function deliver(url: string, event: Record<string, unknown>): Promise<void> {
  const answer = await fetch(`${url}/runtime/webhooks/EventGrid?functionName=resourceChanged`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
    body: JSON.stringify([event]),
  });
  expect(answer.status).toBe(202);
}
