/**
 * `npm run bench`: what an event costs (Azure reads and writes, table requests) and how fast the service answers, measured
 * from outside on the local twin. Counts have limits and fail the bench; times are printed against the goal.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parseAuditKeys } from '../src/domain/audit.ts';
import { openStorage } from '../src/storage/open-storage.ts';
import { runWriters } from './audit-writer.ts';
import { build } from './build.ts';
import { checkBundle } from './bundle-check.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { personas, principalHeaders } from './personas.ts';
import { allLogsTo, people, pipeline, webApp, workspaceId } from './simulator/estate.ts';
import type { Caller, ResourceSeed } from './simulator/simulator.ts';
import { startStorage } from './storage.ts';
import { startTwin, type Twin } from './twin.ts';

const BUNDLE = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));
const SETTLE_SECONDS = 2;

interface Bench {
  readonly twin: Twin;
  readonly tables: CountingProxy;
  readonly lines: string[];
}

const rows: string[][] = [];
let failed = false;

async function main(): Promise<void> {
  if (!existsSync(BUNDLE)) await build();
  await loading();
  await costs();
  await receiving();
  await recording();
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  process.stdout.write('\n');
  for (const row of rows)
    process.stdout.write(`${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`);
  if (failed) process.exitCode = 1;
}

async function loading(): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push((await checkBundle(BUNDLE)).loadMilliseconds);
  time('the bundle loads (median of 5)', middle(times), 150);
}

/** What one event costs, by what it finds. */
async function costs(): Promise<void> {
  const bench = await startBench({ PLUMBLINE_SETTLE_SECONDS: String(SETTLE_SECONDS) });
  try {
    const { twin } = bench;
    const right = webApp({ name: 'right', diagnostics: { central: allLogsTo(workspaceId) } });
    tell('an event, the first ever', await cost(bench, [right]), { reads: 5, writes: 0, tables: 40 });
    const alone = await leastCost(bench, [right]);
    tell('an event, compliant app', alone, { reads: 5, writes: 0, tables: 13 });
    const together = await leastCost(bench, [right, right]);
    const covered = {
      reads: together.reads - alone.reads,
      writes: together.writes - alone.writes,
      tables: together.tables - alone.tables,
    };
    tell('a covered event', covered, { reads: 0, writes: 0, tables: 6 });
    const wrong = webApp({
      name: 'wrong',
      site: { httpsOnly: false },
      web: { minTlsVersion: '1.0', scmMinTlsVersion: '1.0', ftpsState: 'AllAllowed' },
    });
    tell('an event, every safe violation', await leastCost(bench, [wrong]), { reads: 16, writes: 3, tables: 30 });
    const took = bench.lines.flatMap((line) => durationOf(line, wrong.id));
    time('from the queue to a verified fix of three documents', Math.max(...took), 1000);
    twin.simulator.add(right);
    const burst = Array.from({ length: 50 }, () => right);
    tell('50 events in half the settle delay', await cost(bench, burst), { reads: 10, writes: 0, tables: 350 });
  } finally {
    await bench.twin.close();
    await bench.tables.close();
  }
}

/** 100 events a second for ten seconds, each for an app of its own, none of them due while it is measured. */
async function receiving(): Promise<void> {
  const bench = await startBench({ PLUMBLINE_SETTLE_SECONDS: '600' });
  try {
    await deliver(bench.twin, eventFor(webApp({ name: 'warm-up' }), people.ada));
    const times: Promise<number>[] = [];
    for (let index = 0; index < 1000; index++) {
      times.push(timed(() => deliver(bench.twin, eventFor(webApp({ name: `app-${index}` }), people.ada))));
      await sleep(10);
    }
    const sorted = (await Promise.all(times)).sort((a, b) => a - b);
    time('resourceChanged answers at 100 events a second (median)', sorted[500] ?? 0, 50);
    time('resourceChanged answers at 100 events a second (p95)', sorted[950] ?? 0, 50);
  } finally {
    await bench.twin.close();
    await bench.tables.close();
  }
}

/** Two processes record 2,000 entries in one log, with 10 ms added to each table call. */
async function recording(): Promise<void> {
  const storage = await startStorage();
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
    if (!valid || entries !== 2000) failed = true;
    rate('audit entries of two processes, 10 ms added to each table call', entries / (took / 1000), 200);
    count('', 'table requests', slow.count, 3000);
  } finally {
    await slow.close();
    await storage.close();
  }
}

async function startBench(environment: Record<string, string>): Promise<Bench> {
  const lines: string[] = [];
  const twin = await startTwin({
    simulator: { operationMilliseconds: 0 },
    hostFlags: ['--principal-header'],
    environment: {
      WEBSITE_AUTH_ENABLED: 'true',
      PLUMBLINE_MODE: 'autofix',
      PLUMBLINE_WORKSPACE_ID: workspaceId,
      ...environment,
    },
    onLine: (line) => lines.push(line),
  });
  const endpoint = tableEndpoint(twin.storage.connectionString);
  // Every 15 s at most the service stores what it counted, whatever happened meanwhile: no cost of an event.
  const tables = await startCountingProxy(endpoint, 0, (path) => !decodeURIComponent(path).includes("'tally'"));
  twin.environment.AzureWebJobsStorage = twin.storage.connectionString.replace(
    `TableEndpoint=${endpoint}`,
    `TableEndpoint=${tables.url}`,
  );
  await twin.restart();
  // Events are delivered by the bench alone; echoes of our own writes would be counted, too.
  twin.simulator.deliverTo(null);
  return { twin, tables, lines };
}

