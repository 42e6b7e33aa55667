/**
 * The state of a newcomer after the first two commands: the files of the repository in a separate folder, with `npm
 * start` running in it on a free port, so that no environment in the checkout is touched.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from './pages.ts';

export interface Trial {
  readonly folder: string;
  /** `http://127.0.0.1:PORT` of the functions host. */
  readonly url: string;
  /** The output of `npm start` so far. */
  output(): string;
  /** Runs a script of the POSIX shell in the folder; its output and its exit code. */
  run(script: string): Promise<{ readonly output: string; readonly code: number | null }>;
  close(): Promise<void>;
}

/** Whether this machine has a POSIX shell and curl, as the commands of the pages need. */
export const hasShell = spawnSync('sh', ['-c', 'curl --version'], { stdio: 'ignore' }).status === 0;

/** Whether it has the Azure CLI. */
export const hasAzureCli = spawnSync('sh', ['-c', 'command -v az'], { stdio: 'ignore' }).status === 0;

/** The files that git tracks or would add, with their current content. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '-c', '-o', '--exclude-standard'], { cwd: ROOT });
  const names = [...new Set(listed.toString('utf8').split('\0'))];
  return names.filter((name) => statSync(path.join(ROOT, name), { throwIfNoEntry: false })?.isFile());
}

export async function startTrial(): Promise<Trial> {
  const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-docs-'));
  copyRepository(folder, (name) => !name.startsWith('test/'));
  const child = spawn(process.execPath, ['--import', './tools/typescript.mjs', 'dev/start.ts', '--port', '0'], {
    cwd: folder,
    env: { ...environment(), ...IN_A_HURRY },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const close = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await listening(child, () => output);
    const dev: { host: string } = JSON.parse(readFileSync(path.join(folder, '.plumbline', 'dev.json'), 'utf8'));
    return { folder, url: dev.host, output: () => output, run: (script) => run(script, folder), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Copies the wanted files of the repository, and links its packages. */
export function copyRepository(folder: string, wanted: (name: string) => boolean): void {
  for (const name of repositoryFiles().filter(wanted)) {
    const target = path.join(folder, name);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(path.join(ROOT, name), target);
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
}

/** `npm start` waits for events as long as a user would; here no user waits. */
const IN_A_HURRY = {
  PLUMBLINE_SETTLE_SECONDS: '1',
  AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:00.5',
};

/** Settings of the service in the environment of this process must not reach the service. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(PLUMBLINE_|AZURE_|NODE_OPTIONS|VITEST)/.test(name));
  return Object.fromEntries(own);
}

async function listening(child: ChildProcess, output: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (output().includes('Ctrl-C stops everything')) resolve();
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}. It said:\n${output()}`)));
  });
}

/** Runs a script of the POSIX shell in a folder; it ends with the first command that fails. */
export async function run(script: string, cwd: string): Promise<{ output: string; code: number | null }> {
  const child = spawn('sh', ['-e', '-c', script], { cwd, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [code] = await once(child, 'close');
  return { output, code };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}
