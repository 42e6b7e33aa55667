/** Runs the built command line as a process, at a pseudo-terminal and without one. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { COMMAND_LINE } from '../../../tools/build/build.ts';

/** `script` of util-linux makes a pseudo-terminal for a command. */
export const hasTerminal =
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore', timeout: 5000 }).status === 0;
if (!hasTerminal) console.log('The tests at a terminal are skipped: this machine has no script of util-linux.');

export const ESCAPE = '\u001b[';
/** The command line in a line of the shell. */
export const plumbline = `'${process.execPath}' '${COMMAND_LINE}'`;

/** No process of these tests lives longer. */
const ENDS_WITHIN_MS = 100_000;

export interface Running {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** What is typed next, from what was printed since the last time; null: nothing yet. Without it the input is empty. */
  readonly types?: (printed: string) => string | null;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(program: string, words: readonly string[], running: Running): Promise<Ended> {
  const { cwd, environment, types } = running;
  const child = spawn(program, words, {
    cwd,
    env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', ...environment },
    timeout: ENDS_WITHIN_MS,
    killSignal: 'SIGKILL',
  });
  if (!types) child.stdin.end();
  const said = { stdout: '', stderr: '' };
  let read = 0;
  child.stdout.on('data', (piece: Buffer) => {
    said.stdout += piece.toString();
    const typed = types?.(said.stdout.slice(read)) ?? null;
    if (typed === null) return;
    read = said.stdout.length;
    child.stdin.write(typed);
  });
  child.stderr.on('data', (piece: Buffer) => {
    said.stderr += piece.toString();
  });
  const [code] = await once(child, 'close');
  return { code, ...said };
}

/** Runs a line of the shell at a pseudo-terminal, which gets what is typed. */
export function atTerminal(line: string, running: Running): Promise<Ended> {
  return run('script', ['-qec', line, '/dev/null'], { types: () => null, ...running });
}
