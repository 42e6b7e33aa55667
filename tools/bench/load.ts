/** How long the bundle takes to load, and the command line to show its help. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkBundle } from '../build/bundle-check.ts';
import { median, type Pair, type Report } from './report.ts';

export async function compareLoad(report: Report, bundle: string, base: string): Promise<void> {
  const pairs: Pair[] = [];
  for (let run = 0; run < 5; run++) {
    const { loadMilliseconds: before } = await checkBundle(base);
    const { loadMilliseconds: now } = await checkBundle(bundle);
    pairs.push({ before, now });
  }
  report.compare('the bundle loads', 'ms', pairs, 0.8);
}

const COMMAND = fileURLToPath(new URL('../plumbline.cjs', import.meta.url));

/** From the start of the process to its end, beside a Node.js that does nothing; the median of nine. */
export function measureHelp(report: Report): void {
  const millisecondsOf = (words: readonly string[]) => {
    const started = performance.now();
    const { status } = spawnSync(process.execPath, words, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`node ${words.join(' ')} ended with ${status}`);
    return performance.now() - started;
  };
  // By turns, so that what else runs on the machine slows both.
  const runs = Array.from({ length: 9 }, () => ({
    bare: millisecondsOf(['-e', '0']),
    help: millisecondsOf([COMMAND, '--help']),
  }));
  report.time('plumbline --help', median(runs.map(({ help }) => help)), 200);
  report.time('Node.js alone', median(runs.map(({ bare }) => bare)), 200);
}
