/**
 * `npm run bench`: what an event costs (Azure reads and writes, table requests) and how fast the service answers, measured
 * from outside in the development environment. Counts have limits and fail the bench; times are printed against the goal.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from '../build/build.ts';
import { checkBundle } from '../build/bundle-check.ts';
import { measureEventCosts } from './costs.ts';
import { measureEvaluation } from './evaluation.ts';
import { measureAuditWrites, measureEventIngestion } from './rates.ts';
import { type Report, startReport } from './report.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));

async function loading(report: Report): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push((await checkBundle(BUNDLE)).loadMilliseconds);
  report.time('the bundle loads (median of 5)', times.sort((a, b) => a - b)[2] ?? 0, 150);
}

if (!existsSync(BUNDLE)) await build();
const report = startReport();
await loading(report);
await measureEvaluation(report);
await measureEventCosts(report);
await measureEventIngestion(report);
await measureAuditWrites(report);
const { text, passed } = report.end();
process.stdout.write(`\n${text}\nMeasured with ${path.basename(process.execPath)} ${process.version}.\n`);
if (!passed) process.exitCode = 1;
