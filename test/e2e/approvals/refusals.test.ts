import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import * as posture from '../../../src/api/endpoints/findings/schemas.ts';
import { resourceAnswer, resourcePage } from '../../../src/api/endpoints/resources/resources.ts';
import { pageSchema } from '../../../src/api/framework/page.ts';
import { auditEntry } from '../../../src/domain/audit/audit.ts';
import { effectiveSettings } from '../../../src/domain/rules/effective-settings.ts';
import { apiFor } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { gridEvent } from '../fixtures/deliveries.ts';
import { insecure, rightWebApp, touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada } = people;
const debugging = { web: { remoteDebuggingEnabled: true } };
const waiting = rightWebApp('waiting', debugging);
const audited = rightWebApp('audited', debugging);
const stopped = rightWebApp('stopped', debugging);
const ungoverned = rightWebApp('ungoverned');
const decided = rightWebApp('decided', debugging);

const plumbline = usePlumbline({ resources: [waiting, audited, stopped, ungoverned, decided] });
const approver = () => plumbline.as(staff.approver, 'Approver');
const operator = () => plumbline.as(staff.operator, 'Operator');

describe('refusals of the API', () => {
  test('come in the documented order, before any decision', async () => {
    await plumbline.outcomeOf(await plumbline.change(ada, waiting.id, 'resource', touched));
    const { id, digest } = await plumbline.pending(waiting.id, 'webapp-remote-debugging');
    const approve = (as: ReturnType<typeof approver>, body: unknown = { digest }, headers = {}) =>
      as.ask('POST', `/approvals/${id}/approve`, { body, headers }).then(({ statusAndCode }) => statusAndCode);

    expect(await approve(plumbline.as(null))).toBe('401 unauthenticated');
    expect(await approve(plumbline.as(staff.approver))).toBe('403 forbidden');
    expect(await approve(plumbline.as(staff.approver, 'Reader', 'Operator'))).toBe('403 forbidden');
    expect(await approve(approver(), { digest }, { origin: 'https://evil.example' })).toBe('403 forbidden');
    expect(await approve(approver(), { digest }, { 'sec-fetch-site': 'cross-site' })).toBe('403 forbidden');
    expect((await approver().approve({ id: 'no-such-approval', digest })).statusAndCode).toBe('404 not-found');
    expect(await approve(approver(), {})).toBe('400 invalid');
    expect(await approve(approver(), { digest: 7 })).toBe('400 invalid');
    expect(await approve(approver(), { digest, force: true })).toBe('400 invalid');
    expect(await approve(approver(), { digest }, { 'content-type': 'text/plain' })).toBe('400 invalid');
    expect(await approve(approver(), '{"digest":')).toBe('400 invalid');
    expect(await approve(approver(), { digest: 'anything' })).toBe('409 digest-mismatch');
    expect(await approve(approver(), { digest: digest.toUpperCase() })).toBe('409 digest-mismatch');
    expect((await approver().ask('GET', `/approvals/${id}/approve`)).status).toBe(404);
    expect((await approver().reject({ id }, ' ')).statusAndCode).toBe('400 invalid');

    const still = await approver().get(`/approvals/${id}`, approvalAnswer);
    expect(still).toMatchObject({ status: 'pending' });
    expect(still.decision).toBeUndefined();
    expect(plumbline.writes(waiting.id)).toEqual([]);
  });

  test('need the role Reader for reads, except for health and the API description', async () => {
    for (const path of [
      '/findings',
      '/resources',
      '/approvals',
      '/audit',
      '/audit/verify',
      '/summary',
      '/rules',
      '/settings',
    ]) {
      expect((await plumbline.as(null).ask('GET', path)).statusAndCode).toBe('401 unauthenticated');
      expect((await plumbline.as(staff.reader).ask('GET', path)).statusAndCode).toBe('403 forbidden');
      expect((await plumbline.as(staff.reader, 'Reader').ask('GET', path)).statusAndCode).toBe('200');
      expect((await plumbline.as(staff.reader, 'Reader').ask('GET', `${path}?strange=1`)).statusAndCode).toBe(
        '400 invalid',
      );
    }
    for (const path of ['/health', '/openapi.json'])
      expect((await plumbline.as(null).ask('GET', path)).status).toBe(200);
  });

  test('include a cursor that belongs to another list', async () => {
    const reader = plumbline.as(staff.reader, 'Reader');
    expect((await reader.ask('GET', '/findings?limit=201')).statusAndCode).toBe('400 invalid');
    expect((await reader.ask('GET', '/findings?limit=0')).statusAndCode).toBe('400 invalid');
    const first = await reader.get('/findings?limit=3', pageSchema(posture.findingAnswer));
    expect(first.items).toHaveLength(3);
    const next = `cursor=${encodeURIComponent(first.nextCursor ?? '')}`;
    const second = await reader.get(`/findings?limit=3&${next}`, pageSchema(posture.findingAnswer));
    const rules = [...first.items, ...second.items].map(({ rule, resource }) => `${resource.id} ${rule}`);
    expect(new Set(rules).size).toBe(6);
    expect((await reader.ask('GET', `/audit?limit=3&${next}`)).statusAndCode).toBe('400 bad-cursor');
    expect((await reader.ask('GET', `/findings?limit=3&${next}x`)).statusAndCode).toBe('400 bad-cursor');
  });
});

