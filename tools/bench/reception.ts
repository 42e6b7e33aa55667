/** How fast events are received while looks run. */

import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTurn, withSides } from './cpu.ts';
import type { Report } from './report.ts';
import { deliverOnce, type Side } from './side.ts';

const APPS = 100;
const EVENTS = 1000;

/** 100 events a second for ten seconds, about 100 apps whose looks run meanwhile: the time that 95 of 100 answers take. */
export async function compareReception(report: Report, base: string): Promise<void> {
  await withSides(base, async (sides) => {
    const agent = new Agent({ keepAlive: true });
    const round = async (side: Side) => {
      const apps = side.addApps(0, APPS);
      const times: Promise<number>[] = [];
      const from = performance.now();
      for (let index = 0; index < EVENTS; index++) {
        const app = apps[index % APPS];
        if (app) times.push(deliverOnce(side.dev.url, agent, app));
        const ahead = from + (index + 1) * 10 - performance.now();
        if (ahead > 0) await sleep(ahead);
      }
      const sorted = (await Promise.all(times)).sort((a, b) => a - b);
      await side.settled();
      return sorted[Math.floor(EVENTS * 0.95)] ?? Number.NaN;
    };
    const pairs = await inTurn(3, sides, round).finally(() => agent.destroy());
    report.compare('resourceChanged answers at 100 events a second while looks run (p95)', 'ms', pairs, 40 / 82);
  });
}
