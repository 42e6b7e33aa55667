/** Somebody writes the tables while the service runs: the answers of the calls about the log. */
import { randomBytes, randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { getAuditEntry, verifyAudit } from '../../src/api/endpoints/audit/audit.ts';
import { exportAudit } from '../../src/api/endpoints/audit/export.ts';
import { createExemption } from '../../src/api/endpoints/exemptions.ts';
import { putSettings } from '../../src/api/endpoints/settings.ts';
import type { ApiService } from '../../src/api/framework/endpoint.ts';
import { parseAuditKeys, recordId } from '../../src/domain/audit/audit.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { emptyAccount } from '../account.ts';
import { apiDeps } from '../fakes/api-deps.ts';
import type { FakeDeps } from '../fakes/deps.ts';
import { ask, serviceOf, statusAndCode } from './ask.ts';
import { SHOP } from './samples.ts';

const auditKeys = parseAuditKeys(`k1:${randomBytes(32).toString('base64')}`);
let account: string;
let here: FakeDeps;
let service: ApiService;

beforeAll(async () => {
  account = await emptyAccount();
});

/** A service that was just started, on empty tables. */
beforeEach(async () => {
  for (const name of ['Audit', 'AuditIndex', 'Settings', 'Exemptions']) await table(name).deleteTable();
  here = apiDeps();
  const { ping, ...stores } = openStorage({
    connection: { kind: 'connection-string', value: account },
    auditKeys,
    now: here.clock.now,
    onFault: here.log.error,
  });
  service = { ...serviceOf({ ...here, newId: randomUUID, ...stores }), ping };
  expect((await put({ mode: 'autofix' })).status).toBe(200);
});

const put = (settings: object) => ask(putSettings, service, { body: settings, headers: { 'if-match': '*' } });
const entry = (id: string) => ask(getAuditEntry, service, { params: { id } });
const verified = async () => (await ask(verifyAudit, service)).body;
const idOf = (kind: string, revision = 2) => recordId(`settings ${revision}`, kind);
const errors = () => here.stored.logged.filter(({ level }) => level === 'error').map(({ message }) => message);

describe('a planted pointer', () => {
  it('is not shown, is named by verification and export, and keeps no record out of the log', async () => {
    const ids = [idOf('settings.changed'), idOf('service.stopped')];
    const { body: real } = await entry(idOf('settings.changed', 1));
    for (const id of ids) await write('Audit', 'audit', `i-${id}`, { ...real, id, message: 'Planted.' });
    for (const id of ids) expect(statusAndCode(await entry(id))).toBe('404 not-found');
    const first = [...ids].sort()[0];
    const reason = expect.stringMatching(new RegExp(`^Row i-${first} of table PlumblineAudit: its content`));
    expect(await verified()).toMatchObject({ valid: false, reason });
    const lines = (await ask(exportAudit, service)).text.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ manifest: { verification: { valid: false, reason } } });
    expect((await put({ stopped: { reason: 'night' } })).status).toBe(200);
    for (const id of ids) expect(await entry(id)).toMatchObject({ status: 200, body: { id, seq: expect.any(Number) } });
    expect(await verified()).toMatchObject({ valid: true, entries: 3 });
    const seen = here.stored.logged.filter(
      ({ message }) => message === 'a row of the audit log is not as it was signed',
    );
    expect(seen.every(({ level }) => level === 'error')).toBe(true);
    const row = z.object({ row: z.string() });
    expect(new Set(seen.map(({ fields }) => row.parse(fields).row))).toEqual(new Set(ids.map((id) => `i-${id}`)));
  });
});

describe('an entry whose row was deleted', () => {
  it('is 404 with the pointer in the detail, and an error is logged', async () => {
    const { body } = await entry(idOf('settings.changed', 1));
    const rows = table('Audit').listEntities({ queryOptions: { filter: "RowKey ge 'e-' and RowKey lt 'e.'" } });
    for await (const { rowKey } of rows) await table('Audit').deleteEntity('audit', `${rowKey}`);
    const answer = await entry(`${body.id}`);
    expect([statusAndCode(answer), answer.body.detail]).toEqual([
      '404 not-found',
      expect.stringMatching(/a pointer to this entry, but not the entry itself/),
    ]);
    expect(errors()).toEqual(['an entry of the audit log is not where its pointer says']);
    expect(await verified()).toMatchObject({ valid: false, firstBad: { seq: 1 } });
  });
});

describe('a chain whose head was deleted', () => {
  it('takes no record: the call is 503, and an error is logged', async () => {
    const { body } = await entry(idOf('settings.changed', 1));
    await table('Audit').deleteEntity('audit', `h-${body.chain}`);
    expect(statusAndCode(await put({ mode: 'audit' }))).toBe('503 storage-unavailable');
    expect(errors()).toEqual(['a chain of the audit log is not continued', 'a request failed']);
    expect(await verified()).toMatchObject({ valid: false, firstBad: { chain: body.chain, seq: 1 } });
  });
});

describe('settings and exemptions that were changed in the tables', () => {
  it('are named by verification', async () => {
    const first = await table('Settings').getEntity<Record<string, string>>('settings', 'current');
    expect((await put({ mode: 'audit' })).status).toBe(200);
    expect(await verified()).toMatchObject({ valid: true });
    await table('Settings').upsertEntity(
      { partitionKey: 'settings', rowKey: 'current', Json0: first.Json0 },
      'Replace',
    );
    expect(await verified()).toMatchObject({
      valid: false,
      reason: expect.stringMatching(/number 1, but the log has a later/),
    });
    expect((await put({ mode: 'audit' })).status).toBe(200);
    expect(await verified()).toMatchObject({ valid: true, entries: 3 });
    const body = { scope: SHOP, rule: 'webapp-min-tls', owner: 'Team', reason: 'x', expires: '2026-03-20T00:00:00Z' };
    const granted = await ask(createExemption, service, { body });
    expect([granted.status, (await verified()).valid]).toEqual([201, true]);
    const row = await table('Exemptions').getEntity<Record<string, string>>('exemption', `${granted.body.id}`);
    const longer = `${row.Json0}`.replace('2026-03-20', '2027-02-20');
    const at = { partitionKey: 'exemption', rowKey: `${granted.body.id}` };
    await table('Exemptions').updateEntity({ ...at, Json0: longer }, 'Merge');
    expect(await verified()).toMatchObject({ valid: false, reason: expect.stringMatching(/not as it was granted/) });
    await table('Exemptions').deleteEntity(at.partitionKey, at.rowKey);
    expect(await verified()).toMatchObject({
      valid: false,
      reason: expect.stringMatching(/The row of an exemption is gone/),
    });
    expect(errors()).toEqual(Array(3).fill('settings or exemptions are not what the audit log says'));
  });
});

function table(name: string): TableClient {
  return TableClient.fromConnectionString(account, `Plumbline${name}`, {
    allowInsecureConnection: true,
  });
}

async function write(name: string, partitionKey: string, rowKey: string, content: unknown): Promise<void> {
  await table(name).upsertEntity({ partitionKey, rowKey, Json0: JSON.stringify(content) }, 'Replace');
}
