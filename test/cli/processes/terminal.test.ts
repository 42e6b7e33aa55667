/** The built command line as a process of its own: its help, Ctrl-C, and a reader that goes away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildCommandLine, COMMAND_LINE } from '../../../tools/build/build.ts';
import { approval } from '../../api/samples.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { atTerminal, ESCAPE, hasTerminal, plumbline, type Running, run } from './running.ts';
import { type ServedDeployment, serveDeployment } from './served-deployment.ts';

const SUBSCRIPTION = '00000000-0000-4000-8000-00000000f1ee';
/** So many that their findings do not fit into a pipe, and that reading them takes some seconds. */
const APPS = 12;

let folder: string;
let server: ServedDeployment;
let simulator: Simulator;
let deps: FakeDeps;
let running: Running;

beforeAll(async () => {
  if (!existsSync(COMMAND_LINE)) await buildCommandLine();
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-terminal-'));
  deps = apiDeps();
  deps.stored.approvals.set('approval-1', { value: approval(), version: 1 });
  server = await serveDeployment(async () => deps);
  simulator = await startSimulator({ generated: [{ apps: APPS, violations: 0.3, subscriptions: [SUBSCRIPTION] }] });
  const environment = { PLUMBLINE_URL: server.url, PLUMBLINE_AS: 'approver', TMPDIR: folder };
  running = { cwd: folder, environment: { ...simulator.environment, ...environment } };
});

afterAll(async () => {
  server.close();
  await simulator.close();
  rmSync(folder, { recursive: true });
});

/** A line of the shell that notes the state of the terminal around a command. Ctrl-C reaches the shell, too. */
const watched = (words: string) =>
  `trap : INT; stty -a > before; ${plumbline} ${words}; code=$?; stty -a > after; exit $code`;
const stateOf = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const CTRL_C = '\u0003';

it('the help has no colours without a terminal', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [COMMAND_LINE, '--help'], running);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('approvals');
  expect(stdout).not.toContain(ESCAPE);
});

describe.skipIf(!hasTerminal)('at a terminal', () => {
  it('the help has colours', async () => {
    const { code, stdout } = await atTerminal(`${plumbline} --help < /dev/null`, running);
    expect(code).toBe(0);
    expect(stdout).toContain(ESCAPE);
  });

  it('Ctrl-C in a dialog decides nothing, and leaves the terminal as it was', async () => {
    const types = (printed: string) => (/\[y\/N\] $/.test(printed) ? CTRL_C : null);
    const { code, stdout } = await atTerminal(watched('approvals approve approval-1'), { ...running, types });
    expect(code, stdout).toBe(130);
    expect(stdout).toContain('Approve 1 change on 1 resource');
    expect(stateOf('after')).toBe(stateOf('before'));
    expect(deps.stored.approvals.get('approval-1')?.value.status).toBe('pending');
  });

  it('Ctrl-C in a scan removes the progress, leaves the terminal as it was, and --resume goes on', async () => {
    let isTyped = false;
    const types = (printed: string) => {
      if (isTyped || !/[2-9] of \d+, /.test(printed)) return null;
      isTyped = true;
      return CTRL_C;
    };
    const scan = `scan --subscription ${SUBSCRIPTION} --output jsonl --out findings.jsonl`;
    const stopped = await atTerminal(watched(`${scan} --resume scan.resume`), { ...running, types });
    expect(stopped.code, stopped.stdout).toBe(130);
    expect(stateOf('after')).toBe(stateOf('before'));
    // The line of the progress is erased before the last line, which is in no colour.
    const last = /^K\r?\n?plumbline: Interrupted\. (\d+) of \d+ are read\. /.exec(
      stopped.stdout.split(ESCAPE).at(-1) ?? '',
    );
    expect(Number(last?.[1]), stopped.stdout).toBeGreaterThan(0);
    expect(readdirSync(folder)).not.toContain('findings.jsonl');
    expect(statSync(path.join(folder, 'scan.resume')).mode & 0o777).toBe(0o600);

    const rest = await run(
      process.execPath,
      [COMMAND_LINE, ...`scan --resume scan.resume --output jsonl --out findings.jsonl`.split(' ')],
      running,
    );
    expect(rest).toMatchObject({ code: 0, stdout: '' });
    expect(new Set(stateOf('findings.jsonl').match(/"name":"[^"]+"/g)).size).toBeGreaterThanOrEqual(APPS);
    expect(readdirSync(folder)).not.toContain('scan.resume');
  });
});

it('a reader that goes away ends a scan without a word, and nothing is left of it', async () => {
  const before = readdirSync(folder);
  const words = [COMMAND_LINE, 'scan', '--subscription', SUBSCRIPTION, '--profile', 'strict', '--output', 'jsonl'];
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...running.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let error = '';
  child.stderr.on('data', (piece: Buffer) => {
    error += piece.toString();
  });
  const [first] = await once(child.stdout, 'data');
  expect(String(first)).toMatch(/^\{/);
  child.stdout.destroy();
  const [code] = await once(child, 'close');
  expect({ code, error }).toEqual({ code: 141, error: '' });
  expect(readdirSync(folder)).toEqual(before);
});
