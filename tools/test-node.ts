/**
 * `npm run test:node -- 22 24`: the unit tests and one end-to-end file on other major versions of Node.js than the one that
 * runs this. npm brings them, as packages for each platform, into `node_modules/.cache`. No part of CI, which needs no registry
 * but for `npm ci`. Exit code 1 when anything failed, 2 for wrong arguments.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WINDOWS = process.platform === 'win32';
const VITEST = 'node_modules/vitest/vitest.mjs';

/** What each version has to run: the bundle made by it, every unit test, and a change that is fixed by the whole service. */
export const RUNS: readonly (readonly string[])[] = [
  ['--import', './tools/typescript.mjs', 'tools/build/build.ts'],
  [VITEST, 'run', '--project', 'unit', '--project', 'unit-mocks', '--project', 'processes'],
  [VITEST, 'run', '--project', 'whole', 'test/e2e/events/fixing.test.ts'],
];

/** The major versions of the arguments. Throws for anything else. */
export function versionsIn(args: readonly string[]): number[] {
  const strange = args.find((arg) => !/^[1-9]\d$/.test(arg));
  if (strange !== undefined || args.length === 0) {
    throw new WrongArguments(
      `name major versions, such as: npm run test:node -- 22 24${strange ? `; not "${strange}"` : ''}`,
    );
  }
  return args.map(Number);
}

/** The package that holds the program of a version for a platform. */
export function packageFor(version: number, platform: string, arch: string): string {
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}@${version}`;
}

export class WrongArguments extends Error {}

/** Brings the version, and answers the folder of its program. Throws when npm cannot. */
function folderOf(version: number): string {
  const folder = path.join(ROOT, 'node_modules/.cache/test-node', String(version));
  mkdirSync(folder, { recursive: true });
  const wanted = packageFor(version, process.platform, process.arch);
  const { status } = spawnSync(
    WINDOWS ? 'npm.cmd' : 'npm',
    ['install', '--prefix', folder, '--no-save', '--ignore-scripts', wanted],
    { stdio: ['ignore', 'ignore', 'inherit'], shell: WINDOWS },
  );
  if (status !== 0)
    throw new Error(`npm could not install ${wanted}: is the registry reached, and has it this version?`);
  return path.join(folder, 'node_modules', wanted.slice(0, wanted.lastIndexOf('@')), 'bin');
}

/** Runs everything on a version; answers its full name and what failed. */
function testOn(version: number): { name: string; failed: string[] } {
  const folder = folderOf(version);
  const node = path.join(folder, WINDOWS ? 'node.exe' : 'node');
  const name = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() || `Node.js ${version}`;
  // What tests start by name is this version, too.
  const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH ?? ''}` };
  const failed = RUNS.filter((args) => {
    process.stdout.write(`\n${name}: ${args.join(' ')}\n`);
    return spawnSync(node, args, { cwd: ROOT, env, stdio: 'inherit' }).status !== 0;
  });
  return { name, failed: failed.map((args) => args.join(' ')) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const results = versionsIn(process.argv.slice(2)).map(testOn);
    process.stdout.write('\n');
    for (const { name, failed } of results) {
      process.stdout.write(`${name}: ${failed.length === 0 ? 'passed' : `FAILED ${failed.join('; ')}`}\n`);
    }
    if (results.some(({ failed }) => failed.length > 0)) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof WrongArguments ? 2 : 1;
  }
}
