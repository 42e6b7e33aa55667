/** An older commit, built in a folder of its own, so that both run on the same machine in the same minutes. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The last commit before an event was made to cost a third. */
export const BASE_COMMIT = '8becb9c1';

export interface BaseCommit {
  /** The folder of its package.json. */
  readonly root: string;
  readonly bundle: string;
  /** Removes the folder. */
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Checks out and builds. Packages are shared when the lock file is the same. Throws with what git or npm said. */
export async function buildBaseCommit(commit = BASE_COMMIT): Promise<BaseCommit> {
  const folder = await mkdtemp(path.join(tmpdir(), 'plumbline-base-'));
  const root = path.join(folder, 'checkout');
  const close = async () => {
    await run('git', ['worktree', 'remove', '--force', root], ROOT).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run('git', ['worktree', 'add', '--detach', root, commit], ROOT);
    const [own, older] = await Promise.all([ROOT, root].map((one) => readFile(path.join(one, 'package-lock.json'))));
    if (own && older?.equals(own)) await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
    else await run('npm', ['ci', '--ignore-scripts'], root);
    await run(process.execPath, ['--import', './tools/typescript.mjs', 'tools/build/build.ts'], root);
    return { root, bundle: path.join(root, 'dist/main.cjs'), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]} ended with ${code}: ${said.slice(-2000)}`)),
    );
  });
}
