/** How fast events are received, and how fast entries are recorded. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite } from '../../dev/azurite/azurite.ts';
import { people, webApp } from '../../simulator/estate.ts';
import { parseAuditKeys } from '../../src/domain/audit/audit.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { runWriters } from './audit-writer.ts';
import { deliverEvent, eventFor, startBenchEnvironment, tableEndpoint } from './bench-environment.ts';
import { startCountingProxy } from './counting-proxy.ts';
import type { Report } from './report.ts';

/** 100 events a second for ten seconds, each for an app of its own, none of them due while it is measured. */
export async function measureEventIngestion(report: Report): Promise<void> {
  const bench = await startBenchEnvironment({ PLUMBLINE_SETTLE_SECONDS: '600' });
  try {
    await deliverEvent(bench.dev, eventFor(webApp({ name: 'warm-up' }), people.ada));
    const times: Promise<number>[] = [];
    for (let index = 0; index < 1000; index++) {
      times.push(timed(() => deliverEvent(bench.dev, eventFor(webApp({ name: `app-${index}` }), people.ada))));
      await sleep(10);
    }
    const sorted = (await Promise.all(times)).sort((a, b) => a - b);
    report.time('resourceChanged answers at 100 events a second (median)', sorted[500] ?? 0, 50);
    report.time('resourceChanged answers at 100 events a second (p95)', sorted[950] ?? 0, 50);
  } finally {
    await bench.close();
  }
}

/** Two processes record 2,000 entries in one log, with 10 ms added to each table call. */
export async function measureAuditWrites(report: Report): Promise<void> {
  const storage = await startAzurite();
  const slow = await startCountingProxy(tableEndpoint(storage.connectionString), 10);
  try {
    const auditKey = `k1:${randomBytes(32).toString('base64')}`;
    const connectionString = storage.connectionString.replace(tableEndpoint(storage.connectionString), slow.url);
    const took = await runWriters(['a', 'b'].map((writer) => ({ connectionString, auditKey, writer, count: 1000 })));
    const value = storage.connectionString;
    const log = openStorage({
      connection: { kind: 'connection-string', value },
      auditKeys: parseAuditKeys(auditKey),
      now: () => new Date(),
    });
    const { valid, entries } = await log.audit.verify();
    report.must('the log is valid and complete', valid && entries === 2000);
    report.rate('audit entries of two processes, 10 ms added to each table call', entries / (took / 1000), 200);
    report.count('', 'table requests', slow.count, 3000);
  } finally {
    await slow.close();
    await storage.close();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