describe('resources', () => {
  test('are listed with a key that finds one of them, and with settings that name their source', async () => {
    const reader = plumbline.as(staff.reader, 'Reader');
    const { items, total } = await reader.get('/resources?sort=-failing&total=true', resourcePage);
    expect(total).toBe(items.length);
    const [first] = items;
    if (!first) throw new Error('there is no resource');
    expect(first.failing).toBeGreaterThan(0);
    const found = await reader.get(`/resources/${first.key}`, resourceAnswer);
    expect(found).toMatchObject({ resource: first.resource, failing: first.failing });
    expect((await reader.ask('GET', found.links.explain.replace('/api', ''))).status).toBe(200);
    const { mode } = await reader.get(found.links.settings.replace('/api', ''), effectiveSettings);
    expect(mode).toEqual({ value: found.mode, from: found.modeFrom });
    const groups = await reader.get(`/findings?group=resource&resource=${first.resource.id}`, posture.findingGroups);
    expect(groups.items).toMatchObject([{ key: first.resource.id, byVerdict: first.byVerdict }]);
    expect((await reader.ask('GET', '/resources/nothing')).statusAndCode).toBe('404 not-found');
  });
});

describe('settings', () => {
  test.each([
    ['an unknown key', { mode: 'audit', colour: 'blue' }, '/colour'],
    ['an unknown rule', { rules: { 'webapp-nonsense': { enabled: true } } }, '/rules/webapp-nonsense'],
    ['an unknown mode', { mode: 'careless' }, '/mode'],
    [
      'a window with an invalid time zone',
      scoped({ window: { ...night(), timeZone: 'Mars' } }),
      '/scopes/0/window/timeZone',
    ],
    ['a freeze without end', scoped({ frozen: { reason: 'end of the year' } }), '/scopes/0/frozen/until'],
    ['an approver by name', scoped({ approvers: ['Ada'] }), '/scopes/0/approvers/0'],
  ])('%s is 400 with its JSON Pointer', async (_, body, pointer) => {
    const answer = await operator().ask('PUT', '/settings', { body, headers: { 'if-match': '*' } });
    expect(answer.statusAndCode).toBe('400 invalid');
    expect(JSON.stringify(answer.body)).toContain(`"pointer":"${pointer}"`);
  });

  test('are replaced only with the current ETag, and only by operators', async () => {
    const first = await operator().ask('GET', '/settings');
    expect(first.headers.get('etag')).toBe('"0"');
    expect(first.body).toMatchObject({ mode: 'autofix', stopped: null });
    const put = (etag: string | null, as = operator()) =>
      as.ask('PUT', '/settings', { body: { mode: 'autofix' }, headers: etag === null ? {} : { 'if-match': etag } });
    expect((await put('"0"', plumbline.as(staff.approver, 'Approver'))).statusAndCode).toBe('403 forbidden');
    expect((await put(null)).statusAndCode).toBe('428 if-match-required');
    expect((await put('"7"')).statusAndCode).toBe('412 settings-changed');
    const stored = await put('"0"');
    expect([stored.status, stored.headers.get('etag')]).toEqual([200, '"1"']);
    expect((await put('"0"')).statusAndCode).toBe('412 settings-changed');
    const entries = await operator().list('/audit?kind=settings.changed', auditEntry);
    expect(entries.map(({ actor }) => actor.objectId)).toEqual([staff.operator.objectId]);
  });
});

