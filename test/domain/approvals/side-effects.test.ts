/** What a rollback reverts of the side effects of its fix, and why it leaves the rest. */
import { describe, expect, test } from 'vitest';
import { isAbout } from '../../../src/domain/approvals/change-set.ts';
import { digestReason } from '../../../src/domain/approvals/digests.ts';
import { planSideEffectUndo } from '../../../src/domain/approvals/rollback.ts';
import type { AuditRecord } from '../../../src/domain/audit/audit.ts';
import { auditRecord } from '../../../src/domain/audit/record.ts';
import { type Change, digestOf } from '../../../src/domain/changes/change.ts';
import { summarizeChanges } from '../../../src/domain/changes/diff-summary.ts';
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { type Resource, viewOf } from '../../../src/domain/resources/resource.ts';
import { documentStateOf, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { CONTAINER_APP, resourceNamed, SITE, TLS_CHANGE } from '../examples.ts';

const site = resourceNamed(SITE);
const app = resourceNamed(CONTAINER_APP);
const moved = (path: string, from: Json, to: Json, document: DocumentName = 'config/web'): Change => ({
  document,
  path,
  from,
  to,
});
const reads = (resource: Resource, bodies: { [name in DocumentName]?: JsonObject }): Snapshot => ({
  resource,
  documents: Object.fromEntries(
    Object.entries(bodies).map(([name, body]) => [name, documentStateOf(resource.kind, name as DocumentName, body)]),
  ),
});
const web = (properties: JsonObject) => reads(site, { 'config/web': { properties } });
const why = (change: Change, fresh: Snapshot) => planSideEffectUndo([change], fresh, null).kept[0]?.why ?? null;

describe('a side effect is reverted', () => {
  const http2 = moved('/properties/http20Enabled', true, false);

  test('while it is as it was seen after the fix, from the value that is there now', () => {
    expect(planSideEffectUndo([http2], web({ http20Enabled: false }), null)).toEqual({
      changes: [moved('/properties/http20Enabled', false, true)],
      preserved: [],
      kept: [],
    });
  });

  test('not again when it has its old value', () => {
    expect(planSideEffectUndo([http2], web({ http20Enabled: true }), null)).toEqual({
      changes: [],
      preserved: [],
      kept: [],
    });
  });

  test('with the values beside it in the same object of a site, except for those that are reverted, too', () => {
    const cors = { allowedOrigins: ['b'], supportCredentials: false, more: { a: 1, b: null } };
    const origins = moved('/properties/cors/allowedOrigins', ['a'], ['b']);
    const credentials = moved('/properties/cors/supportCredentials', true, false);
    const more = { document: 'config/web', path: '/properties/cors/more/a', value: 1 };
    const kept = { document: 'config/web', path: '/properties/cors/supportCredentials', value: false };
    expect(planSideEffectUndo([origins], web({ cors }), null).preserved).toEqual([kept, more]);
    expect(planSideEffectUndo([origins, credentials], web({ cors }), null).preserved).toEqual([more, more]);
    expect(planSideEffectUndo([http2], web({ http20Enabled: false, cors }), null).preserved).toEqual([]);
  });

  test('without values beside it when it is a tag, or of a container app', () => {
    const tag = moved('/tags/team', 'shop', 'cart', 'resource');
    const tagged = { resource: { tags: { team: 'cart', owner: 'ada' }, properties: { httpsOnly: true } } };
    expect(planSideEffectUndo([tag], reads(site, tagged), null).preserved).toEqual([]);
    const ingress = { transport: 'http', targetPort: 80 };
    const fresh = reads(app, { resource: { properties: { configuration: { ingress } } } });
    const transport = moved('/properties/configuration/ingress/transport', 'auto', 'http', 'resource');
    expect(planSideEffectUndo([transport], fresh, null)).toMatchObject({ changes: [{ to: 'auto' }], preserved: [] });
  });

  test('of a container app, alone, and removed when it was not there before', () => {
    const ingress = { traffic: [{ weight: 1 }], transport: 'http' };
    const fresh = reads(app, { resource: { properties: { configuration: { ingress } } } });
    const transport = moved('/properties/configuration/ingress/transport', null, 'http', 'resource');
    expect(planSideEffectUndo([transport], fresh, null)).toEqual({
      changes: [{ ...transport, from: 'http', to: null }],
      preserved: [],
      kept: [],
    });
  });
});

describe('a side effect is left', () => {
  const https = moved('/properties/httpsOnly', true, false, 'resource');

  test('for the given reason, each of them', () => {
    const all = [https, moved('/properties/http20Enabled', true, false)];
    expect(planSideEffectUndo(all, web({ http20Enabled: false }), 'no reason')).toEqual({
      changes: [],
      preserved: [],
      kept: all.map((change) => ({ change, why: 'no reason' })),
    });
  });

  test.each<[string, Change, Snapshot, string | null]>([
    [
      'because nobody writes there',
      moved('/value', [], [1], 'backups'),
      web({}),
      'a rollback does not write this place',
    ],
    [
      'because no rollback writes there',
      moved('/properties/serverFarmId', 'a', 'b', 'resource'),
      reads(site, { resource: { properties: { serverFarmId: 'b' } } }),
      'a rollback does not write this place',
    ],
    [
      'because its document is only written as a whole',
      moved('/properties/login/x', 1, 2, 'config/authsettingsV2'),
      reads(site, { 'config/authsettingsV2': { properties: { login: { x: 2 } } } }),
      'a rollback does not write this place',
    ],
    [
      'because it was too long before',
      summarizeChanges([moved('/properties/linuxFxVersion', 'x'.repeat(20_000), 'a')]).listed[0] ?? https,
      web({ linuxFxVersion: 'a' }),
      'it is too long for the log to hold',
    ],
    [
      'because it is too long now',
      summarizeChanges([moved('/properties/linuxFxVersion', 'a', 'x'.repeat(20_000))]).listed[0] ?? https,
      web({ linuxFxVersion: 'x'.repeat(20_000) }),
      'it is too long for the log to hold',
    ],
    [
      'because it held a secret',
      moved('/properties/appCommandLine', 'https://ada:planted@host', 'a'),
      web({ appCommandLine: 'a' }),
      'it holds or stands beside a secret, which is not shown',
    ],
    [
      'because a secret is beside it',
      moved('/properties/cors/supportCredentials', true, false),
      web({ cors: { allowedOrigins: ['https://ada:planted@host'], supportCredentials: false } }),
      'it holds or stands beside a secret, which is not shown',
    ],
    [
      'but not for a secret in another object',
      moved('/properties/cors/supportCredentials', true, false),
      web({ cors: { supportCredentials: false }, appCommandLine: 'https://ada:planted@host' }),
      null,
    ],
    [
      'because a site takes no value for no change',
      moved('/properties/http20Enabled', null, true),
      web({ http20Enabled: true }),
      'there was no value before, and Azure takes no value for no change',
    ],
    [
      'because a tag cannot be taken back',
      moved('/tags/team', null, 'shop', 'resource'),
      reads(app, { resource: { tags: { team: 'shop' } } }),
      'there was no value before, and Azure takes no value for no change',
    ],
    [
      'but not an added diagnostic setting',
      moved('/value/new/properties', null, { logs: [] }, 'diagnosticSettings'),
      reads(site, { diagnosticSettings: { value: [{ name: 'new', properties: { logs: [] } }] } }),
      null,
    ],
    [
      'because a part of a diagnostic setting cannot be taken back',
      moved('/value/new/properties/logs', null, [], 'diagnosticSettings'),
      reads(site, { diagnosticSettings: { value: [{ name: 'new', properties: { logs: [] } }] } }),
      'there was no value before, and Azure takes no value for no change',
    ],
    ['because it cannot be read now', https, web({}), 'it cannot be read now'],
    [
      'because it moved on',
      moved('/properties/ftpsState', 'Disabled', 'AllAllowed'),
      web({ ftpsState: 'FtpsOnly' }),
      'it is no longer as it was seen after the fix',
    ],
  ])('%s', (_, change, fresh, reason) => {
    expect(why(change, fresh)).toBe(reason);
  });
});

describe('an entry is about a change set', () => {
  const rule = { id: 'webapp-min-tls', version: 1 };
  const digest = digestOf(site, rule, 'fix', [TLS_CHANGE]);
  const changeSet = { rule, purpose: 'fix' as const, digest, approvalId: 'a1' };
  const entry: AuditRecord = auditRecord({
    ...{ id: '1', at: '2026-03-01T12:00:00.000Z', kind: 'approval.approved', resource: viewOf(site), rule: rule.id },
    ...{ approvalId: 'a1', actor: { type: 'service' }, changes: [TLS_CHANGE], reasons: [digestReason(digest)] },
    message: 'Approved.',
  });

  test('of this resource, in any casing', () => {
    expect(isAbout(entry, site, changeSet)).toBe(true);
    const resource = { ...viewOf(site), id: SITE.toUpperCase() };
    expect(isAbout({ ...entry, resource }, site, changeSet)).toBe(true);
  });

  test.each<[string, Partial<AuditRecord>]>([
    ['another resource', { resource: viewOf(resourceNamed(`${SITE}2`)) }],
    ['no resource', { resource: null }],
    ['another rule', { rule: 'webapp-auth' }],
    ['another approval', { approvalId: 'a2' }],
    ['no approval', { approvalId: null }],
    ['another digest', { reasons: [digestReason('sha256:0')] }],
    ['no digest', { reasons: [] }],
    ['other changes than its digest says', { changes: [{ ...TLS_CHANGE, to: '1.3' }] }],
  ])('but not with %s', (_, differs) => {
    expect(isAbout({ ...entry, ...differs }, site, changeSet)).toBe(false);
  });
});
