/**
 * What a sweep of a generated estate costs: readings of Resource Manager, queries of Resource Graph, time and memory, first with
 * an unchanged estate, then with one app in a hundred changed. The pace of reads, the quota of Resource Graph and the pauses
 * are those of Azure by one factor; what the machine and the emulator take is real. So the time by the factor is an upper
 * bound of the time at Azure's pace.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TableClient } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import { personas, principalHeaders } from '../../dev/sign-in/personas.ts';
import { people } from '../../simulator/estate.ts';
import { SWEEP_QUEUE } from '../../src/storage/names.ts';
import { sweepProgress } from '../../src/workflows/ports/sweeps.ts';
import { residentMegabytes } from '../soak/memory.ts';
import { type BenchEnvironment, startBenchEnvironment } from './bench-environment.ts';
import type { Report } from './report.ts';

export interface EstateOptions {
  readonly apps: number;
  readonly subscriptions: number;
  readonly factor: number;
  /** The service reads all apps itself until their rows are proven; otherwise what it would have stored is there. */
  readonly learn: boolean;
}

/** Of Azure, and of the service. */
const READS_PER_SECOND = 12.5;
const QUOTA = 15;
const PART_SECONDS = 1;
/** A web app has ten documents of its own, and some that it shares. */
const READS_OF_LOOK = 13;
/** Sweeps until rows are proven, at most: kinds of which there are few apps need several. */
const LEARNING = 12;
const MINUTE_MS = 60_000;

export async function measureEstate(report: Report, options: EstateOptions): Promise<void> {
  const { apps, factor, learn } = options;
  const ids = Array.from({ length: options.subscriptions }, (_, n) => `00000000-0000-4000-8000-0000000e${1000 + n}`);
  const bench = await startBenchEnvironment({
    PLUMBLINE_SUBSCRIPTIONS: ids.join(','),
    PLUMBLINE_SWEEP_SCHEDULE: '0 0 0 1 1 *',
    PLUMBLINE_PAUSES: JSON.stringify({
      sweepReadsPerSecond: READS_PER_SECOND * factor,
      sweepPartSeconds: PART_SECONDS / factor,
    }),
    PLUMBLINE_LOG_LEVEL: 'warn',
    PLUMBLINE_MODE: 'audit',
  });
  const { simulator } = bench.dev;
  try {
    await withoutActivityLog(bench);
    simulator.generated.generate({ apps, subscriptions: ids, violations: 0 });
    simulator.keepRequests(100);
    const what = `${apps} apps in ${ids.length} subscription${ids.length > 1 ? 's' : ''}`;
    // The service has not listed anything yet, so that it begins with what the seed stores.
    const left = learn ? await learnAll(report, bench, ids, options) : await seed(bench);
    simulator.graph.set({ quota: QUOTA * factor });
    const learned = await sweep(bench, ids);
    // The rotation goes on while a sweep runs: an hour of it is less than one app in a hundred.
    report.must('all others were skipped, but for the rotation', learn || learned.queued <= left.length + apps / 100);
    const quiet = await sweep(bench, ids);
    report.must('nothing was looked at, but for the rotation', quiet.queued <= apps / 100);
    const rotation = quiet.queued * READS_OF_LOOK;
    report.count(`sweep of ${what}, unchanged`, 'reads, rotation apart', Math.max(0, quiet.reads - rotation), 20);
    report.count('', 'queries', quiet.queries, Math.max(10 * ids.length, Math.ceil((40 * apps) / 10_000)));
    report.time('', quiet.milliseconds, Number.POSITIVE_INFINITY);
    await changeAll(bench, left);
    const changed = await sweep(bench, ids);
    report.must('every changed app was looked at', changed.queued >= left.length);
    const goal = Math.max(1, apps / ids.length / 100_000) * (ids.length === 1 ? 16 : 6) * MINUTE_MS;
    report.time(
      `sweep of ${what}, ${left.length} changed: ${changed.reads} reads, ${changed.queries} queries; times ${factor}`,
      changed.milliseconds * factor,
      goal,
    );
    const [pid = 0] = bench.dev.pids;
    report.megabytes(`peak memory of the host, ${what}`, await residentMegabytes(pid), 220);
  } finally {
    await bench.close();
  }
}

