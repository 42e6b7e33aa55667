/** Two processes write the log at the same time, with every table call 10 ms slower than on this machine. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../dev/azurite/azurite.ts';
import { type AuditEntry, parseAuditKeys } from '../../src/domain/audit/audit.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { runWriters } from '../../tools/bench/audit-writer.ts';
import { type CountingProxy, startCountingProxy } from '../../tools/bench/counting-proxy.ts';

const EACH = 200;
const auditKey = `k1:${randomBytes(32).toString('base64')}`;
let storage: Azurite;
let slow: CountingProxy;

beforeAll(async () => {
  storage = await startAzurite();
  slow = await startCountingProxy(/TableEndpoint=(http:\/\/[^/;]+)/.exec(storage.connectionString)?.[1] ?? '', 10);
});
afterAll(async () => {
  await slow.close();
  await storage.close();
});

describe('guarantee 14: two processes, one log', () => {
  test('no entry is lost, and no chain has a gap or a fork', async () => {
    const connectionString = storage.connectionString.replace(/(TableEndpoint=)http:\/\/[^/;]+/, `$1${slow.url}`);
    await runWriters(['a', 'b'].map((writer) => ({ connectionString, auditKey, writer, count: EACH })));

    const { audit } = openStorage({
      connection: { kind: 'connection-string', value: storage.connectionString },
      auditKeys: parseAuditKeys(auditKey),
      now: () => new Date(),
    });
    const entries: AuditEntry[] = [];
    for (let after: string | null = null, more = true; more; more = after !== null) {
      const page = await audit.list({}, { limit: 1000, after });
      entries.push(...page.items);
      after = page.next;
    }
    expect(new Set(entries.map(({ message }) => message)).size).toBe(2 * EACH);
    expect(entries).toHaveLength(2 * EACH);
    for (const chain of new Set(entries.map((entry) => entry.chain))) {
      const oldestFirst = entries.filter((entry) => entry.chain === chain).reverse();
      expect(oldestFirst.map(({ seq }) => seq)).toEqual(oldestFirst.map((_, index) => index + 1));
      // They did meet: in each chain the writer changes.
      const writers = oldestFirst.map(({ message }) => message.at(-2));
      expect(new Set(writers)).toEqual(new Set(['a', 'b']));
    }
    expect(await audit.verify()).toMatchObject({ valid: true, complete: true, entries: 2 * EACH });
    // Concurrent records share a transaction: that, and not the wait for each call, bounds the rate.
    expect(slow.count).toBeLessThan(3 * EACH);
  });

  test('writers that die leave a valid log, and the next writer records their open records once', async () => {
    const connectionString = storage.connectionString.replace(/(TableEndpoint=)http:\/\/[^/;]+/, `$1${slow.url}`);
    const { audit } = openStorage({
      connection: { kind: 'connection-string', value: storage.connectionString },
      auditKeys: parseAuditKeys(auditKey),
      now: () => new Date(),
    });
    const { entries: before } = await audit.verify();
    const order = (writer: string) => ({ connectionString, auditKey, writer, count: 150 });
    let writing = true;
    const died = runWriters([{ ...order('c'), dies: 60 }, { ...order('d'), dies: 100 }, order('e')]).finally(() => {
      writing = false;
    });
    while (writing) {
      expect(await audit.verify()).toMatchObject({ valid: true });
      // The writers need the processor, too.
      await sleep(200);
    }
    await died;
    const left = await audit.verify();
    expect(left.valid).toBe(true);
    expect(left.entries - before).toBeLessThan(450);
    await runWriters(['c', 'd'].map(order));
    expect(await audit.verify()).toMatchObject({ valid: true, entries: before + 450 });
  });
});
