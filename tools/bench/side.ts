/** A host of one commit with storage and Azure of its own, as the bench drives and measures it. */
import { readFile } from 'node:fs/promises';
import { Agent, request as sendHttp } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import { type DevEnvironment, startDevEnvironment } from '../../dev/environment/dev-environment.ts';
import { allLogsTo, people, plan, webApp, workspaceId } from '../../simulator/estate.ts';
import type { ResourceSeed } from '../../simulator/simulator.ts';
import { RECONCILE_QUEUE } from '../../src/storage/names.ts';
import { BENCH_SETTINGS, eventFor } from './bench-environment.ts';

export interface Side {
  readonly dev: DevEnvironment;
  /** Puts compliant web apps into the estate, named by their number from `first` on. */
  addApps(first: number, count: number): ResourceSeed[];
  /** One event for each of these apps, so many deliveries at once; returns the milliseconds of each. */
  deliver(apps: readonly ResourceSeed[], atOnce: number): Promise<number[]>;
  /** Waits until every event has its outcome: a message leaves the queue after it. */
  settled(): Promise<void>;
  /** Milliseconds that the host's process has computed so far; null where the system does not tell. */
  cpu(): Promise<number | null>;
  close(): Promise<void>;
}

export interface SideOptions {
  /** The checkout; absent: this one. */
  readonly root?: string;
  readonly settleSeconds?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function startSide({ root, settleSeconds = 0, environment = {} }: SideOptions): Promise<Side> {
  const dev = await startDevEnvironment({
    ...(root === undefined ? {} : { root }),
    simulator: { operationMilliseconds: 0 },
    hostFlags: ['--principal-header'],
    environment: {
      ...BENCH_SETTINGS,
      PLUMBLINE_SETTLE_SECONDS: String(settleSeconds),
      ...environment,
    },
  });
  // Events are delivered by the bench alone.
  dev.simulator.deliverTo(null);
  dev.simulator.add(plan({ name: 'plan-linux' }));
  const queue = new QueueClient(dev.storage.connectionString, RECONCILE_QUEUE);
  const agent = new Agent({ keepAlive: true });

  return {
    dev,

    addApps(first, count) {
      const diagnostics = { central: allLogsTo(workspaceId) };
      const apps = Array.from({ length: count }, (_, index) => webApp({ name: `app-${first + index}`, diagnostics }));
      for (const app of apps) dev.simulator.add(app);
      return apps;
    },

    async deliver(apps, atOnce) {
      const times: number[] = [];
      let next = 0;
      const line = async () => {
        for (let app = apps[next++]; app; app = apps[next++]) times.push(await deliverOnce(dev.url, agent, app));
      };
      await Promise.all(Array.from({ length: atOnce }, line));
      return times;
    },

    async settled() {
      for (let found = 1; found > 0; ) {
        await sleep(50);
        found = (await queue.getProperties()).approximateMessagesCount ?? 0;
      }
    },

    cpu: () => cpuOf(dev.pids[0]),

    async close() {
      agent.destroy();
      await dev.close();
    },
  };
}

/** Delivers one event and returns how long the answer took. `fetch` would cost the bench as much as the host. */
export async function deliverOnce(url: string, agent: Agent, app: ResourceSeed): Promise<number> {
  const body = JSON.stringify([eventFor(app, people.ada)]);
  const from = performance.now();
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const request = sendHttp(
      `${url}/runtime/webhooks/EventGrid?functionName=resourceChanged`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
      },
      (response) => response.resume().on('end', () => resolve(response.statusCode)),
    );
    request.on('error', reject);
    request.end(body);
  });
  if (status !== 202) throw new Error(`an event was answered ${status}`);
  return performance.now() - from;
}

/** Linux counts in hundredths of a second (proc(5)). */
async function cpuOf(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (status === null) return null;
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
