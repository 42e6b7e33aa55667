/** The service against a loop that makes the same requests and does nothing else. */
import { TableClient } from '@azure/data-tables';
import { tokenFor } from '../../simulator/identity/tokens.ts';
import { runBareLoop } from './bare-loop.ts';
import { median, type Report } from './report.ts';
import type { EventRequests } from './requests.ts';
import { startSide } from './side.ts';

/** `atOnce`: as many messages as the host has in work. */
const AT_ONCE = 4;
const EVENTS = 300;

export async function compareWithBareLoop(report: Report, requests: EventRequests): Promise<void> {
  const side = await startSide({});
  try {
    const { simulator, storage } = side.dev;
    const apps = side.addApps(0, EVENTS);
    const round = async () => {
      const from = performance.now();
      await side.deliver(apps, 8);
      await side.settled();
      return EVENTS / ((performance.now() - from) / 1000);
    };
    await round();
    simulator.clearRequests();
    await side.deliver(apps.slice(0, 1), 1);
    await side.settled();
    const azure = simulator.requests.map(
      ({ path, apiVersion }) => new URL(`${path}?api-version=${apiVersion}`, simulator.url).href,
    );
    const text = (name: string) => new RegExp(`${name}=([^;]+)`).exec(storage.connectionString)?.[1] ?? '';
    const table = TableClient.fromConnectionString(storage.connectionString, 'Bare', { allowInsecureConnection: true });
    await table.createTable();
    const { identity } = simulator;
    const order = {
      azure,
      token: tokenFor(simulator.url, { ...identity, appId: identity.appId ?? '' }, new Date(), 3600),
      storageRequests: requests.table + requests.queue + requests.blob,
      tableUrl: `${text('TableEndpoint').replace(/\/$/, '')}/Bare`,
      account: text('AccountName'),
      key: text('AccountKey'),
      events: EVENTS,
      atOnce: AT_ONCE,
    };
    const shares: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const bare = await runBareLoop(order, simulator.certificatePath);
      shares.push((await round()) / bare);
    }
    report.share('throughput, of that of a bare loop with the same requests', median(shares), 0.7);
  } finally {
    await side.close();
  }
}
