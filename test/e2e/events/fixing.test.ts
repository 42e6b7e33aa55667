import { describe, expect, test } from 'vitest';
import { containerApp, environment, functionApp, people, webApp, workspaceId } from '../../../simulator/estate.ts';
import type { RecordedRequest } from '../../../simulator/simulator.ts';
import * as posture from '../../../src/api/endpoints/findings/schemas.ts';
import { insecure, logged, rightSlot, rightWebApp, touched } from '../fixtures/estate.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const everythingSafe = webApp({
  name: 'everything-safe',
  site: { httpsOnly: false },
  web: {
    minTlsVersion: '1.0',
    scmMinTlsVersion: '1.1',
    ftpsState: 'AllAllowed',
    remoteDebuggingEnabled: true,
    alwaysOn: true,
  },
});
const right = rightWebApp('right');
const stricter = rightWebApp('stricter', {
  web: { minTlsVersion: '1.3', scmMinTlsVersion: '1.3', ftpsState: 'Disabled' },
});
const parent = rightWebApp('parent', { site: { httpsOnly: false } });
const staging = rightSlot('parent', 'staging', { web: { minTlsVersion: '1.0' } });
const external = containerApp({ name: 'external', ingress: { allowInsecure: true } });
const internal = containerApp({ name: 'internal', ingress: { external: false, allowInsecure: true } });
const tcp = containerApp({
  name: 'tcp',
  ingress: { external: false, transport: 'Tcp', exposedPort: 5672, targetPort: 5672, allowInsecure: true },
});
const closed = containerApp({ name: 'closed', ingress: null });
const silent = environment({
  name: 'silent',
  properties: { appLogsConfiguration: { destination: null, logAnalyticsConfiguration: null } },
});
const orders = functionApp({ name: 'orders', ...logged, site: { httpsOnly: false } });
const flow = functionApp({
  name: 'flow',
  kind: 'functionapp,workflowapp,linux',
  ...logged,
  site: { httpsOnly: false },
});
const foreign = containerApp({
  name: 'foreign',
  managedBy: '/subscriptions/00000000-0000-4000-8000-000000000001/providers/Microsoft.DevCenter/devcenters/tools',
  ingress: { allowInsecure: true },
});
const self = rightWebApp('plumbline', { kind: 'app,linux', site: { httpsOnly: false } });
const selfSlot = rightSlot('plumbline', 'next', { site: { httpsOnly: false } });
const hidden = rightWebApp('hidden', { web: { minTlsVersion: '1.0' } });
const veiled = rightWebApp('veiled', { web: { minTlsVersion: '1.0' }, site: { httpsOnly: false } });

const plumbline = usePlumbline({
  resources: [
    ...[everythingSafe, right, stricter, parent, staging, external, internal, tcp, closed, silent],
    ...[orders, flow, foreign, self, selfSlot, hidden, veiled],
  ],
  environment: { PLUMBLINE_SELF_ID: self.id },
});

