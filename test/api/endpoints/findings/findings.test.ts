import { beforeEach, describe, expect, it } from 'vitest';
import { getAuditEntry, listAudit, verifyAudit } from '../../../../src/api/endpoints/audit/audit.ts';
import { explain } from '../../../../src/api/endpoints/findings/explain.ts';
import { getSummary, listFindings } from '../../../../src/api/endpoints/findings/findings.ts';
import * as posture from '../../../../src/api/endpoints/findings/schemas.ts';
import { getRule, listRules, ruleAnswer } from '../../../../src/api/endpoints/rules.ts';
import { pageSchema } from '../../../../src/api/framework/page.ts';
import { auditEntry } from '../../../../src/domain/audit/audit.ts';
import type { HealthGate } from '../../../../src/domain/health/gate.ts';
import { auditVerification } from '../../../../src/workflows/ports/audit.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { endedGate } from '../../../workflows/guards/rolling-out.ts';
import { ask, serviceOf, statusAndCode } from '../../ask.ts';
import { approval, bob, change, event, finding, GROUP, memory, reason, record, SHOP, shop } from '../../samples.ts';

let deps: FakeDeps;
const get = (call: Parameters<typeof ask>[0], asking?: Parameters<typeof ask>[2]) => ask(call, serviceOf(deps), asking);

beforeEach(() => {
  deps = apiDeps();
});

describe('an audit entry in the API', () => {
  it('is exactly as it was signed', async () => {
    const [stored] = await deps.audit.append([record()]);
    const { body } = await get(getAuditEntry, { params: { id: 'audit-1' } });
    expect(body).toEqual(stored);
    expect(auditEntry.parse(body)).toEqual(body);
    expect(Object.keys(body).sort()).toEqual(
      [
        ...['id', 'at', 'kind', 'resource', 'rule', 'mode', 'operationId', 'approvalId', 'actor', 'trigger', 'changes'],
        ...['alsoMoved', 'reasons', 'arm', 'message', 'chain', 'seq', 'prevHash', 'hash', 'keyId', 'signature'],
      ].sort(),
    );
    expect((await get(listAudit)).body).toEqual({ items: [body] });
  });

  it('is found by id; an unknown id is 404', async () => {
    for (const id of ['audit-9', "' or ''='", 'x'.repeat(300)]) {
      expect(statusAndCode(await get(getAuditEntry, { params: { id } }))).toBe('404 not-found');
    }
  });

  it('is 404 when only its pointer is in the log, and an error is logged', async () => {
    const [{ chain } = { chain: '' }] = await deps.audit.append([record()]);
    deps = { ...deps, audit: { ...deps.audit, contains: async () => false } };
    const answer = await get(getAuditEntry, { params: { id: 'audit-1' } });
    expect(statusAndCode(answer)).toBe('404 not-found');
    expect(answer.body.detail).toMatch(
      new RegExp(`a pointer to this entry, but not the entry itself: number 1 of chain ${chain}\\b`),
    );
    expect(deps.stored.logged).toEqual([
      {
        level: 'error',
        fields: { auditId: 'audit-1', chain, seq: 1 },
        message: 'an entry of the audit log is not where its pointer says',
      },
    ]);
  });

  it('can be verified: GET /audit/verify gives the result and the public keys', async () => {
    await deps.audit.append([record()]);
    const { body } = await get(verifyAudit);
    expect(body).toEqual({
      valid: true,
      complete: true,
      entries: 1,
      verifiedTo: '2026-03-01T10:00:00.000Z',
      publicKeys: deps.audit.publicKeys,
    });
    expect(deps.audit.publicKeys).toEqual([{ keyId: 'k1', publicKey: expect.any(String) }]);
    const firstBad = { chain: '03', seq: 7, id: null };
    deps = {
      ...deps,
      audit: { ...deps.audit, verify: async () => ({ ...whole, valid: false, firstBad, reason: 'r' }) },
    };
    const broken = await get(verifyAudit);
    expect(broken.body).toMatchObject({ valid: false, firstBad, reason: 'r' });
    expect(auditVerification.parse(broken.body)).toEqual(broken.body);
  });
});

