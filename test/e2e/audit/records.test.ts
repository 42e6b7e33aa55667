import { describe, expect, test } from 'vitest';
import {
  activityLogAlert,
  certificate,
  containerApp,
  environment,
  metricAlert,
  people,
  plantedSecrets,
  slot,
  subscriptionId,
  webApp,
} from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { scanAnswer as scanSchema } from '../../../src/api/endpoints/scans.ts';
import { auditEntry } from '../../../src/domain/audit/audit.ts';
import { auditVerification } from '../../../src/workflows/ports/audit.ts';
import { principalHeader, staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { insecure, planted as plantedIn, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { everythingStored, putMessage, tableOf } from '../fixtures/stored.ts';

const { ada } = people;
const planted: string[] = [];
const KEYED = 'https://ada:planted-user@host/?sig=planted-signature';
planted.push('planted-user', 'planted-signature');

const portal = plantedIn(
  webApp({
    name: 'portal',
    site: { httpsOnly: false },
    web: { minTlsVersion: '1.0', remoteDebuggingEnabled: true, cors: { allowedOrigins: ['*', KEYED] } },
    auth: 'off',
  }),
  planted,
);
const checkout = plantedIn(containerApp({ name: 'checkout', ingress: { allowInsecure: true } }), planted);
const inventory = plantedIn(
  containerApp({ name: 'inventory', ingress: { external: false, allowInsecure: true } }),
  planted,
);
const refused = plantedIn(webApp({ name: 'refused', site: { httpsOnly: false } }), planted);
const alerted = { scopes: [portal.id], actionGroup: `${portal.id}-people` };
const around = [
  slot({ of: 'portal', name: 'staging' }),
  environment({ name: 'production', dapr: { store: { scopes: [] } } }),
  certificate({ name: 'shop', hosts: ['shop.contoso.example'], thumbprint: 'AB12', expires: '2030-01-01T00:00:00Z' }),
  metricAlert({ name: 'errors', ...alerted }),
  activityLogAlert({ name: 'health', ...alerted }),
].map((seed) => plantedIn(seed, planted));

const plumbline = usePlumbline({
  resources: [portal, checkout, inventory, refused, ...around],
  simulator: { eventSchema: 'CloudEvents' },
});
const reader = () => plumbline.as(staff.reader, 'Reader');
const approver = () => plumbline.as(staff.approver, 'Approver');

describe('a day of Plumbline', () => {
  test('has fixes, decisions, changed settings, failures of Azure and invalid requests', async () => {
    const operator = plumbline.as(staff.operator, 'Operator');
    plumbline.simulator.addFault({ match: { method: 'PATCH', path: portal.id }, action: 'server-error', times: 1 });
    plumbline.simulator.addFault({ match: { method: 'PATCH', path: checkout.id }, action: 'reset', times: 1 });
    for (const { id } of [portal, checkout, inventory]) await plumbline.change(ada, id, 'resource', touched);
    const debugging = await plumbline.pending(portal.id, 'webapp-remote-debugging');
    const ingress = await plumbline.pending(inventory.id, 'containerapp-insecure-ingress');
    expect((await approver().approve(debugging)).statusAndCode).toBe('202');
    expect((await approver().reject(ingress, 'other apps call it so')).statusAndCode).toBe('200');
    await operator.putSettings({ mode: 'autofix', stopped: { reason: 'lunch' } });
    await operator.putSettings({ mode: 'autofix' });
    await operator.ask('PUT', '/settings', { body: { nonsense: plumbline.dev.url }, headers: { 'if-match': '*' } });
    await plumbline.deliver([gridEvent('/subscriptions/x/nothing'), gridEvent(`${portal.id}-gone`)]);
    await putMessage(plumbline.dev.storage.connectionString, 'plumbline-reconcile', 'rubbish!');
    const refusal = { error: { code: 'BadRequest', message: `The address ${KEYED} is refused.` } };
    plumbline.simulator.addFault({
      match: { method: 'PATCH', path: refused.id },
      action: 'answer',
      status: 400,
      body: refusal,
    });
    await plumbline.change(ada, refused.id, 'resource', touched);
    await plumbline.housekeep();
    for (const { id } of [portal, checkout, inventory, refused]) await plumbline.atRest(id, 60);
    expect((await plumbline.audit(refused.id)).map(({ kind }) => kind)).toContain('fix.failed');
    await eventually('the approved write', async () => {
      const { status } = await reader().get(`/approvals/${debugging.id}`, approvalAnswer);
      return status === 'applied';
    });
  });

  test('has a sweep with all rules', async () => {
    const operator = plumbline.as(staff.operator, 'Operator');
    await operator.putSettings({ mode: 'approve', profile: 'strict' });
    const { body } = await operator.ask('POST', '/scans', { body: { scope: `/subscriptions/${subscriptionId}` } });
    const { id } = scanSchema.parse(body);
    await eventually('the scan to end', async () => (await operator.get(`/scans/${id}`, scanSchema)).status === 'done');
    const asked = plumbline.simulator.requests.map(({ path }) => path);
    for (const end of ['/slots', '/backups', '/revisions', '/daprComponents', '/certificates', '/metricAlerts']) {
      expect(
        asked.some((path) => path.endsWith(end)),
        end,
      ).toBe(true);
    }
    await operator.putSettings({ mode: 'autofix' });
  });

  test('has a fix that would send a credential, which is reported and not queued', async () => {
    const finding = (await plumbline.findings(portal.id)).get('webapp-cors-wildcard');
    expect(finding).toMatchObject({
      verdict: 'violation',
      tier: 'advice',
      changes: [],
      decision: { action: 'report' },
    });
    expect(finding?.reason).toContain('would be lost at config/web /properties/cors/allowedOrigins/1.');
    expect((await plumbline.approvals(portal.id)).map(({ rule }) => rule.id)).not.toContain('webapp-cors-wildcard');
  });
});

describe('guarantee 12: secrets stay where they are', () => {
  test('no planted secret is in a line, row, message, blob, answer or request', async () => {
    const { environment, storage } = plumbline.dev;
    const secrets = [
      ...plantedSecrets,
      ...planted,
      environment.PLUMBLINE_AUDIT_KEY?.replace(/^k1:/, ''),
      /AccountKey=([^;]+)/.exec(storage.connectionString)?.[1],
      environment.IDENTITY_HEADER,
      principalHeader(staff.approver, ['Approver']),
      // The beginning of every token: a header and claims, in base64.
      '.eyJ',
    ];
    expect(secrets.filter((secret) => !secret)).toEqual([]);
    expect(planted.length).toBeGreaterThan(60);

    const paths = [
      ...[
        '/findings?verdict=violation&limit=200',
        '/approvals',
        '/audit?limit=200',
        '/audit/verify',
        '/summary',
        '/rules',
        '/settings',
        '/health',
      ],
      ...['/openapi.json', '/console', ...[portal, checkout, inventory].map(({ id }) => `/explain?resource=${id}`)],
    ];
    const answers = await Promise.all(
      paths.map(async (path) => ({
        place: `GET ${path}`,
        text: JSON.stringify((await reader().ask('GET', path)).body),
      })),
    );
    const requests = plumbline.simulator.requests.map(({ method, path, body }) => ({
      place: `${method} ${path}`,
      text: JSON.stringify(body ?? null),
    }));
    const lines = plumbline.lines.map((text) => ({ place: 'log', text }));
    const stored = await everythingStored(storage.connectionString);
    const everywhere = [...answers, ...requests, ...lines, ...stored];

    // The search finds values that are there: changed leaves.
    const placesOf = (leaf: string) => everywhere.filter(({ text }) => text.includes(leaf)).map(({ place }) => place);
    expect(placesOf('minTlsVersion')).toEqual(
      expect.arrayContaining(['log', 'GET /audit?limit=200', 'table PlumblineAudit']),
    );
    expect(placesOf('allowInsecure')).toEqual(
      expect.arrayContaining(['GET /findings?verdict=violation&limit=200', 'table PlumblineApprovals']),
    );
    expect(stored.some(({ place }) => place.startsWith('blob'))).toBe(true);

    const leaks = everywhere.flatMap(({ place, text }) =>
      secrets.filter((secret) => text.includes(secret ?? '')).map((secret) => `${secret} in ${place}`),
    );
    expect(leaks).toEqual([]);
  });

  test('no list of secrets was requested', () => {
    const posted = plumbline.simulator.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
    expect(posted.filter((path) => path !== '/providers/Microsoft.ResourceGraph/resources')).toEqual([]);
  });
});

describe('guarantee 14: the log can be verified', () => {
  test('it is valid, and every entry is found by its id', async () => {
    const entries = await reader().list('/audit', auditEntry);
    const verified = await reader().get('/audit/verify', auditVerification);
    expect(verified).toMatchObject({ valid: true, complete: true, entries: entries.length });
    const kinds = new Set(entries.map(({ kind }) => kind));
    for (const kind of ['fix.intended', 'fix.applied', 'approval.approved', 'approval.rejected', 'settings.changed']) {
      expect(kinds).toContain(kind);
    }
    for (const entry of entries) {
      expect(await reader().get(`/audit/${entry.id}`, auditEntry)).toEqual(entry);
    }
  });

  test('an entry that was edited in the table is found and named', async () => {
    const table = tableOf(plumbline.dev.storage.connectionString, 'PlumblineAudit');
    const [entry] = await reader().list('/audit?kind=approval.approved', auditEntry);
    if (!entry) throw new Error('nothing was approved');
    for await (const row of table.listEntities()) {
      const { partitionKey = '', rowKey = '', Json0: json } = row;
      if (typeof json !== 'string' || !rowKey.startsWith('e-') || !json.includes(entry.id)) continue;
      const edited = json.replaceAll(staff.approver.objectId, staff.otherApprover.objectId);
      expect(edited).not.toBe(json);
      await table.updateEntity({ partitionKey, rowKey, Json0: edited }, 'Merge');
    }
    expect(await reader().get('/audit/verify', auditVerification)).toMatchObject({
      valid: false,
      firstBad: { chain: entry.chain, seq: entry.seq, id: entry.id },
    });
  });

  test('the service continues to work', async () => {
    await plumbline.change(ada, portal.id, 'resource', insecure);
    await plumbline.atRest(portal.id);
    expect((await plumbline.findings(portal.id)).get('webapp-https-only')?.verdict).toBe('compliant');
  });
});
