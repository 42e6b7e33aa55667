// What CI runs in a fresh clone: install, then everything that `npm test` checks. The last line tells how many tests passed
// and failed; a step that fails before the tests (build, types, lint, install) counts as one failure.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-ci-'));
const report = path.join(folder, 'report.json');

let code = await npm('ci');
if (code === 0) code = await npm('test', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
const { passed, failed } = totals(code);
rmSync(folder, { recursive: true, force: true });
process.exitCode = code === 0 && failed === 0 ? 0 : 1;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);

/** Runs npm with its output passed on; resolves to its exit code. */
function npm(...args) {
  return new Promise((resolve) => {
    const windows = process.platform === 'win32';
    const child = spawn(windows ? 'npm.cmd' : 'npm', args, {
      cwd: root,
      env: { ...process.env, CI: 'true' },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: windows,
    });
    child.once('error', (error) => {
      process.stderr.write(`npm could not be started: ${error.message}\n`);
      resolve(1);
    });
    child.once('close', (status) => resolve(status ?? 1));
  });
}

/** Of the tests, when they ran. Whatever else failed counts once, so that a failure never looks like a success. */
function totals(status) {
  const { numPassedTests: passed = 0, numFailedTests: failed = 0 } = parsed() ?? {};
  return { passed, failed: failed === 0 && status !== 0 ? 1 : failed };
}

function parsed() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return null;
  }
}
