/** Somebody writes the tables of a running service: they cause no write and no false record. */

import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { approvalAnswer } from '../../../src/api/endpoints/approvals/schemas.ts';
import { auditEntry } from '../../../src/domain/audit/audit.ts';
import { valueAt } from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import { TABLES } from '../../../src/storage/names.ts';
import { decisionId } from '../../../src/workflows/approvals/record-decision.ts';
import { approvalOf, mainRow, memoryOf, one, settingsRow } from '../../tamper/places.ts';
import { attackerOn, edited, type StoredRow } from '../../tamper/rows.ts';
import type { AuditEntry } from '../fixtures/api.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const TLS = 'webapp-min-tls';
const DEBUGGING = 'webapp-remote-debugging';
const debugging = { web: { remoteDebuggingEnabled: true } };
const tls = (minTlsVersion: string) => ({ properties: { minTlsVersion } });

const attacked = rightWebApp('attacked');
const donor = rightWebApp('donor');
const writing = rightWebApp('writing');
const idle = rightWebApp('idle');
const counted = rightWebApp('counted');
const flipped = rightWebApp('flipped', debugging);
const flippedAlone = rightWebApp('flipped-alone', debugging);
const swapped = rightWebApp('swapped', debugging);
const planted = rightWebApp('planted', debugging);
const silenced = rightWebApp('silenced');

const plumbline = usePlumbline({
  resources: [attacked, donor, writing, idle, counted, flipped, flippedAlone, swapped, planted, silenced],
});
const approver = () => plumbline.as(staff.approver, 'Approver');
const attacker = () => attackerOn(plumbline.dev.storage.connectionString);

let touches = 0;
/** Somebody else changes a property without a rule, and all events are processed. */
async function touch(id: string): Promise<void> {
  touches += 1;
  await plumbline.outcomeOf(await plumbline.change(grace, id, 'resource', { tags: { touched: String(touches) } }));
  await plumbline.atRest(id);
}

async function fixed(id: string, minTlsVersion: string): Promise<AuditEntry> {
  await plumbline.outcomeOf(await plumbline.change(ada, id, 'config/web', tls(minTlsVersion)));
  await plumbline.atRest(id);
  const entry = (await plumbline.audit(id)).findLast(({ kind }) => kind === 'fix.applied');
  if (!entry) throw new Error(`nothing was fixed on ${id}`);
  return entry;
}

const row = async (find: (all: Awaited<ReturnType<ReturnType<typeof attacker>['now']>>) => StoredRow[]) =>
  one(find(await attacker().now()));
const kindsOf = async (id: string) => (await plumbline.audit(id)).map(({ kind }) => kind);
const named = (id: string, text: RegExp) =>
  plumbline.lines.some((line) => line.toLowerCase().includes(id.toLowerCase()) && text.test(line));

/** The resource state of an app with the open fix of another one, as it is stored when its request arrives. */
async function operationsWhileWriting(id: string): Promise<Json> {
  let held: Json = null;
  const remove = plumbline.simulator.onRequest(async ({ method, path }, phase) => {
    if (phase !== 'applied' || method !== 'PATCH' || !path.toLowerCase().startsWith(id.toLowerCase())) return;
    held = valueAt((await row(memoryOf(id))).value, '/attempts');
  });
  await fixed(id, '1.0');
  remove();
  return held;
}

