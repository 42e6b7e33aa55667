/** What one event costs, by what it finds and by the profile of its rules. */
import { z } from 'zod';
import { allLogsTo, containerApp, environment, plan, webApp, workspaceId } from '../simulator/estate.ts';
import { decisionCosts } from './decisions.ts';
import type { Report } from './report.ts';
import { type Cost, choose, cost, leastCost, SETTLE_SECONDS, startStage } from './stage.ts';

export async function costs(report: Report): Promise<void> {
  const stage = await startStage({ PLUMBLINE_SETTLE_SECONDS: String(SETTLE_SECONDS) });
  const tell = (what: string, found: Cost, limits: Cost) => {
    report.count(what, 'Azure reads', found.reads, limits.reads);
    report.count('', 'Azure writes', found.writes, limits.writes);
    report.count('', 'table requests', found.tables, limits.tables);
  };
  try {
    const { twin } = stage;
    for (const around of [plan({ name: 'plan-linux' }), environment({ name: 'production' })])
      twin.simulator.add(around);
    const right = webApp({ name: 'right', diagnostics: { central: allLogsTo(workspaceId) } });
    const cart = containerApp({ name: 'cart', environment: 'production' });
    tell('an event, the first ever', await cost(stage, [right]), { reads: 7, writes: 0, tables: 40 });
    const alone = await leastCost(stage, [right]);
    tell('an event, compliant app', alone, { reads: 7, writes: 0, tables: 13 });
    tell('an event, compliant container app', await leastCost(stage, [cart]), { reads: 4, writes: 0, tables: 13 });
    const together = await leastCost(stage, [right, right]);
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
    tell('an event, every safe violation', await leastCost(stage, [wrong]), { reads: 18, writes: 3, tables: 30 });
    const { approval, rollback } = await decisionCosts(stage);
    tell('an approval, decided and carried out', approval, { reads: 10, writes: 1, tables: 30 });
    tell('a rollback, asked for and carried out', rollback, { reads: 12, writes: 1, tables: 42 });
    const took = stage.lines.flatMap((line) => durationOf(line, wrong.id));
    report.time('from the queue to a verified fix of three documents', Math.max(...took), 1000);
    twin.simulator.add(right);
    const burst = Array.from({ length: 50 }, () => right);
    tell('50 events in half the settle delay', await cost(stage, burst), { reads: 14, writes: 0, tables: 350 });
    await choose(stage, 'strict');
    // The plan is read by the first, and kept for the others. Each approval that waits on the app is one table request.
    tell('profile strict, the first event', await cost(stage, [right]), { reads: 8, writes: 0, tables: 40 });
    tell('profile strict, 4 approvals', await leastCost(stage, [right]), { reads: 7, writes: 0, tables: 17 });
    tell('profile strict, the first event', await cost(stage, [cart]), { reads: 4, writes: 0, tables: 40 });
    tell('profile strict, 2 approvals', await leastCost(stage, [cart]), { reads: 4, writes: 0, tables: 15 });
  } finally {
    await stage.close();
  }
}

const evaluated = z.object({ message: z.literal('evaluated'), resource: z.string(), milliseconds: z.number() });

function durationOf(line: string, resource: string): number[] {
  if (!line.includes('"evaluated"')) return [];
  const found = evaluated.safeParse(JSON.parse(line));
  return found.success && found.data.resource === resource ? [found.data.milliseconds] : [];
}