describe('guarantee 4 and 5: a safe violation is fixed, with the fewest requests and only the named leaves', () => {
  test('one request per document for any number of rules, with intents and outcomes in the log', async () => {
    const { id } = everythingSafe;
    const before = plumbline.simulator.get(id, 'config/web');
    await plumbline.change(ada, id, 'resource', touched);
    const outcomes = await plumbline.atRest(id);

    expect(plumbline.writes(id).sort()).toEqual([
      'PATCH config/web',
      'PATCH resource',
      'PUT diagnosticSettings/plumbline',
    ]);
    expect(bodyOf(id, 'PATCH')).toEqual({ properties: { httpsOnly: true } });
    expect(bodyOf(`${id}/config/web`, 'PATCH')).toEqual({
      properties: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2', ftpsState: 'FtpsOnly' },
    });
    expect(bodyOf(`${id}/providers/Microsoft.Insights/diagnosticSettings/plumbline`, 'PUT')).toEqual({
      properties: { workspaceId, logs: [{ categoryGroup: 'allLogs', enabled: true }] },
    });
    const rules = ['diagnostics', 'ftps-only', 'https-only', 'min-tls', 'scm-min-tls'].map((rule) => `webapp-${rule}`);
    expect(plumbline.simulator.get(id, 'config/web')).toEqual({
      ...Object(before),
      properties: {
        ...Object(Object(before).properties),
        minTlsVersion: '1.2',
        scmMinTlsVersion: '1.2',
        ftpsState: 'FtpsOnly',
      },
    });

    const fixes = (await plumbline.audit(id)).filter(({ kind }) => kind.startsWith('fix.'));
    expect(fixes.map(({ kind, rule }) => `${kind} ${rule}`)).toEqual([
      ...rules.map((rule) => `fix.intended ${rule}`),
      ...rules.map((rule) => `fix.applied ${rule}`),
    ]);
    expect(new Set(fixes.map(({ operationId }) => operationId)).size).toBe(1);

    const findings = await plumbline.findings(id);
    expect(rules.map((rule) => findings.get(rule)?.verdict)).toEqual(rules.map(() => 'compliant'));
    // The events of its own writes were reconciled like any others, and changed nothing.
    expect(outcomes.size).toBe(4);
    expect([...outcomes.values()].filter(({ outcome }) => outcome !== 'evaluated' && outcome !== 'covered')).toEqual(
      [],
    );
    const waiting = await plumbline.pending(id, 'webapp-remote-debugging');
    expect(waiting.changedBy?.objectId).toBe(ada.objectId);
    expect((await plumbline.as(ada, 'Approver').approve(waiting)).statusAndCode).toBe('403 own-change');
  });

  test('its own writes never count as a change by somebody', async () => {
    const { id } = everythingSafe;
    const outcome = await plumbline.outcomeOf(
      await plumbline.change(grace, id, 'config/web', webOf({ ftpsState: 'AllAllowed' })),
    );
    expect(outcome.outcome).toBe('evaluated');
    await plumbline.atRest(id);
    const applied = (await plumbline.audit(id)).filter(({ kind }) => kind === 'fix.applied').at(-1);
    expect(applied).toMatchObject({
      rule: 'webapp-ftps-only',
      actor: { type: 'service', objectId: plumbline.simulator.identity.objectId },
      trigger: { type: 'event', eventId: outcome.eventId, changedBy: { objectId: grace.objectId, type: 'user' } },
    });
    expect(outcome.auditIds).toContain(applied?.id);
  });
});

describe.concurrent('guarantee 2: state decides what is not written', () => {
  test('a compliant app is read and not written', async () => {
    const event = await plumbline.change(ada, right.id, 'resource', touched);
    expect(await plumbline.outcomeOf(event)).toMatchObject({ outcome: 'evaluated', auditIds: [] });
    expect(plumbline.writes(right.id)).toEqual([]);
    expect(plumbline.reads(right.id, 'resource')).toBe(1);
    const verdicts = [...(await plumbline.findings(right.id)).values()].map(({ verdict }) => verdict);
    expect(new Set(verdicts)).toEqual(new Set(['compliant', 'not-applicable']));
  });

  test('a stricter value than required stays', async () => {
    await plumbline.outcomeOf(await plumbline.change(ada, stricter.id, 'resource', touched));
    expect(plumbline.writes(stricter.id)).toEqual([]);
    const web = Object(plumbline.simulator.get(stricter.id, 'config/web')).properties;
    expect(web).toMatchObject({ minTlsVersion: '1.3', scmMinTlsVersion: '1.3', ftpsState: 'Disabled' });
  });

  test('a TCP ingress and a missing ingress are never written', async () => {
    for (const { id } of [tcp, closed]) {
      await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', touched));
      expect(plumbline.writes(id)).toEqual([]);
      expect((await plumbline.findings(id)).get('containerapp-insecure-ingress')?.verdict).toBe('not-applicable');
    }
  });

  test('a slot is fixed on its own', async () => {
    await plumbline.change(ada, staging.id, 'resource', touched);
    await plumbline.atRest(staging.id);
    expect(plumbline.writes(staging.id)).toEqual(['PATCH config/web']);
    expect(plumbline.writes(parent.id)).toEqual([]);
    expect(plumbline.reads(parent.id, 'resource')).toBe(0);

    await plumbline.change(ada, parent.id, 'resource', touched);
    await plumbline.atRest(parent.id);
    expect(plumbline.writes(parent.id)).toEqual(['PATCH resource']);
    expect(plumbline.writes(staging.id)).toEqual(['PATCH config/web']);
  });
});