const whole = { valid: true, complete: true, entries: 9, verifiedTo: null, publicKeys: [] };

describe('a finding in the API', () => {
  it('has the documented members', async () => {
    deps.stored.findings.push(
      finding(),
      finding({ rule: 'webapp-remote-debugging', verdict: 'compliant', changes: [], decision: null }),
    );
    const { body } = await get(listFindings);
    expect(body).toEqual({
      items: [
        {
          rule: 'webapp-min-tls',
          title: 'Minimum TLS version',
          severity: 'high',
          tier: 'safe',
          verdict: 'violation',
          reason: 'minTlsVersion is 1.0',
          resource: shop,
          changes: [change],
          references: [{ source: 'MCSB', id: 'DP-3' }],
          documentation: 'docs/rules/web-app.md#webapp-min-tls',
          since: '2026-03-01T09:00:00.000Z',
          evaluatedAt: '2026-03-01T10:00:00.000Z',
          decision: { action: 'queue', until: null, reasons: [reason], approvalId: 'approval-1' },
        },
        expect.objectContaining({ verdict: 'compliant', decision: null }),
      ],
    });
    expect(pageSchema(posture.findingAnswer).parse(body)).toEqual(body);
  });

  it('of a removed rule has the table of all rules as its documentation', async () => {
    deps.stored.findings.push(finding({ rule: 'webapp-of-old' }));
    const { body } = await get(listFindings);
    expect(body.items).toEqual([expect.objectContaining({ documentation: 'docs/rules/README.md' })]);
  });
});

