/** What one event costs, by what it finds and by the profile of its rules. */
import { z } from 'zod';
import { allLogsTo, containerApp, environment, plan, webApp, workspaceId } from '../../simulator/estate.ts';
import {
  type Cost,
  measureCost,
  measureLowestCost,
  SETTLE_SECONDS,
  selectProfile,
  startBenchEnvironment,
} from './bench-environment.ts';
import { measureDecisionCosts } from './decision-costs.ts';
import type { Report } from './report.ts';

export async function measureEventCosts(report: Report): Promise<void> {
  const bench = await startBenchEnvironment({ PLUMBLINE_SETTLE_SECONDS: String(SETTLE_SECONDS) });
  const record = (what: string, found: Cost, limits: Cost) => {
    report.count(what, 'Azure reads', found.reads, limits.reads);
    report.count('', 'Azure writes', found.writes, limits.writes);
    report.count('', 'table requests', found.tables, limits.tables);
  };
  try {
    const { dev } = bench;
    for (const around of [plan({ name: 'plan-linux' }), environment({ name: 'production' })]) dev.simulator.add(around);
    const right = webApp({ name: 'right', diagnostics: { central: allLogsTo(workspaceId) } });
    const cart = containerApp({ name: 'cart', environment: 'production' });
    record('an event, the first ever', await measureCost(bench, [right]), { reads: 7, writes: 0, tables: 30 });
    const alone = await measureLowestCost(bench, [right]);
    record('an event, compliant app', alone, { reads: 7, writes: 0, tables: 5 });
    record('an event, compliant container app', await measureLowestCost(bench, [cart]), {
      reads: 4,
      writes: 0,
      tables: 5,
    });
    const together = await measureLowestCost(bench, [right, right]);
    const covered = {
      reads: together.reads - alone.reads,
      writes: together.writes - alone.writes,
      tables: together.tables - alone.tables,
    };
    // Its message finds the lease of the other one, and is handled again: one request more than later.
    record('a covered event', covered, { reads: 0, writes: 0, tables: 4 });
    const wrong = webApp({
      name: 'wrong',
      site: { httpsOnly: false },
      web: { minTlsVersion: '1.0', scmMinTlsVersion: '1.0', ftpsState: 'AllAllowed' },
    });
    record('an event, every safe violation', await measureLowestCost(bench, [wrong]), {
      reads: 18,
      writes: 3,
      tables: 28,
    });
    const { approval, rollback } = await measureDecisionCosts(bench);
    record('an approval, decided and carried out', approval, { reads: 10, writes: 1, tables: 32 });
    record('a rollback, asked for and carried out', rollback, { reads: 12, writes: 1, tables: 43 });
    const took = bench.lines.flatMap((line) => durationOf(line, wrong.id));
    report.time('from the queue to a verified fix of three documents', Math.max(...took), 1000);
    dev.simulator.add(right);
    const burst = Array.from({ length: 50 }, () => right);
    record('50 events in half the settle delay', await measureCost(bench, burst), {
      reads: 14,
      writes: 0,
      tables: 200,
    });
    await selectProfile(bench, 'strict');
    // The plan is read by the first, and kept for the others. Each approval that waits on the app is one table request.
    record('profile strict, the first event', await measureCost(bench, [right]), { reads: 8, writes: 0, tables: 40 });
    record('profile strict, 4 approvals', await measureLowestCost(bench, [right]), { reads: 7, writes: 0, tables: 10 });
    record('profile strict, the first event', await measureCost(bench, [cart]), { reads: 4, writes: 0, tables: 40 });
    record('profile strict, 2 approvals', await measureLowestCost(bench, [cart]), { reads: 4, writes: 0, tables: 8 });
  } finally {
    await bench.close();
  }
}

const evaluated = z.object({ message: z.literal('evaluated'), resource: z.string(), milliseconds: z.number() });

function durationOf(line: string, resource: string): number[] {
  if (!line.includes('"evaluated"')) return [];
  const found = evaluated.safeParse(JSON.parse(line));
  return found.success && found.data.resource === resource ? [found.data.milliseconds] : [];
}
