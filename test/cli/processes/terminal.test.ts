/** The built command line as a process, at a pseudo-terminal and without one. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildCommandLine, COMMAND_LINE } from '../../../tools/build/build.ts';
import { approval } from '../../api/samples.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { deploymentOn } from '../terminal.ts';

/** `script` of util-linux makes a pseudo-terminal for a command. */
const hasTerminal = spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore', timeout: 5000 }).status === 0;
if (!hasTerminal) console.log('The tests at a terminal are skipped: this machine has no script of util-linux.');

/** No process of these tests lives longer. */
const ENDS_WITHIN_MS = 20_000;
const ESCAPE = '\u001b[';
const plumbline = `'${process.execPath}' '${COMMAND_LINE}'`;

let folder: string;
let server: Server;
let url: string;
let deps: FakeDeps;

beforeAll(async () => {
  if (!existsSync(COMMAND_LINE)) await buildCommandLine();
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-terminal-'));
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = Buffer.concat(pieces).toString();
    const sent = { method: request.method ?? 'GET', headers, ...(body === '' ? {} : { body }) };
    const answer = await deploymentOn(deps).fetch(`${url}${request.url}`, sent);
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  deps = apiDeps();
  deps.stored.approvals.set('approval-1', { value: approval(), version: 1 });
});

/** Runs a program to its end. `typed` is typed once the output matches `when`. */
async function run(program: string, words: readonly string[], when: RegExp | null = null, typed = '') {
  const child = spawn(program, words, {
    cwd: folder,
    env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', PLUMBLINE_URL: url, PLUMBLINE_AS: 'approver' },
    timeout: ENDS_WITHIN_MS,
    killSignal: 'SIGKILL',
  });
  if (when === null) child.stdin.end();
  const said = { stdout: '', stderr: '' };
  let isTyped = false;
  child.stdout.on('data', (piece: Buffer) => {
    said.stdout += piece.toString();
    if (isTyped || !when?.test(said.stdout)) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  child.stderr.on('data', (piece: Buffer) => {
    said.stderr += piece.toString();
  });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

const atTerminal = (line: string, when: RegExp | null = null, typed = '') =>
  run('script', ['-qec', line, '/dev/null'], when, typed);

describe('without a terminal', () => {
  it('prints the help and the status without colours, and refuses a dialog in one line', async () => {
    const [help, status, dialog] = await Promise.all(
      [['--help'], ['status'], ['approvals', 'approve', 'approval-1']].map((words) =>
        run(process.execPath, [COMMAND_LINE, ...words]),
      ),
    );
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help?.stdout).toContain('approvals');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status?.stdout).toMatch(/Approvals +1 pending/);
    expect(`${help?.stdout}${status?.stdout}`).not.toContain(ESCAPE);
    expect(dialog).toMatchObject({ code: 2, stdout: '' });
    expect(dialog?.stderr).toMatch(/^plumbline: there is no terminal[^\n]*\n$/);
  });
});

describe.skipIf(!hasTerminal)('at a terminal', () => {
  it('prints the help and the status in colours', async () => {
    const [help, status] = await Promise.all(
      ['--help', 'status'].map((word) => atTerminal(`${plumbline} ${word} < /dev/null`)),
    );
    expect(help?.code).toBe(0);
    expect(help?.stdout).toContain('approvals');
    expect(help?.stdout).toContain(ESCAPE);
    expect(status?.code).toBe(0);
    expect(status?.stdout).toContain(`${ESCAPE}2mApprovals`);
  });

  it('Ctrl-C in a dialog decides nothing, and leaves the terminal as it was', async () => {
    // Ctrl-C reaches the shell, too: without the trap it would end before the second stty.
    const line = `trap : INT; stty -a > before; ${plumbline} approvals approve approval-1; code=$?; stty -a > after; exit $code`;
    const { code, stdout } = await atTerminal(line, /\[y\/N\] $/, '\u0003');
    expect(code, stdout).toBe(130);
    expect(stdout).toContain('Approve 1 change on 1 resource');
    expect(readFileSync(path.join(folder, 'after'), 'utf8')).toBe(readFileSync(path.join(folder, 'before'), 'utf8'));
    expect(deps.stored.approvals.get('approval-1')?.value.status).toBe('pending');
  });
});