describe('explain', () => {
  beforeEach(() => {
    deps.stored.resourceStates.set(SHOP.toLowerCase(), memory());
    deps.stored.events.push(event());
  });

  it('has the documents, findings and decisions of a resource, and its latest events', async () => {
    const { status, body } = await get(explain, { query: `?resource=${SHOP}` });
    expect(status).toBe(200);
    expect(body).toEqual({
      resource: shop,
      evaluatedAt: '2026-03-01T10:00:00.000Z',
      trigger: { type: 'event', eventId: 'event-1', operation: 'Microsoft.Web/sites/write', changedBy: bob },
      documents: [{ name: 'config/web', status: 'read' }],
      findings: [
        {
          ...finding(),
          documentation: 'docs/rules/web-app.md#webapp-min-tls',
          source: { bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' },
        },
      ],
      events: [
        {
          eventId: 'event-1',
          receivedAt: '2026-03-01T09:59:30.000Z',
          operation: 'Microsoft.Web/sites/write',
          changedBy: bob,
          outcome: 'evaluated',
          auditIds: ['audit-1'],
          reasons: [],
        },
      ],
    });
    expect(posture.explainedResource.parse(body)).toEqual(body);
  });

  it('has how the app was watched after fixes in the last week, newest first', async () => {
    const at = (hours: number) => new Date(deps.clock.now().getTime() + hours * 3_600_000).toISOString();
    const save = (id: string, hours: number, ended: Partial<HealthGate> = {}) =>
      deps.healthGates.save(endedGate(deps, 'x', { id, resource: shop, startedAt: at(hours), ...ended }), null);
    await save('open', -0.1, { status: 'open', endedAt: null, next: { step: 'end', at: at(0.1) } });
    for (const [id, hours, status] of [
      ['worse', -2, 'worse'],
      ['older', -3, 'well'],
      ['old', -170, 'well'],
    ] as const) {
      await deps.healthGates.archive(endedGate(deps, 'x', { id, resource: shop, status, endedAt: at(hours) }));
    }
    await deps.healthGates.archive(endedGate(deps, 'another', { id: 'another' }));
    await deps.healthGates.save(endedGate(deps, 'third', { id: 'third', status: 'open', endedAt: null }), null);
    const { body } = await get(explain, { query: `?resource=${SHOP}` });
    expect(posture.explainedResource.parse(body).healthGates).toMatchObject([
      { status: 'open', rules: ['webapp-https-only'], next: { step: 'end' } },
      { status: 'worse', endedAt: at(-2), reasons: [{ text: 'It does not answer.' }] },
      { status: 'well', endedAt: at(-3) },
    ]);
  });

  it('finds a resource in any casing, and shows at most 20 events', async () => {
    for (let n = 0; n < 30; n += 1) deps.stored.events.push(event());
    const { body } = await get(explain, { query: `?resource=${SHOP.replace('sites', 'SITES')}` });
    expect(body.resource).toEqual(shop);
    expect((await get(explain, { query: `?resource=${SHOP}` })).body.events).toHaveLength(20);
  });

  it('finds a resource by an id with an empty segment', async () => {
    const { status, body } = await get(explain, { query: `?resource=${SHOP.replace('/sites/', '//sites/')}` });
    expect([status, body.resource]).toEqual([200, shop]);
  });

  it('has the outcome of an event, null while the event waits', async () => {
    deps.stored.events.push(event({ event: { ...event().event, id: 'event-2' }, outcome: null, auditIds: [] }));
    const { body } = await get(explain, { query: '?event=event-1' });
    expect(body).toEqual({
      eventId: 'event-1',
      receivedAt: '2026-03-01T09:59:30.000Z',
      outcome: 'evaluated',
      auditIds: ['audit-1'],
      reasons: [],
    });
    const waiting = await get(explain, { query: '?event=event-2' });
    expect(waiting.body).toMatchObject({ eventId: 'event-2', outcome: null });
    expect(posture.explainedEvent.parse(waiting.body)).toEqual(waiting.body);
  });

  it.each([
    ['404 not-found', '?event=event-9'],
    ['404 not-found', `?resource=${GROUP}/providers/Microsoft.Web/sites/other`],
    ['404 not-found', `?resource=${GROUP}/providers/Microsoft.Storage/storageAccounts/logs`],
    ['404 not-found', `?resource=${GROUP}`],
    ['400 invalid', ''],
    ['400 invalid', `?event=event-1&resource=${SHOP}`],
    ['400 invalid', '?resource=shop'],
    ['400 invalid', '?resource='],
    ['400 invalid', '?event='],
    ['400 invalid', `?resource=${GROUP}/providers/Microsoft.Web/sites/../sites/shop`],
  ])('%s for %s', async (refusal, query) => {
    expect(statusAndCode(await get(explain, { query }))).toBe(refusal);
  });

  it('is 404 for a resource that had an event and was never read', async () => {
    deps.stored.resourceStates.set(SHOP.toLowerCase(), memory({ evaluatedAt: null }));
    expect(statusAndCode(await get(explain, { query: `?resource=${SHOP}` }))).toBe('404 not-found');
  });
});

describe('summary', () => {
  it('is all zeros without resources', async () => {
    const { body } = await get(getSummary);
    expect(body).toEqual({
      resources: 0,
      byVerdict: { compliant: 0, violation: 0, 'not-applicable': 0, unknown: 0 },
      bySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
      byRule: [],
      approvals: { pending: 0, oldestAt: null },
      fixes: { last24h: 0, last30d: 0 },
      meanTimeToFixSeconds: null,
    });
    expect(posture.summary.parse(body)).toEqual(body);
  });

  it('counts only violations by severity and rule, over every page', async () => {
    const other = { ...shop, id: `${SHOP}2`, name: 'shop2' };
    deps.stored.findings.push(
      finding(),
      finding({ resource: { ...shop, id: SHOP.toUpperCase() }, rule: 'webapp-cors-wildcard', severity: 'critical' }),
      finding({ resource: other }),
      finding({ resource: other, rule: 'webapp-http2', verdict: 'compliant', decision: null }),
      ...Array.from({ length: 1200 }, (_, n) =>
        finding({ rule: 'webapp-http2', verdict: 'unknown', decision: null, since: new Date(n).toISOString() }),
      ),
    );
    const { body } = await get(getSummary);
    expect(body).toMatchObject({
      resources: 2,
      byVerdict: { compliant: 1, violation: 3, 'not-applicable': 0, unknown: 1200 },
      bySeverity: { critical: 1, high: 2, medium: 0, low: 0, info: 0 },
      byRule: [
        { rule: 'webapp-min-tls', violations: 2 },
        { rule: 'webapp-cors-wildcard', violations: 1 },
        { rule: 'webapp-http2', violations: 0 },
      ],
    });
  });

  it('counts pending approvals and gives the time of the oldest', async () => {
    for (const [id, status, requestedAt] of [
      ['a', 'pending', '2026-02-28T10:00:00.000Z'],
      ['b', 'pending', '2026-02-27T10:00:00.000Z'],
      ['c', 'applied', '2026-01-01T10:00:00.000Z'],
    ] as const) {
      deps.stored.approvals.set(id, { value: approval({ id, status, requestedAt }), version: 1 });
    }
    expect((await get(getSummary)).body.approvals).toEqual({ pending: 2, oldestAt: '2026-02-27T10:00:00.000Z' });
  });

  it('counts fixes of one day and of thirty, and averages the time to fix of those with an event', async () => {
    deps.stored.events.push(
      event({ receivedAt: '2026-03-01T09:59:30.000Z' }),
      event({ event: { ...event().event, id: 'event-2' }, receivedAt: '2026-02-20T09:59:00.000Z' }),
    );
    const byEvent = (eventId: string) => ({ trigger: { type: 'event', eventId } as const });
    await deps.audit.append([
      record({ id: '0', at: '2026-01-01T10:00:00.000Z' }),
      record({ id: '1', at: '2026-02-20T10:00:00.000Z', ...byEvent('event-2') }),
      record({ id: '2', at: '2026-02-21T10:00:00.000Z', trigger: { type: 'sweep' } }),
      record({ id: '3', at: '2026-03-01T10:00:00.000Z', ...byEvent('event-1') }),
      record({ id: '4', at: '2026-03-01T10:00:00.000Z', ...byEvent('event-lost') }),
      record({ id: '5', at: '2026-03-01T10:00:00.000Z', kind: 'fix.failed', ...byEvent('event-1') }),
      record({ id: '6', at: '2026-03-01T10:00:00.000Z', kind: 'rollback.applied', ...byEvent('event-1') }),
    ]);
    const { body } = await get(getSummary);
    expect(body.fixes).toEqual({ last24h: 2, last30d: 4 });
    expect(body.meanTimeToFixSeconds).toBe(45);
  });
});

describe('rules', () => {
  it('have their parameters as JSON Schema with defaults', async () => {
    const { body } = await get(getRule, { params: { id: 'webapp-min-tls' } });
    expect(body).toEqual({
      id: 'webapp-min-tls',
      version: 1,
      title: 'Minimum TLS version is 1.2 or higher',
      why: 'Old versions can be broken.',
      fix: 'Sets the version.',
      risk: 'Clients that know only TLS 1.0 or 1.1 can no longer connect.',
      severity: 'high',
      tier: 'safe',
      profile: 'baseline',
      kind: 'web-app',
      reversible: true,
      harm: 'unavailable',
      documents: ['config/web'],
      parameters: {
        type: 'object',
        properties: { minimum: { type: 'string', enum: ['1.2', '1.3'], default: '1.2' } },
        additionalProperties: false,
      },
      defaults: { minimum: '1.2' },
      references: [{ source: 'MCSB', id: 'DP-3' }],
      documentation: 'docs/rules/web-app.md#webapp-min-tls',
      source: { bicep: "minTlsVersion: '1.2'", terraform: 'minimum_tls_version = "1.2"' },
    });
    expect(ruleAnswer.parse(body)).toEqual(body);
    const list = await get(listRules);
    expect(list.body.items).toEqual([body, expect.objectContaining({ id: 'webapp-remote-debugging', defaults: {} })]);
  });

  it('are 404 for an unknown id', async () => {
    expect(statusAndCode(await get(getRule, { params: { id: 'webapp-none' } }))).toBe('404 not-found');
  });
});
