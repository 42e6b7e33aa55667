/** What a scan of a large estate costs from the command line: requests, the most in a second, and memory. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as z from 'zod';
import { startSimulator } from '../../../simulator/simulator.ts';

/** The part of the report that it fills. */
interface Report {
  time(what: string, milliseconds: number, goal: number): void;
  count(what: string, unit: string, found: number, limit: number): void;
  must(what: string, holds: boolean): void;
}

const SUBSCRIPTION = '00000000-0000-4000-8000-00000000f1ee';
/** Reads a second and subscription at most; the queries of the listing have a quota of their own. */
const MOST_READS_IN_SECOND = 25;
const MOST_MEBIBYTES = 200;

const cost = z.object({
  code: z.number(),
  reads: z.number(),
  queries: z.number(),
  mostReadsInSecond: z.number(),
  minutes: z.number(),
  peakMebibytes: z.number(),
});

/**
 * The scan runs by a clock that moves when somebody waits, so the pace is checked by that clock and costs no time. Resource
 * Graph counts by a real clock, so its quota is lifted.
 */
export async function measureScan(report: Report, apps: number): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-bench-'));
  const simulator = await startSimulator({
    generated: [{ apps, violations: 0.2, subscriptions: [SUBSCRIPTION] }],
    keptRequests: 1000,
    graph: { quota: 1_000_000 },
  });
  try {
    const program = path.join(folder, 'scan.mjs');
    await bundle(program);
    const output = path.join(folder, 'findings.jsonl');
    const result = cost.parse(JSON.parse(await runScan(program, [SUBSCRIPTION, output], simulator.environment)));
    report.must(`a scan of ${apps} apps ends with 0`, result.code === 0);
    report.must(
      'it sends reads only',
      Object.keys(simulator.requestCounts()).every((name) => /^(GET|POST 200)/.test(name)),
    );
    report.count(`scan of ${apps} apps`, 'reads', result.reads, apps * 12);
    report.count('', 'queries', result.queries, apps / 100);
    report.count('', 'reads in the busiest second', result.mostReadsInSecond, MOST_READS_IN_SECOND);
    report.time('it would take in Azure', result.minutes * 60_000, apps * 400);
    report.count('', 'MiB at most (resident)', result.peakMebibytes, MOST_MEBIBYTES);
    report.must('every finding is in the file', statSync(output).size > apps * 1000);
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As the command line is built: in one file, so that no compiler is in its memory. */
async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('./scan-process.ts', import.meta.url))],
    ...{ outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', logLevel: 'error' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
}

async function runScan(program: string, args: readonly string[], environment: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  return output;
}