describe('guarantee 11: mode audit and the stop switch mean no write', () => {
  test('mode audit: approving is refused, violations are reported', async () => {
    await operator().putSettings({ mode: 'autofix' });
    await plumbline.outcomeOf(await plumbline.change(ada, audited.id, 'resource', touched));
    const approval = await plumbline.pending(audited.id, 'webapp-remote-debugging');
    await operator().putSettings({ mode: 'autofix', scopes: [{ scope: audited.id, mode: 'audit' }] });
    expect((await approver().approve(approval)).statusAndCode).toBe('409 audit-mode');
    await plumbline.outcomeOf(await plumbline.change(ada, audited.id, 'resource', insecure));
    const finding = (await plumbline.findings(audited.id)).get('webapp-https-only');
    expect(finding?.decision).toMatchObject({ action: 'report' });
    expect(finding?.decision?.reasons.map(({ code }) => code)).toEqual(['mode-audit']);
    expect(plumbline.writes(audited.id)).toEqual([]);
  });

  test('mode approve: fixable violations are queued', async () => {
    await operator().putSettings({ mode: 'autofix', scopes: [{ scope: audited.id, mode: 'approve' }] });
    await plumbline.outcomeOf(await plumbline.change(ada, audited.id, 'resource', insecure));
    const approval = await plumbline.pending(audited.id, 'webapp-https-only');
    expect(approval.reasons.map(({ code }) => code)).toEqual(['mode-approve']);
    expect(plumbline.writes(audited.id)).toEqual([]);
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
    await plumbline.atRest(audited.id);
    await eventually('the approved write', () => plumbline.writes(audited.id).length > 0);
    expect(plumbline.writes(audited.id)).toEqual(['PATCH resource']);
  });

  test('stopped: approving is refused, violations are held and fixed after the resume', async () => {
    await operator().putSettings({ mode: 'autofix' });
    await plumbline.outcomeOf(await plumbline.change(ada, stopped.id, 'resource', touched));
    const approval = await plumbline.pending(stopped.id, 'webapp-remote-debugging');
    const settings = await operator().putSettings({ mode: 'autofix', stopped: { reason: 'something looks wrong' } });
    expect(settings.stopped).toMatchObject({
      reason: 'something looks wrong',
      by: { objectId: staff.operator.objectId },
    });
    expect((await approver().approve(approval)).statusAndCode).toBe('409 stopped');
    await plumbline.outcomeOf(await plumbline.change(ada, stopped.id, 'resource', insecure));
    expect((await plumbline.findings(stopped.id)).get('webapp-https-only')?.decision).toMatchObject({ action: 'hold' });
    expect(plumbline.writes(stopped.id)).toEqual([]);
    // Neither mode nor stop refuses a rejection.
    expect((await approver().reject(approval, 'not while we look')).statusAndCode).toBe('200');

    await operator().putSettings({ mode: 'autofix' });
    await plumbline.housekeep();
    await eventually('the held fix', () => plumbline.writes(stopped.id).length > 0);
    await plumbline.atRest(stopped.id);
    expect(plumbline.writes(stopped.id)).toEqual(['PATCH resource']);
    const kinds = await operator().list('/audit', auditEntry);
    expect(kinds.map(({ kind }) => kind).filter((kind) => kind.startsWith('service.'))).toEqual([
      'service.resumed',
      'service.stopped',
    ]);
  });

  test('a stop between evaluation and write prevents the write', async () => {
    await operator().putSettings({ mode: 'autofix' });
    // The settings are read again right before the write, together with the document: its second reading.
    let readings = 0;
    const remove = plumbline.simulator.onRequest(async ({ method, path }, phase) => {
      if (method !== 'GET' || phase !== 'before' || !path.toLowerCase().endsWith('/ungoverned')) return;
      readings += 1;
      if (readings < 2) return;
      remove();
      await operator().putSettings({ mode: 'autofix', stopped: { reason: 'at the last moment' } });
    });
    await plumbline.outcomeOf(await plumbline.change(ada, ungoverned.id, 'resource', insecure));
    expect(plumbline.writes(ungoverned.id)).toEqual([]);
    const kinds = (await plumbline.audit(ungoverned.id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['fix.intended', 'fix.blocked']);
    expect((await plumbline.findings(ungoverned.id)).get('webapp-https-only')?.decision).toMatchObject({
      action: 'hold',
    });
    await operator().putSettings({ mode: 'autofix' });
    await plumbline.housekeep();
    await eventually('the held fix', () => plumbline.writes(ungoverned.id).length > 0);
  });

  test('an approved change waits while stopped, and is written after the resume', async () => {
    await plumbline.outcomeOf(await plumbline.change(ada, decided.id, 'resource', touched));
    const approval = await plumbline.pending(decided.id, 'webapp-remote-debugging');
    const status = async () => (await approver().get(`/approvals/${approval.id}`, approvalAnswer)).status;
    // The stop comes after the decision, before its execution.
    const remove = plumbline.simulator.onRequest(async ({ method, path }, phase) => {
      if (method !== 'GET' || phase !== 'before' || !path.toLowerCase().endsWith('/decided')) return;
      remove();
      await operator().putSettings({ mode: 'autofix', stopped: { reason: 'at the last moment' } });
    });
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
    await eventually('the held decision', async () => {
      const finding = (await plumbline.findings(decided.id)).get('webapp-remote-debugging');
      return finding?.decision?.action === 'hold' && finding.decision.approvalId === approval.id;
    });
    expect([await status(), plumbline.writes(decided.id)]).toEqual(['approved', []]);

    await operator().putSettings({ mode: 'autofix' });
    await plumbline.housekeep();
    await eventually('the approved write', async () => (await status()) === 'applied');
    expect(plumbline.writes(decided.id)).toEqual(['PATCH config/web']);
  });
});

describe('guarantee 9: no identity, no decision', () => {
  test('a principal header is refused while WEBSITE_AUTH_ENABLED is not set', async () => {
    const { dev } = plumbline;
    delete dev.environment.WEBSITE_AUTH_ENABLED;
    await dev.restart();
    const anybody = apiFor(dev.url, staff.approver, ['Reader', 'Approver', 'Operator']);
    for (const path of ['/approvals', '/settings', '/audit'])
      expect((await anybody.ask('GET', path)).statusAndCode).toBe('401 auth-off');
    expect((await anybody.reject({ id: 'any' }, 'no')).statusAndCode).toBe('401 auth-off');
    expect((await anybody.ask('GET', '/health')).status).toBe(200);
  });
});

describe('a service with a missing setting', () => {
  test('names the setting, accepts no event and decides nothing', async () => {
    const { dev } = plumbline;
    delete dev.environment.PLUMBLINE_AUDIT_KEY;
    dev.environment.WEBSITE_AUTH_ENABLED = 'true';
    await dev.restart();
    const health = await plumbline.as(null).ask('GET', '/health');
    expect(health.status).toBe(503);
    expect(JSON.stringify(health.body)).toContain('PLUMBLINE_AUDIT_KEY');
    expect((await approver().ask('GET', '/approvals')).statusAndCode).toBe('503 not-configured');
    expect(await plumbline.deliver([gridEvent(waiting.id)])).toBe(500);
  });
});

function scoped(more: Record<string, unknown>) {
  return { scopes: [{ scope: '/subscriptions/00000000-0000-4000-8000-000000000001', ...more }] };
}

function night() {
  return { days: ['sat'], from: '22:00', to: '04:00', timeZone: 'Europe/Berlin' };
}
