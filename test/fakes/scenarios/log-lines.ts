/** The log lines of the service, as they reach Application Insights, for tests of queries over them. */
import { z } from 'zod';
import { type FakeDeps, fakeDeps } from '../deps.ts';
import { createHost } from './host.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Runs a scenario to its end. */
export async function logOf(way: Scenario): Promise<{ readonly lines: LogLine[]; readonly world: FakeDeps }> {
  const deps = fakeDeps();
  const host = createHost(deps);
  await way.run(host, deps);
  await host.settle();
  return { lines: logLinesOf(deps), world: deps };
}

export function logLinesOf({ stored }: FakeDeps): LogLine[] {
  return stored.logged.map((line) => ({ ...line, fields: FIELDS.parse(line.fields) }));
}

/** The scenario with this title. */
export function scenarioCalled(title: string): Scenario {
  const way = SCENARIOS.find((one) => one.title === title);
  if (!way) throw new Error(`there is no way called ${title}`);
  return way;
}

const FIELDS = z.record(z.string(), z.unknown());
