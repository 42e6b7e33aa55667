/**
 * `npm run bench`: what an event costs in requests, processor time and memory, and how fast the service answers, measured from
 * outside in the development environment. Counts have limits and fail the bench; times are printed against the goal. What
 * depends on the machine is compared with an older commit, which is built beside this one and runs in turn with it.
 * `-- --only NAME[,NAME]` runs some parts, `-- --events N` sets the events of `memory`. `-- --estate N` measures sweeps of an
 * estate of so many apps, in as many subscriptions as `--subscriptions` says, with quotas and pauses divided by `--factor`;
 * with `--learn` the service reads all apps itself, instead of finding stored what it would have learned.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../build/build.ts';
import { compareWithBareLoop } from './bare.ts';
import { type BaseCommit, buildBaseCommit } from './base-commit.ts';
import { measureConsole } from './console/console.ts';
import { measureEventCosts } from './costs.ts';
import { compareCpu, compareThroughput } from './cpu.ts';
import { type EstateOptions, measureEstate } from './estate.ts';
import { measureEvaluation } from './evaluation.ts';
import { compareLoad, measureHelp } from './load.ts';
import { measureAuditPages } from './log/audit-million.ts';
import { measureMemory } from './memory.ts';
import { measureAuditWrites, measureEventIngestion } from './rates.ts';
import { compareReception } from './reception.ts';
import { type Report, startReport } from './report.ts';
import { compareRequests, countEvent } from './requests.ts';
import { measureScan } from './scan/scan.ts';
import { measureSummary } from './summary.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));

interface Context {
  readonly report: Report;
  /** The events of the part `memory`, for one app and then for a hundred. */
  readonly events: number;
  readonly estate: EstateOptions;
  /** The older commit, built at the first use. */
  base(): Promise<BaseCommit>;
}

/** In the order in which they run. A part that needs more time than some minutes belongs into BY_NAME. */
const PARTS: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  load: async ({ report, base }) => compareLoad(report, BUNDLE, (await base()).bundle),
  help: async ({ report }) => measureHelp(report),
  evaluation: ({ report }) => measureEvaluation(report),
  costs: ({ report }) => measureEventCosts(report),
  ingestion: ({ report }) => measureEventIngestion(report),
  audit: ({ report }) => measureAuditWrites(report),
  requests: async ({ report, base }) => compareRequests(report, (await base()).root),
  cpu: async ({ report, base }) => compareCpu(report, (await base()).root),
  throughput: async ({ report, base }) => compareThroughput(report, (await base()).root),
  bare: async ({ report }) => compareWithBareLoop(report, await countEvent()),
  reception: async ({ report, base }) => compareReception(report, (await base()).root),
};

/** Only with `--only`. */
const BY_NAME: typeof PARTS = {
  memory: ({ report, events }) => measureMemory(report, events),
  summary: ({ report }) => measureSummary(report, [3000, 10_000]),
  console: ({ report }) => measureConsole(report),
  'audit-million': ({ report }) => measureAuditPages(report),
  scan: ({ report }) => measureScan(report, 10_000),
  estate: ({ report, estate }) => measureEstate(report, estate),
  'memory-before': async ({ report, events, base }) => measureMemory(report, events, (await base()).root),
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    events: { type: 'string', default: '10000' },
    estate: { type: 'string' },
    subscriptions: { type: 'string', default: '1' },
    factor: { type: 'string', default: '4' },
    learn: { type: 'boolean', default: false },
  },
});
const all = { ...PARTS, ...BY_NAME };
const names = values.only?.split(',') ?? (values.estate === undefined ? Object.keys(PARTS) : ['estate']);
const numbers = [values.events, values.estate ?? '1000', values.subscriptions, values.factor];
const unknown = names.filter((name) => !(name in all));
if (unknown.length > 0 || numbers.some((number) => !/^[1-9]\d*$/.test(number))) {
  process.stderr.write(
    `Usage: npm run bench -- [--only ${Object.keys(all).join(',')}] [--events N] [--estate N [--subscriptions N] [--factor N] [--learn]]\n`,
  );
  process.exit(2);
}

if (!existsSync(BUNDLE)) await build();
let base: Promise<BaseCommit> | undefined;
const context: Context = {
  report: startReport((line) => process.stderr.write(`${line}\n`)),
  events: Number(values.events),
  estate: {
    apps: Number(values.estate ?? 1000),
    subscriptions: Number(values.subscriptions),
    factor: Number(values.factor),
    learn: values.learn,
  },
  base: () => {
    base ??= buildBaseCommit();
    return base;
  },
};
// The folder of the older commit is removed, however the run ends; the processes end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await base?.then((built) => built.close()).catch(() => undefined);
    process.exit(1);
  });
}
try {
  for (const name of names) await all[name]?.(context);
} finally {
  await base?.then((built) => built.close());
}
const { text, passed } = context.report.end();
process.stdout.write(`\n${text}\nMeasured with ${path.basename(process.execPath)} ${process.version}.\n`);
if (!passed) process.exitCode = 1;