function tableEndpoint(connectionString: string): string {
  const endpoint = /TableEndpoint=(http:\/\/[^/;]+)/.exec(connectionString)?.[1];
  if (!endpoint) throw new Error('the connection string of Azurite names no table endpoint');
  return endpoint;
}

interface Cost {
  readonly reads: number;
  readonly writes: number;
  readonly tables: number;
}

/** The least of three: once a minute the housekeeping's own requests fall into a measurement. */
async function leastCost(bench: Bench, apps: readonly ResourceSeed[]): Promise<Cost> {
  const runs = [await cost(bench, apps), await cost(bench, apps), await cost(bench, apps)];
  const least = (of: (run: Cost) => number) => Math.min(...runs.map(of));
  return { reads: least((run) => run.reads), writes: least((run) => run.writes), tables: least((run) => run.tables) };
}

/** What happens when one event for each of these apps is delivered, all at once. */
async function cost({ twin, tables }: Bench, apps: readonly ResourceSeed[]): Promise<Cost> {
  for (const app of new Set(apps)) twin.simulator.add(app);
  twin.simulator.clearRequests();
  tables.count = 0;
  const events = apps.map((app, index) =>
    eventFor(app, index === 0 ? people.ada : { ...pipeline, objectId: randomUUID() }),
  );
  await Promise.all(events.map((event) => deliver(twin, event)));
  await sleep(SETTLE_SECONDS * 1000);
  for (const { id } of events) await outcome(twin, id, tables);
  const writes = twin.simulator.requests.filter(({ method }) => method !== 'GET').length;
  return { reads: twin.simulator.requests.length - writes, writes, tables: tables.count };
}

function tell(what: string, found: Cost, limits: Cost): void {
  count(what, 'Azure reads', found.reads, limits.reads);
  count('', 'Azure writes', found.writes, limits.writes);
  count('', 'table requests', found.tables, limits.tables);
}

const explained = z.object({ outcome: z.string().nullable() });

/** Waits for the outcome; the requests that asking costs are taken off the count. */
async function outcome(twin: Twin, id: string, tables: CountingProxy): Promise<void> {
  const reader = personas.find(({ key }) => key === 'reader');
  for (let tries = 0; reader && tries < 300; tries++) {
    const before = tables.count;
    const response = await fetch(`${twin.url}/api/explain?event=${id}`, { headers: principalHeaders(reader) });
    const found = explained.safeParse(await response.json());
    tables.count -= Math.min(2, tables.count - before);
    if (found.success && found.data.outcome !== null) return;
    await sleep(200);
  }
  throw new Error(`event ${id} got no outcome`);
}

function eventFor({ id }: ResourceSeed, caller: Caller) {
  return {
    id: randomUUID(),
    topic: id.split('/').slice(0, 3).join('/'),
    subject: id,
    eventType: 'Microsoft.Resources.ResourceWriteSuccess',
    eventTime: new Date().toISOString(),
    dataVersion: '2',
    metadataVersion: '1',
    data: {
      correlationId: randomUUID(),
      resourceUri: id,
      operationName: 'Microsoft.Web/sites/write',
      status: 'Succeeded',
      claims: {
        'http://schemas.microsoft.com/identity/claims/objectidentifier': caller.objectId,
        name: caller.name ?? '',
      },
    },
  };
}

async function deliver(twin: Twin, event: { id: string }): Promise<void> {
  const response = await fetch(`${twin.url}/runtime/webhooks/EventGrid?functionName=resourceChanged`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
    body: JSON.stringify([event]),
  });
  if (response.status !== 202) throw new Error(`event ${event.id} was answered ${response.status}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const evaluated = z.object({ message: z.literal('evaluated'), resource: z.string(), milliseconds: z.number() });

function durationOf(line: string, resource: string): number[] {
  if (!line.includes('"evaluated"')) return [];
  const found = evaluated.safeParse(JSON.parse(line));
  return found.success && found.data.resource === resource ? [found.data.milliseconds] : [];
}

function count(what: string, unit: string, found: number, limit: number): void {
  if (found > limit) failed = true;
  rows.push([what, unit, String(found), `${found > limit ? 'OVER the limit of' : 'at most'} ${limit}`]);
}

function time(what: string, milliseconds: number, goal: number): void {
  rows.push([what, 'ms', milliseconds.toFixed(0), `goal ${goal}${milliseconds > goal ? ', MISSED' : ''}`]);
}

function rate(what: string, found: number, goal: number): void {
  rows.push([what, 'a second', found.toFixed(0), `goal ${goal}${found < goal ? ', MISSED' : ''}`]);
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

await main();
process.stdout.write(`\nMeasured with ${path.basename(process.execPath)} ${process.version}.\n`);
