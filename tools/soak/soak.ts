/**
 * `npm run soak [-- --seed N] [--events N] [--apps N]`: the guarantees under load, faults and a SIGKILL. Prints each count
 * with what it must be; exit code 1 when one of them is not, 2 for wrong flags.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../build/build.ts';
import type { Check } from './checks.ts';
import { soak } from './run.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url));
const GOAL_SECONDS = 300;

async function main(): Promise<void> {
  const flags = flagsIn(process.argv.slice(2));
  if (!existsSync(BUNDLE)) await build();
  print(`Seed ${flags.seed}: --seed ${flags.seed} --events ${flags.events} --apps ${flags.apps} draws the same again.`);
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const checks = await soak({
    ...flags,
    log: (line) => print(`${String(seconds()).padStart(4)} s  ${line}`),
    ...(process.env.SHOW_LINES ? { onLine: print } : {}),
  });
  print('');
  const widest = Math.max(...checks.map(({ what }) => what.length));
  for (const check of checks) print(lineOf(check, widest));
  print(`\n${seconds()} s (goal: under ${GOAL_SECONDS} s for 5000 events)`);
  if (checks.some(({ holds }) => !holds)) process.exitCode = 1;
}

function lineOf({ what, found, limit, holds, examples }: Check, widest: number): string {
  const verdict = limit === '' ? '' : holds ? `  (must be ${limit})` : `  MUST BE ${limit}`;
  return [`${what.padEnd(widest)}  ${found}${verdict}`, ...examples.map((example) => `    ${example}`)].join('\n');
}

function flagsIn(args: string[]): { seed: number; events: number; apps: number } {
  const options = {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    events: { type: 'string', default: '5000' },
    apps: { type: 'string', default: '500' },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    return {
      seed: wholeNumber('--seed', values.seed, 0),
      events: wholeNumber('--events', values.events, 10),
      apps: wholeNumber('--apps', values.apps, 1),
    };
  } catch (error) {
    throw new WrongFlag(error instanceof Error ? error.message.split('. ')[0] : String(error));
  }
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new Error(`${flag} must be a whole number from ${least}, not "${text}"`);
}

class WrongFlag extends Error {}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof WrongFlag ? 2 : 1;
});
