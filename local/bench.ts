/**
 * `npm run bench`: what an event costs (Azure reads and writes, table requests) and how fast the service answers, measured
 * from outside on the local twin. Counts have limits and fail the bench; times are printed against the goal.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { costs } from './bench/costs.ts';
import { evaluating } from './bench/evaluating.ts';
import { receiving, recording } from './bench/rates.ts';
import { type Report, startReport } from './bench/report.ts';
import { build } from './build.ts';
import { checkBundle } from './bundle-check.ts';

const BUNDLE = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));

async function loading(report: Report): Promise<void> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) times.push((await checkBundle(BUNDLE)).loadMilliseconds);
  report.time('the bundle loads (median of 5)', times.sort((a, b) => a - b)[2] ?? 0, 150);
}

if (!existsSync(BUNDLE)) await build();
const report = startReport();
await loading(report);
await evaluating(report);
await costs(report);
await receiving(report);
await recording(report);
const { text, passed } = report.end();
process.stdout.write(`\n${text}\nMeasured with ${path.basename(process.execPath)} ${process.version}.\n`);
if (!passed) process.exitCode = 1;
