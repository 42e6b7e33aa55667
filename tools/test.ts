/**
 * `npm test` and `npm run test:unit`: types, lint and tests, all at once; arguments are passed on to Vitest. What types and
 * lint print comes as a whole when they have ended. The exit code is that of the first that failed.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const npx = (program: string) => path.join(ROOT, 'node_modules/.bin', program);

async function run(program: string, args: readonly string[], stdio: 'inherit' | 'pipe'): Promise<number> {
  const windows = process.platform === 'win32';
  const child = spawn(windows ? `"${npx(program)}.cmd"` : npx(program), args, { cwd: ROOT, shell: windows, stdio });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

const codes = await Promise.all([
  run('tsc', ['--noEmit'], 'pipe'),
  run('tsc', ['--noEmit', '--project', 'src/console'], 'pipe'),
  run('biome', ['ci', '.'], 'pipe'),
  run('vitest', ['run', ...process.argv.slice(2)], 'inherit'),
]);
process.exitCode = codes.find((code) => code !== 0) ?? 0;
