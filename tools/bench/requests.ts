/** How many requests an event costs: to Azure, and to tables, queues and blobs, each counted by a proxy in front of it. */
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import type { Report } from './report.ts';
import { type Side, startSide } from './side.ts';

export interface EventRequests {
  readonly azure: number;
  readonly table: number;
  readonly queue: number;
  readonly blob: number;
}

/** Both commits, one after the other: counts do not depend on what else the machine does. */
export async function compareRequests(report: Report, base: string): Promise<void> {
  const before = await countOf(base);
  const now = await countOf(undefined);
  const total = ({ table, queue, blob }: EventRequests) => table + queue + blob;
  const pair = (of: (counts: EventRequests) => number, from: 'alone' | 'covered') => [
    { before: of(before[from]), now: of(now[from]) },
  ];
  for (const kind of ['azure', 'table', 'queue', 'blob'] as const) {
    report.compare(
      `requests of an event, compliant app: ${kind}`,
      '',
      pair((counts) => counts[kind], 'alone'),
      1,
    );
  }
  report.compare('storage requests of an event, compliant app', '', pair(total, 'alone'), 8 / 17);
  report.compare(
    'table requests of a covered event',
    '',
    pair(({ table }) => table, 'covered'),
    3 / 6,
  );
}

/** Of this commit: what an event of a compliant app costs. */
export async function countEvent(): Promise<EventRequests> {
  return (await countOf(undefined)).alone;
}

async function countOf(root: string | undefined): Promise<{ alone: EventRequests; covered: EventRequests }> {
  const side = await startSide({ ...(root === undefined ? {} : { root }), settleSeconds: 2 });
  const proxies: CountingProxy[] = [];
  // One after the other: each changes the connection string.
  for (const service of ['Table', 'Queue', 'Blob'] as const) proxies.push(await proxyBefore(side, service));
  const [tables, queues, blobs] = proxies;
  if (!tables || !queues || !blobs) throw new Error('the storage has three services');
  try {
    await side.dev.restart();
    side.dev.simulator.deliverTo(null);
    const [app] = side.addApps(0, 1);
    if (!app) throw new Error('there is no app');
    const measure = async (events: number): Promise<EventRequests> => {
      side.dev.simulator.clearRequests();
      for (const proxy of proxies) proxy.count = 0;
      await side.deliver(
        Array.from({ length: events }, () => app),
        events,
      );
      await side.settled();
      const azure = side.dev.simulator.requests.length;
      return { azure, table: tables.count, queue: queues.count, blob: blobs.count };
    };
    // The first look at an app costs more; then the least of three, because once a minute housekeeping falls into one.
    await measure(1);
    const least = async (events: number) => {
      const runs = [await measure(events), await measure(events), await measure(events)];
      const of = (kind: keyof EventRequests) => Math.min(...runs.map((run) => run[kind]));
      return { azure: of('azure'), table: of('table'), queue: of('queue'), blob: of('blob') };
    };
    const alone = await least(1);
    const both = await least(2);
    const covered = {
      azure: both.azure - alone.azure,
      table: both.table - alone.table,
      queue: both.queue - alone.queue,
      blob: both.blob - alone.blob,
    };
    return { alone, covered };
  } finally {
    await side.close();
    for (const proxy of proxies) await proxy.close();
  }
}

async function proxyBefore({ dev }: Side, service: 'Table' | 'Queue' | 'Blob'): Promise<CountingProxy> {
  const text = dev.environment.AzureWebJobsStorage ?? '';
  const [, endpoint = ''] = new RegExp(`${service}Endpoint=(http://[^/;]+)`).exec(text) ?? [];
  const proxy = await startCountingProxy(endpoint, 0, (path, method) => counts(service, path, method));
  dev.environment.AzureWebJobsStorage = text.replace(
    `${service}Endpoint=${endpoint}`,
    `${service}Endpoint=${proxy.url}`,
  );
  return proxy;
}

/**
 * Not counted: the counters, which are stored every 15 s at most, whatever happened; the host's polls for messages, one for
 * up to four of them and for none; and the status of timers.
 */
function counts(service: string, path: string, method: string): boolean {
  if (service === 'Table') return !decodeURIComponent(path).includes("'counters'");
  if (service === 'Queue') return method !== 'GET';
  return !path.includes('azure-webjobs-hosts');
}
