/**
 * `npm start`: the whole service on this machine, with a sample estate in place of Azure. Prints where everything is and
 * what to try, then each decision as one line, until Ctrl-C.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseAuditKeys } from '../src/domain/audit.ts';
import { build } from './build.ts';
import { readableLine } from './readable-line.ts';
import { sampleEstate, workspaceId } from './simulator/estate.ts';
import { startTwin, type Twin } from './twin.ts';
import { forgetTwin, rememberTwin } from './twin-address.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = path.join(ROOT, '.plumbline');
/** Raised when what is kept in the folder cannot be read by this version any more. */
const FOLDER_FORMAT = '1';

async function main(): Promise<void> {
  const port = portOf(process.argv.slice(2));
  const auditKey = await openFolder();
  if (!existsSync(path.join(ROOT, 'dist', 'main.cjs'))) await build();
  const mode = process.env.PLUMBLINE_MODE ?? 'autofix';
  let twin: Twin | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    print('\nStopping …');
    await twin?.close();
    await forgetTwin(FOLDER);
    process.exit(0);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  twin = await startTwin({
    port,
    folder: FOLDER,
    simulator: { estate: sampleEstate(), operationMilliseconds: 1500 },
    environment: {
      PLUMBLINE_AUDIT_KEY: auditKey,
      PLUMBLINE_MODE: mode,
      PLUMBLINE_WORKSPACE_ID: workspaceId,
      PLUMBLINE_SETTLE_SECONDS: process.env.PLUMBLINE_SETTLE_SECONDS ?? '3',
      PLUMBLINE_LOG_LEVEL: 'info',
    },
    // A message whose host died comes back soon, as nobody wants to wait ten minutes at a desk.
    hostFlags: ['--visibility-seconds', '30'],
    onLine: (line) => {
      const readable = readableLine(line);
      if (readable !== null) print(readable);
    },
  });
  await rememberTwin(FOLDER, {
    host: twin.url,
    simulator: twin.simulator.url,
    certificatePath: twin.simulator.certificatePath,
  });
  print(welcome(twin, mode));
  await announceEstate(twin);
}

/** The audit key of this folder, made at the first start. Throws when the folder is of another version. */
async function openFolder(): Promise<string> {
  const formatFile = path.join(FOLDER, 'format');
  const keyFile = path.join(FOLDER, 'audit-key');
  const advice = `Delete the folder ${path.relative(process.cwd(), FOLDER) || FOLDER} and start again; it only holds the local trial.`;
  if (existsSync(FOLDER) && existsSync(path.join(FOLDER, 'storage'))) {
    const format = existsSync(formatFile) ? (await readFile(formatFile, 'utf8')).trim() : 'unknown';
    if (format !== FOLDER_FORMAT)
      throw new Error(`The data in .plumbline is of another version (${format}). ${advice}`);
    if (!existsSync(keyFile)) throw new Error(`The audit key of .plumbline is missing. ${advice}`);
  }
  await mkdir(FOLDER, { recursive: true });
  await writeFile(formatFile, `${FOLDER_FORMAT}\n`);
  if (!existsSync(keyFile)) await writeFile(keyFile, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const key = (await readFile(keyFile, 'utf8')).trim();
  try {
    parseAuditKeys(key);
  } catch {
    throw new Error(`The audit key in .plumbline is damaged. ${advice}`);
  }
  return key;
}

/** Everybody has just deployed: each resource raises the event that its author's deployment would have raised. */
async function announceEstate({ simulator }: Twin): Promise<void> {
  for (const { id, author } of sampleEstate().resources) {
    if (author) await simulator.change(author, id, 'resource', {});
  }
}

function welcome({ url, simulator }: Twin, mode: string): string {
  return `
Plumbline is running on this machine, with a sample estate in place of Azure.

  console     ${url}/api/console   (sign in first: ${url}/.auth/login/local)
  API         ${url}/api/health, ${url}/api/openapi.json
  simulator   ${simulator.url}   (stands in for Azure Resource Manager)
  mode        ${mode}   (a deployment starts in audit; here safe violations are fixed at once)

Try next, in another terminal:

  npm run drift                    somebody changes an app; watch it being put right
  npm run drift -- --list          what can be changed

Ctrl-C stops everything. What was learned is kept in .plumbline/; delete that folder to start afresh.
`;
}

function portOf(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string', default: '7071' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Error(`--port must be a whole number from 1 to 65535, not "${values.port}"`);
  return port;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch(async (error: unknown) => {
  process.stderr.write(
    `${(error instanceof Error ? error.message : String(error)).replaceAll('npm run host', 'npm start')}\n`,
  );
  await rm(path.join(FOLDER, 'twin.json'), { force: true });
  process.exit(1);
});