/** Its readings, once a minute, are none of a sweep. */
async function withoutActivityLog({ dev }: BenchEnvironment): Promise<void> {
  const operator = personas.find(({ key }) => key === 'operator');
  if (!operator) throw new Error('there is no operator');
  const response = await fetch(`${dev.url}/api/settings`, {
    method: 'PUT',
    headers: { ...principalHeaders(operator), 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify({ mode: 'audit', sweep: { activityLog: false } }),
  });
  if (response.status !== 200) throw new Error(`the settings were answered ${response.status}`);
}

/** Stores what a full sweep would have; the ids of the apps that are left to the service. */
async function seed({ dev }: BenchEnvironment): Promise<string[]> {
  const { simulator, environment } = dev;
  simulator.graph.set({ quota: 1_000_000 });
  const loader = new URL('../typescript.mjs', import.meta.url).href;
  const program = fileURLToPath(new URL('prepare/estate.ts', import.meta.url));
  const options = { env: { ...process.env, ...environment }, maxBuffer: 2 ** 26 };
  const ran = promisify(execFile)(process.execPath, ['--import', loader, program], options);
  ran.child.stderr?.pipe(process.stderr);
  const { stdout } = await ran;
  return stdout.split('\n').filter((line) => line.startsWith('/'));
}

async function learnAll(
  report: Report,
  bench: BenchEnvironment,
  ids: readonly string[],
  { apps, factor }: EstateOptions,
): Promise<string[]> {
  bench.dev.simulator.graph.set({ quota: QUOTA * factor });
  const first = await sweep(bench, ids);
  report.time(`first sweep of ${apps} apps, ${first.reads} reads`, first.milliseconds, Number.POSITIVE_INFINITY);
  let last = first;
  for (let n = 0; n < LEARNING && last.queued > apps / 50; n++) last = await sweep(bench, ids);
  const found: string[] = [];
  for (const id of ids) {
    const rows = tableOf(bench).listEntities({
      queryOptions: { filter: `PartitionKey eq '${id}' and RowKey ge 'app-' and RowKey lt 'app.'` },
    });
    for await (const row of rows) {
      const app = String(/"id":"([^"]+)"/.exec(String(row.Json0))?.[1]);
      if (/\/sites\/[^/]+$/i.test(app) && found.length < apps / 100) found.push(app);
    }
  }
  return found;
}

interface Swept {
  readonly reads: number;
  readonly queries: number;
  readonly queued: number;
  readonly milliseconds: number;
}

/** Runs a sweep to the end of its looks. */
async function sweep(bench: BenchEnvironment, subscriptions: readonly string[]): Promise<Swept> {
  const { simulator, url } = bench.dev;
  simulator.clearRequests();
  const queries = simulator.graph.counts().queries;
  const from = performance.now();
  await fetch(`${url}/admin/functions/sweep`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const runs = await Promise.all(subscriptions.map((id) => ended(bench, id, from)));
  const reads = await afterLooks(bench);
  return {
    reads: reads.count,
    queries: simulator.graph.counts().queries - queries,
    queued: runs.reduce((sum, { queued }) => sum + queued, 0),
    milliseconds: Math.max(reads.at, ...runs.map(({ at }) => at)) - from,
  };
}

function tableOf({ dev }: BenchEnvironment): TableClient {
  const options = { allowInsecureConnection: true };
  return TableClient.fromConnectionString(dev.storage.connectionString, 'PlumblineSweeps', options);
}

/** The row of a sweep that has listed everything, and when that was seen. */
async function ended(bench: BenchEnvironment, subscriptionId: string, from: number) {
  const table = tableOf(bench);
  const began = Date.now() - (performance.now() - from);
  for (;;) {
    const row = await table.getEntity('run', subscriptionId.toLowerCase()).catch(() => null);
    const run = row && sweepProgress.safeParse(JSON.parse(String(row.Json0))).data;
    if (run && run.state === 'done' && Date.parse(run.startedAt) >= began - 1000) {
      return { queued: run.queued, at: performance.now() };
    }
    await sleep(500);
  }
}

/** The reads when no message waits and none has come for some seconds, and when the last one came. */
async function afterLooks(bench: BenchEnvironment): Promise<{ readonly count: number; readonly at: number }> {
  const { simulator, storage } = bench.dev;
  const queue = new QueueClient(storage.connectionString, SWEEP_QUEUE);
  let [last, at] = [simulator.requestCounts()['GET 200'] ?? 0, performance.now()];
  for (let quietSince = at; performance.now() - quietSince < 5000; await sleep(250)) {
    const now = simulator.requestCounts()['GET 200'] ?? 0;
    // A message that is handled counts until it is removed.
    const waiting = (await queue.getProperties()).approximateMessagesCount ?? 0;
    if (now !== last || waiting > 0) quietSince = performance.now();
    if (now !== last) [last, at] = [now, performance.now()];
  }
  return { count: last, at };
}

/** Turns HTTPS off in these web apps, without an event. */
async function changeAll({ dev }: BenchEnvironment, ids: readonly string[]): Promise<void> {
  for (const id of ids) await dev.simulator.change(people.ada, id, 'resource', { properties: { httpsOnly: false } });
}
