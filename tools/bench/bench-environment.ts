/** The environment that the bench measures: it counts table requests, delivers events and waits for their outcome. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type DevEnvironment, startDevEnvironment } from '../../dev/environment/dev-environment.ts';
import { personas, principalHeaders } from '../../dev/sign-in/personas.ts';
import { people, pipeline, workspaceId } from '../../simulator/estate.ts';
import type { Caller, ResourceSeed } from '../../simulator/simulator.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';

export const SETTLE_SECONDS = 2;

/** The settings of every host that is measured. */
export const BENCH_SETTINGS = {
  WEBSITE_AUTH_ENABLED: 'true',
  PLUMBLINE_MODE: 'autofix',
  PLUMBLINE_WORKSPACE_ID: workspaceId,
};

export interface BenchEnvironment {
  readonly dev: DevEnvironment;
  readonly tables: CountingProxy;
  readonly lines: string[];
  close(): Promise<void>;
}

export async function startBenchEnvironment(environment: Record<string, string>): Promise<BenchEnvironment> {
  const lines: string[] = [];
  const dev = await startDevEnvironment({
    simulator: { operationMilliseconds: 0 },
    hostFlags: ['--principal-header'],
    environment: {
      ...BENCH_SETTINGS,
      ...environment,
    },
    onLine: (line) => lines.push(line),
  });
  const endpoint = tableEndpoint(dev.storage.connectionString);
  // Every 15 s at most the service stores what it counted, whatever happened meanwhile: no cost of an event.
  const tables = await startCountingProxy(endpoint, 0, (path) => !decodeURIComponent(path).includes("'counters'"));
  dev.environment.AzureWebJobsStorage = dev.storage.connectionString.replace(
    `TableEndpoint=${endpoint}`,
    `TableEndpoint=${tables.url}`,
  );
  await dev.restart();
  // Events are delivered by the bench alone; echoes of our own writes would be counted, too.
  dev.simulator.deliverTo(null);
  const close = async () => {
    await dev.close();
    await tables.close();
  };
  return { dev, tables, lines, close };
}

export function tableEndpoint(connectionString: string): string {
  const endpoint = /TableEndpoint=(http:\/\/[^/;]+)/.exec(connectionString)?.[1];
  if (!endpoint) throw new Error('the connection string of Azurite names no table endpoint');
  return endpoint;
}

export interface Cost {
  readonly reads: number;
  readonly writes: number;
  readonly tables: number;
}

/** The least of three: once a minute the housekeeping's own requests fall into a measurement. */
export async function measureLowestCost(bench: BenchEnvironment, apps: readonly ResourceSeed[]): Promise<Cost> {
  const runs = [await measureCost(bench, apps), await measureCost(bench, apps), await measureCost(bench, apps)];
  const least = (of: (run: Cost) => number) => Math.min(...runs.map(of));
  return { reads: least((run) => run.reads), writes: least((run) => run.writes), tables: least((run) => run.tables) };
}

/** What happens when one event for each of these apps is delivered, all at once. */
export async function measureCost(
  { dev, tables }: BenchEnvironment,
  apps: readonly ResourceSeed[],
  by: Caller = people.ada,
): Promise<Cost> {
  for (const app of new Set(apps)) dev.simulator.add(app);
  dev.simulator.clearRequests();
  tables.count = 0;
  const events = apps.map((app, index) => eventFor(app, index === 0 ? by : { ...pipeline, objectId: randomUUID() }));
  await Promise.all(events.map((event) => deliverEvent(dev, event)));
  await sleep(SETTLE_SECONDS * 1000);
  for (const { id } of events) await outcome(dev, id, tables);
  const writes = dev.simulator.requests.filter(({ method }) => method !== 'GET').length;
  return { reads: dev.simulator.requests.length - writes, writes, tables: tables.count };
}

const explained = z.object({ outcome: z.string().nullable() });

/** Waits for the outcome; the requests that asking costs are taken off the count. */
async function outcome(dev: DevEnvironment, id: string, tables: CountingProxy): Promise<void> {
  const reader = personas.find(({ key }) => key === 'reader');
  for (let tries = 0; reader && tries < 300; tries++) {
    const before = tables.count;
    const response = await fetch(`${dev.url}/api/explain?event=${id}`, { headers: principalHeaders(reader) });
    const found = explained.safeParse(await response.json());
    tables.count -= Math.min(2, tables.count - before);
    if (found.success && found.data.outcome !== null) return;
    await sleep(200);
  }
  throw new Error(`event ${id} got no outcome`);
}

export function eventFor({ id }: ResourceSeed, caller: Caller) {
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

export async function deliverEvent(dev: DevEnvironment, event: { id: string }): Promise<void> {
  const response = await fetch(`${dev.url}/runtime/webhooks/EventGrid?functionName=resourceChanged`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
    body: JSON.stringify([event]),
  });
  if (response.status !== 202) throw new Error(`event ${event.id} was answered ${response.status}`);
}

/** Operators choose another profile. */
export async function selectProfile({ dev }: BenchEnvironment, profile: 'baseline' | 'strict'): Promise<void> {
  const operator = personas.find(({ key }) => key === 'operator');
  if (!operator) throw new Error('there is no operator');
  const response = await fetch(`${dev.url}/api/settings`, {
    method: 'PUT',
    headers: { ...principalHeaders(operator), 'content-type': 'application/json', 'if-match': '*' },
    body: JSON.stringify({ mode: 'autofix', profile }),
  });
  if (response.status !== 200) throw new Error(`the settings were answered ${response.status}`);
}