describe.concurrent('the cause of a write is checked with the signed log', () => {
  test('the decided rollback of another app among the open approvals is not executed', async () => {
    await fixed(attacked.id, '1.0');
    const entry = await fixed(donor.id, '1.1');
    const answer = await approver().ask('POST', `/audit/${entry.id}/rollback`, { body: { comment: 'old clients' } });
    const { id } = approvalAnswer.parse(answer.body);
    await eventually('the rollback', () => plumbline.writes(donor.id).length === 2);
    await plumbline.atRest(donor.id);
    const rows = approvalOf(donor.id, TLS)(await attacker().now());
    await attacker().putApproval(rows, edited(mainRow(rows), { '/status': 'approved' }).value);
    const memory = await row(memoryOf(attacked.id));
    await attacker().put(edited(memory, { '/openApprovals': [id] }));
    await touch(attacked.id);
    expect(plumbline.writes(attacked.id)).toEqual(['PATCH config/web']);
    expect(plumbline.simulator.get(attacked.id, 'config/web')).toMatchObject(tls('1.2'));
    expect(named(attacked.id, /"level":"?(40|50|warn|error)/i)).toBe(true);
  });

  test('an open operation of another app in the resource state records no fix', async () => {
    const operations = await operationsWhileWriting(writing.id);
    expect(operations).not.toEqual([]);
    await touch(idle.id);
    // A counter that the log does not have: otherwise the end of the other app would prevent it.
    const memory = edited(await row(memoryOf(idle.id)), { '/attempts': operations });
    await attacker().put(edited(memory, { '/attempts/0/number': 7 }));
    await touch(idle.id);
    expect(await kindsOf(idle.id)).toEqual([]);
    expect(plumbline.writes(idle.id)).toEqual([]);
  });

  test('raised counters of attempts give one write and one end', async () => {
    const operations = await operationsWhileWriting(counted.id);
    for (const attempts of [2, 3, 4, 5]) {
      const memory = edited(await row(memoryOf(counted.id)), { '/attempts': operations });
      await attacker().put(edited(memory, { '/attempts/0/number': attempts }));
      await touch(counted.id);
    }
    expect(plumbline.writes(counted.id)).toEqual(['PATCH config/web']);
    expect(await kindsOf(counted.id)).toEqual(['fix.intended', 'fix.applied']);
  });

  test.each([
    ['with its copies', flipped.id, (rows: StoredRow[], row: StoredRow) => attacker().putApproval(rows, row.value)],
    ['alone', flippedAlone.id, (_: StoredRow[], row: StoredRow) => attacker().put(row)],
  ])('an approval that was set to approved %s, without a decision, is pending again', async (_, app, put) => {
    await touch(app);
    await plumbline.pending(app, DEBUGGING);
    const rows = approvalOf(app, DEBUGGING)(await attacker().now());
    const by = { objectId: staff.approver.objectId, name: 'Mary Jackson' };
    const decision: Json = {
      by,
      at: new Date().toISOString(),
      comment: null,
      decision: 'approve',
      changerUnknown: false,
    };
    await put(rows, edited(mainRow(rows), { '/status': 'approved', '/decision': decision }));
    await touch(app);
    expect((await plumbline.pending(app, DEBUGGING)).decision ?? null).toBeNull();
    expect(plumbline.writes(app)).toEqual([]);
    expect(await kindsOf(app)).not.toContain('fix.intended');
    expect(named(app, /no signed decision|does not prove/)).toBe(true);
  });

  test('changes that were replaced under the same digest are neither recorded nor written', async () => {
    await touch(swapped.id);
    const shown = await plumbline.pending(swapped.id, DEBUGGING);
    const rows = approvalOf(swapped.id, DEBUGGING)(await attacker().now());
    const other: Json = [{ document: 'config/web', path: '/properties/webSocketsEnabled', from: false, to: true }];
    await attacker().putApproval(rows, edited(mainRow(rows), { '/changes': other }).value);
    await approver().approve(shown);
    await touch(swapped.id);
    const entries = await plumbline.audit(swapped.id);
    const decided = entries.filter(({ kind }) => kind === 'approval.approved');
    const differs = decided.some(({ changes }) => JSON.stringify(changes) !== JSON.stringify(shown.changes));
    // The decided changes in the log and the written ones are the same.
    if (plumbline.writes(swapped.id).length > 0) expect(differs).toBe(false);
    expect(plumbline.simulator.get(swapped.id, 'config/web')).toMatchObject({
      properties: { webSocketsEnabled: false },
    });
  });

  test('a pointer planted for the record of a decision is named, and the decision is logged', async () => {
    await touch(planted.id);
    const approval = await plumbline.pending(planted.id, DEBUGGING);
    const id = decisionId(approval.id);
    const key = { partitionKey: 'audit', rowKey: `i-${id}`, table: TABLES.audit, columns: {} };
    await attacker().put({ ...key, value: { id, kind: 'approval.approved', message: 'Nobody said this.' } });
    expect((await approver().approve(approval)).statusAndCode).toBe('202');
    expect(await kindsOf(planted.id)).toContain('approval.approved');
    expect(named(`i-${id}`, /not as it was signed/)).toBe(true);
    const read = await plumbline.as(staff.reader, 'Reader').ask('GET', `/audit/${id}`);
    expect(read.status).toBe(200);
    expect(JSON.stringify(read.body)).not.toContain('Nobody said this.');
  });

  test('a stored recheck time in 2099 is logged and delays nothing', async () => {
    await touch(silenced.id);
    const memory = await row(memoryOf(silenced.id));
    await attacker().put(edited(memory, { '/recheckAt': '2099-01-01T00:00:00.000Z' }));
    await fixed(silenced.id, '1.0');
    expect(plumbline.writes(silenced.id)).toEqual(['PATCH config/web']);
    expect(named(silenced.id, /too far in the future/)).toBe(true);
  });
});

test('a record with a time in the year 9999 is not logged, and changes no later time', async () => {
  const operator = plumbline.as(staff.operator, 'Operator');
  await operator.putSettings({ mode: 'autofix' });
  const stored = await row(settingsRow);
  const actor = { type: 'user', objectId: staff.approver.objectId, name: 'Mary Jackson' };
  const nothing = { resource: null, rule: null, operationId: null, approvalId: null, trigger: null, arm: null };
  const lists = { changes: [], alsoMoved: [], reasons: [] };
  const seal = { hash: 'a'.repeat(64), keyId: 'k1', signature: 'AAAA' };
  const said = { id: 'f'.repeat(32), at: '9999-12-31T00:00:00.000Z', kind: 'service.stopped', mode: 'autofix' };
  const record: Json = { ...said, ...nothing, ...lists, ...seal, actor, message: 'planted' };
  await attacker().put(edited(stored, { '/records': [record] }));
  await plumbline.housekeep();
  await operator.putSettings({ mode: 'autofix', limits: { flapCount: 4 } });
  const entries = await plumbline.as(staff.reader, 'Reader').list('/audit?kind=settings.changed', auditEntry);
  expect(entries.length).toBeGreaterThanOrEqual(2);
  expect(entries.every(({ at }) => Date.parse(at) <= Date.now() + 1000)).toBe(true);
  const stops = await plumbline.as(staff.reader, 'Reader').list('/audit?kind=service.stopped', auditEntry);
  expect(stops).toEqual([]);
  expect(plumbline.lines.some((line) => /"level":"?(40|50|warn|error)/i.test(line) && line.includes(said.id))).toBe(
    true,
  );
});
