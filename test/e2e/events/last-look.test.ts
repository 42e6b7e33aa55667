/**
 * A change of settings during a fix takes effect until the request is sent, and an intent that ended is never used
 * again.
 */

import { describe, expect, test } from 'vitest';
import { people } from '../../../simulator/estate.ts';
import { auditVerification } from '../../../src/workflows/ports/audit.ts';
import { memoryOf, one } from '../../tamper/places.ts';
import { attackerOn, type StoredRow } from '../../tamper/rows.ts';
import { staff } from '../fixtures/callers.ts';
import { rightWebApp } from '../fixtures/estate.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';

const { ada, grace } = people;
const insecure = { properties: { httpsOnly: false } };
const tls = (minTlsVersion: string) => ({ properties: { minTlsVersion } });
const stopping = rightWebApp('stopping');
const exempting = rightWebApp('exempting');
const cut = rightWebApp('cut');
const watched = rightWebApp('watched');

const plumbline = usePlumbline({ resources: [stopping, exempting, cut, watched] });
const operator = () => plumbline.as(staff.operator, 'Operator');

/**
 * Runs an action while Azure answers the last read of an app before its write, after everything else of it was read.
 */
async function duringLastRead(id: string, action: () => Promise<unknown>): Promise<void> {
  let reads = 0;
  const remove = plumbline.simulator.onRequest(async ({ method, path, callerObjectId }, phase) => {
    const isOurs = callerObjectId === plumbline.simulator.identity.objectId;
    if (!isOurs || method !== 'GET' || phase !== 'applied' || path.toLowerCase() !== id.toLowerCase()) return;
    reads += 1;
    if (reads === 2) {
      // What is read in parallel has been read by now.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await action();
    }
  });
  await plumbline.outcomeOf(await plumbline.change(ada, id, 'resource', insecure));
  await plumbline.atRest(id);
  remove();
  expect(reads).toBeGreaterThanOrEqual(2);
}

describe('settings and exemptions are read last', () => {
  test('after a stop was answered with 200, no write is sent', async () => {
    let stoppedAt = '';
    await duringLastRead(stopping.id, async () => {
      await operator().putSettings({ mode: 'autofix', stopped: { reason: 'An incident.' } });
      stoppedAt = new Date().toISOString();
    });
    const writes = plumbline.simulator.requests.filter(({ method, at }) => method !== 'GET' && at > stoppedAt);
    expect(stoppedAt).not.toBe('');
    expect(writes).toEqual([]);
    await operator().putSettings({ mode: 'autofix' });
  });

  test('after an exemption was created, nothing is written', async () => {
    await duringLastRead(exempting.id, async () => {
      const expires = new Date(Date.now() + 3_600_000).toISOString();
      const body = {
        scope: exempting.id,
        rule: 'webapp-https-only',
        owner: 'Team Shop',
        reason: 'Old clients.',
        expires,
      };
      expect((await operator().ask('POST', '/exemptions', { body })).status).toBe(201);
    });
    expect(plumbline.writes(exempting.id)).toEqual([]);
    const finding = (await plumbline.findings(exempting.id)).get('webapp-https-only');
    expect(finding?.decision?.action).toBe('exempt');
  });
});

/**
 * The resource state of an app when its request arrives at Azure: as left by a process that dies before it saves
 * again.
 */
async function memoryDuringWrite(id: string): Promise<StoredRow> {
  const held: StoredRow[] = [];
  const attacker = attackerOn(plumbline.dev.storage.connectionString);
  const remove = plumbline.simulator.onRequest(async ({ method, path }, phase) => {
    if (phase !== 'applied' || method !== 'PATCH' || !path.toLowerCase().startsWith(id.toLowerCase())) return;
    held.push(...memoryOf(id)(await attacker.now()));
  });
  await plumbline.outcomeOf(await plumbline.change(ada, id, 'config/web', tls('1.0')));
  await plumbline.atRest(id);
  remove();
  return one(held);
}

describe('an intent ends once, whatever was saved after its end', () => {
  const kinds = async (id: string) => (await plumbline.audit(id)).map(({ kind }) => kind);

  test('a new violation has a new intent, which names its changer', async () => {
    await attackerOn(plumbline.dev.storage.connectionString).put(await memoryDuringWrite(cut.id));
    await plumbline.outcomeOf(await plumbline.change(grace, cut.id, 'config/web', tls('1.0')));
    await plumbline.atRest(cut.id);
    const entries = (await plumbline.audit(cut.id)).filter(({ kind }) => kind.startsWith('fix.'));
    expect(entries.map(({ kind }) => kind)).toEqual(['fix.intended', 'fix.applied', 'fix.intended', 'fix.applied']);
    expect(new Set(entries.map(({ operationId }) => operationId)).size).toBe(2);
    expect(entries[2]?.trigger?.changedBy?.objectId).toBe(grace.objectId);
    expect(plumbline.writes(cut.id)).toHaveLength(2);
  });

  test('after a switch to mode audit nothing follows the end', async () => {
    await attackerOn(plumbline.dev.storage.connectionString).put(await memoryDuringWrite(watched.id));
    await operator().putSettings({ mode: 'audit' });
    await plumbline.outcomeOf(await plumbline.change(grace, watched.id, 'config/web', tls('1.0')));
    await plumbline.atRest(watched.id);
    expect(await kinds(watched.id)).toEqual(['fix.intended', 'fix.applied']);
    const verified = await plumbline.as(staff.reader, 'Reader').get('/audit/verify', auditVerification);
    expect(verified).toMatchObject({ valid: true });
  });
});
