/**
 * What a sweep of a generated estate costs: readings of Resource Manager, queries of Resource Graph and time, first while rows
 * are not proven, then with an unchanged estate, then with one app in a hundred changed. The pace of reads and the quota of
 * Resource Graph are multiplied by one factor, so that an estate of any size takes minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TableClient } from '@azure/data-tables';
import { people } from '../../simulator/estate.ts';
import { sweepProgress, sweptApp } from '../../src/workflows/ports/sweeps.ts';
import { type BenchEnvironment, startBenchEnvironment } from './bench-environment.ts';
import type { Report } from './report.ts';

const FACTOR = 100;
/** Sweeps until rows are proven, at most: kinds of which there are few apps need several. */
const LEARNING = 12;

export async function measureEstate(report: Report, apps: number, subscriptions = 1): Promise<void> {
  const ids = Array.from({ length: subscriptions }, (_, n) => `00000000-0000-4000-8000-0000000e${1000 + n}`);
  const bench = await startBenchEnvironment({
    PLUMBLINE_SUBSCRIPTIONS: ids.join(','),
    PLUMBLINE_SWEEP_SCHEDULE: '0 0 0 1 1 *',
    PLUMBLINE_PAUSES: JSON.stringify({ sweepReadsPerSecond: 12.5 * FACTOR }),
    PLUMBLINE_LOG_LEVEL: 'warn',
    PLUMBLINE_MODE: 'audit',
  });
  const { simulator } = bench.dev;
  try {
    simulator.generated.generate({ apps, subscriptions: ids, violations: 0 });
    simulator.keepRequests(100);
    simulator.graph.set({ quota: 15 * FACTOR });
    const first = await sweep(bench, ids);
    report.time(`first sweep of ${apps} apps, ${first.reads} reads`, first.milliseconds, Number.POSITIVE_INFINITY);
    let learned = first;
    for (let n = 0; n < LEARNING && learned.queued > apps / 50; n++) learned = await sweep(bench, ids);
    const quiet = await sweep(bench, ids);
    const rotation = quiet.queued * READS_OF_LOOK;
    report.count(
      `sweep of ${apps} unchanged apps`,
      'reads without the rotation',
      Math.max(0, quiet.reads - rotation),
      20,
    );
    report.count('', 'queries of Resource Graph', quiet.queries, Math.max(10, Math.ceil((40 * apps) / 10_000)));
    report.time('', quiet.milliseconds, Number.POSITIVE_INFINITY);
    await changeSome(bench, ids, apps / 100);
    const changed = await sweep(bench, ids);
    const scaled = (changed.milliseconds * FACTOR) / 60_000;
    report.time(
      `sweep with 1 % changed, ${changed.reads} reads; at Azure's pace at most ${scaled.toFixed(1)} min`,
      changed.milliseconds,
      Number.POSITIVE_INFINITY,
    );
    report.must('every changed app was looked at', changed.queued >= Math.floor(apps / 100));
  } finally {
    await bench.close();
  }
}

/** A web app has ten documents of its own, and some that it shares. */
const READS_OF_LOOK = 13;

interface Swept {
  readonly reads: number;
  readonly queries: number;
  readonly queued: number;
  readonly milliseconds: number;
}

/** Runs a sweep to the end of its looks. */
async function sweep({ dev }: BenchEnvironment, subscriptions: readonly string[]): Promise<Swept> {
  const { simulator } = dev;
  simulator.clearRequests();
  const queries = simulator.graph.counts().queries;
  const from = performance.now();
  const url = `${dev.url}/admin/functions/sweep`;
  await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  const runs = await Promise.all(subscriptions.map((id) => ended(dev.storage.connectionString, id, from)));
  const reads = await quiet(() => simulator.requestCounts()['GET 200'] ?? 0);
  return {
    reads: reads.count,
    queries: simulator.graph.counts().queries - queries,
    queued: runs.reduce((sum, { queued }) => sum + queued, 0),
    milliseconds: reads.at - from,
  };
}

/** The row of a sweep that has listed everything. */
async function ended(connectionString: string, subscriptionId: string, from: number) {
  const table = TableClient.fromConnectionString(connectionString, 'PlumblineSweeps', {
    allowInsecureConnection: true,
  });
  const began = Date.now() - (performance.now() - from);
  for (;;) {
    const row = await table.getEntity(subscriptionId, 'run').catch(() => null);
    const run = row && sweepProgress.safeParse(JSON.parse(String(row.Json0))).data;
    if (run && run.state === 'done' && Date.parse(run.startedAt) >= began - 1000) return run;
    await sleep(500);
  }
}

/** The count when it has not changed for some seconds, and since when. */
async function quiet(count: () => number): Promise<{ readonly count: number; readonly at: number }> {
  let [last, at] = [count(), performance.now()];
  while (performance.now() - at < 5000) {
    await sleep(250);
    const now = count();
    if (now !== last) [last, at] = [now, performance.now()];
  }
  return { count: last, at };
}

/** Turns HTTPS off in so many web apps, without an event. */
async function changeSome({ dev }: BenchEnvironment, subscriptions: readonly string[], count: number): Promise<void> {
  const table = TableClient.fromConnectionString(dev.storage.connectionString, 'PlumblineSweeps', {
    allowInsecureConnection: true,
  });
  let left = count;
  for (const id of subscriptions) {
    const filter = `PartitionKey eq '${id}' and RowKey ge 'app-' and RowKey lt 'app.'`;
    for await (const row of table.listEntities({ queryOptions: { filter } })) {
      const app = sweptApp.parse(JSON.parse(String(row.Json0)));
      if (left < 1) return;
      if (!/\/sites\/[^/]+$/i.test(app.id)) continue;
      await dev.simulator.change(people.ada, app.id, 'resource', { properties: { httpsOnly: false } });
      left -= 1;
    }
  }
}
