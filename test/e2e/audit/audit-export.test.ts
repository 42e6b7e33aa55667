/** The whole proof: fixes are made, the log is anchored, exported and verified offline, and an edited line is named. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { people, webApp } from '../../../simulator/estate.ts';
import { auditEntry } from '../../../src/domain/audit/audit.ts';
import { auditVerification } from '../../../src/workflows/ports/audit.ts';
import { verifyExports } from '../../../tools/audit-verify/audit-verify.ts';
import { staff } from '../fixtures/callers.ts';
import { touched } from '../fixtures/estate.ts';
import { eventually } from '../fixtures/eventually.ts';
import { usePlumbline } from '../fixtures/plumbline.ts';
import { tableOf } from '../fixtures/stored.ts';

const shop = webApp({ name: 'shop', site: { httpsOnly: false }, web: { minTlsVersion: '1.0' } });
const plumbline = usePlumbline({ resources: [shop] });
const reader = () => plumbline.as(staff.reader, 'Reader');

const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('guarantee 14: the log is verified without the service', () => {
  test('an export is valid, an edited line is named, and a rolled-back head is found by the anchor', async () => {
    await plumbline.change(people.ada, shop.id, 'resource', touched);
    await plumbline.atRest(shop.id);
    await runTimer('anchorAudit');
    const [anchor] = await eventually('an anchor', async () => {
      const found = await anchorsIn(plumbline.dev.storage.connectionString);
      return found.length > 0 ? found : null;
    });

    const { publicKeys, entries } = await reader().get('/audit/verify', auditVerification);
    const keys = publicKeys.flatMap(({ keyId, publicKey }) => ['--key', `${keyId}:${publicKey}`]);
    const { status, body } = await reader().ask('GET', '/audit/export?format=jsonl');
    expect(status).toBe(200);
    const text = z.string().parse(body);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(entries + 1);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ manifest: { count: entries, anchor } });
    expect(await verifyExports([file(text), ...keys])).toMatchObject({ code: 0 });

    const edited = auditEntry.parse(JSON.parse(lines[1] ?? ''));
    const forged = text.replace(lines[1] ?? '', JSON.stringify({ ...edited, message: 'Nothing happened.' }));
    const proof = await verifyExports([file(forged), ...keys]);
    expect(proof.code).toBe(1);
    expect(proof.text).toContain(`entry ${edited.seq} of chain ${edited.chain}: its content does not match its hash`);

    await cutLog();
    const verified = await reader().get('/audit/verify', auditVerification);
    expect(verified).toMatchObject({ valid: false, firstBad: { seq: 1, id: null } });
    expect(verified.reason).toMatch(/anchor 1 says that there were/);
  });
});

/** Deletes every entry and every head, as somebody with the key of the account could. */
async function cutLog(): Promise<void> {
  const table = tableOf(plumbline.dev.storage.connectionString, 'PlumblineAudit');
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities()) {
    await table.deleteEntity(partitionKey, rowKey);
  }
}

async function runTimer(name: string): Promise<void> {
  const { status } = await fetch(`${plumbline.dev.url}/admin/functions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(status).toBe(202);
}

async function anchorsIn(connectionString: string): Promise<unknown[]> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('plumbline-anchors');
  if (!(await container.exists())) return [];
  const found: unknown[] = [];
  for await (const { name } of container.listBlobsFlat()) {
    found.push(JSON.parse((await container.getBlobClient(name).downloadToBuffer()).toString()));
  }
  return found;
}

let files = 0;
function file(text: string): string {
  const name = path.join(folder, `${files++}.jsonl`);
  writeFileSync(name, text);
  return name;
}
