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
export async function logOf(scenario: Scenario): Promise<{ readonly lines: LogLine[]; readonly deps: FakeDeps }> {
  const deps = fakeDeps();
  const host = createHost(deps);
  await scenario.run(host, deps);
  await host.settle();
  return { lines: logLinesOf(deps), deps };
}

export function logLinesOf({ stored }: FakeDeps): LogLine[] {
  return stored.logged.map((line) => ({ ...line, fields: FIELDS.parse(line.fields) }));
}

/** The scenario with this title. */
export function scenarioCalled(title: string): Scenario {
  const scenario = SCENARIOS.find((one) => one.title === title);
  if (!scenario) throw new Error(`there is no scenario called ${title}`);
  return scenario;
}

const FIELDS = z.record(z.string(), z.unknown());