describe.concurrent('guarantee 6: container apps and environments are verified at the end of their operation', () => {
  test('an external insecure ingress is fixed by one PATCH, whose operation is polled', async () => {
    await plumbline.change(ada, external.id, 'resource', touched);
    await plumbline.atRest(external.id);
    expect(plumbline.writes(external.id)).toEqual(['PATCH resource']);
    expect(bodyOf(external.id, 'PATCH')).toEqual({
      properties: { configuration: { ingress: { allowInsecure: false } } },
    });
    expect(plumbline.simulator.requests.some(({ path }) => /containerappOperationResults/i.test(path))).toBe(true);
    const kinds = (await plumbline.audit(external.id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['fix.intended', 'fix.applied']);
  });

  test('an environment without a log destination gets one', async () => {
    await plumbline.change(ada, silent.id, 'resource', touched);
    await plumbline.atRest(silent.id);
    expect((await plumbline.findings(silent.id)).get('environment-diagnostics')?.verdict).toBe('compliant');
    expect((await plumbline.audit(silent.id)).at(-1)?.kind).toBe('fix.applied');
  });
});

describe.concurrent('a decision is the lowest constraint', () => {
  test.each([
    ['an internal insecure ingress', internal, 'containerapp-insecure-ingress', 'tier-risky'],
    ['a function app', orders, 'webapp-https-only', 'function-app'],
    ['a logic app', flow, 'webapp-https-only', 'logic-app'],
  ])('%s needs an approval', async (_, { id }, rule, reason) => {
    await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', touched));
    const approval = await plumbline.pending(id, rule);
    expect(approval.reasons.map(({ code }) => code)).toContain(reason);
    expect(plumbline.writes(id)).toEqual([]);
  });

  test.each([
    ['an app that another service manages', foreign, 'containerapp-insecure-ingress', 'managed-by'],
    ['Plumbline itself', self, 'webapp-https-only', 'self'],
    ['a slot of Plumbline itself', selfSlot, 'webapp-https-only', 'self'],
  ])('%s is reported and never written', async (_, { id }, rule, reason) => {
    await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', touched));
    expect((await plumbline.findings(id)).get(rule)?.decision).toMatchObject({ action: 'report' });
    expect((await plumbline.findings(id)).get(rule)?.decision?.reasons.map(({ code }) => code)).toContain(reason);
    expect(plumbline.writes(id)).toEqual([]);
    expect(await plumbline.approvals(id)).toEqual([]);
  });
});

describe.concurrent('guarantee 9: an unknown verdict is never written', () => {
  test('rules about a document that cannot be read are unknown, and other rules still work', async () => {
    plumbline.simulator.addFault({ match: { method: 'GET', path: `${hidden.id}/config/web` }, action: 'forbidden' });
    await plumbline.change(ada, hidden.id, 'resource', insecure);
    await plumbline.atRest(hidden.id);
    expect(plumbline.writes(hidden.id)).toEqual(['PATCH resource']);
    expect((await plumbline.findings(hidden.id)).get('webapp-min-tls')?.verdict).toBe('unknown');
    const path = `/explain?resource=${hidden.id}`;
    const { documents } = await plumbline.as(ada, 'Reader').get(path, posture.explainedResource);
    expect(documents.filter(({ status }) => status !== 'read')).toEqual([
      { name: 'config/web', status: 'forbidden', detail: expect.stringContaining('AuthorizationFailed') },
    ]);
  });

  test('an app that cannot be read is not written', async () => {
    plumbline.simulator.addFault({ match: { method: 'GET', path: `${veiled.id}$` }, action: 'forbidden' });
    const event = await plumbline.change(ada, veiled.id, 'resource', touched);
    expect((await plumbline.outcomeOf(event)).outcome).toBe('evaluated');
    expect(plumbline.writes(veiled.id)).toEqual([]);
  });
});

function webOf(properties: Record<string, unknown>) {
  return { properties };
}

/** The body of the only request of this method to this path. */
function bodyOf(path: string, method: string): unknown {
  const found: RecordedRequest[] = plumbline.simulator.requests.filter(
    (request) => request.method === method && request.path.toLowerCase() === path.toLowerCase(),
  );
  expect(found).toHaveLength(1);
  return found[0]?.body;
}
