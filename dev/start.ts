/**
 * `npm start`: the whole service on this machine, with a sample estate in place of Azure. Prints the addresses and what to
 * try, then each decision as one line, until Ctrl-C.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { people, pipeline, sampleEstate, subscriptionId, workspaceId } from '../simulator/estate.ts';
import { serviceIdentity } from '../simulator/identity/directory.ts';
import { parseAuditKeys } from '../src/domain/audit/audit.ts';
import { build } from '../tools/build/build.ts';
import { grantRoles, writeAzureShell } from './environment/azure-shell.ts';
import { readDevAddress, removeDevAddress, writeDevAddress } from './environment/dev-address.ts';
import { type DevEnvironment, startDevEnvironment } from './environment/dev-environment.ts';
import { formatLogLine } from './readable-line.ts';
import { personas } from './sign-in/personas.ts';
import { signInAs } from './sign-in/session.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = path.join(ROOT, '.plumbline');
/** Raised when a version cannot read the stored data of the version before. */
const FOLDER_FORMAT = '2';
const MODES_IN_WORDS: Readonly<Record<string, string>> = {
  audit: 'violations are reported, nothing is written',
  approve: 'every change needs an approval',
  autofix: 'safe violations are fixed at once, risky ones need an approval',
};

async function main(): Promise<void> {
  const port = portOf(process.argv.slice(2));
  await refuseSecondStart();
  const auditKey = await openFolder();
  if (!existsSync(path.join(ROOT, 'dist', 'main.cjs'))) await build();
  const names = namesOfCallers();
  let dev: DevEnvironment | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    print('\nStopping …');
    await dev?.close();
    await removeDevAddress(FOLDER);
    process.exit(0);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  dev = await startDevEnvironment({
    port,
    folder: FOLDER,
    simulator: { estate: sampleEstate(), operationMilliseconds: 1500 },
    environment: {
      PLUMBLINE_AUDIT_KEY: auditKey,
      PLUMBLINE_MODE: process.env.PLUMBLINE_MODE ?? 'autofix',
      PLUMBLINE_SUBSCRIPTIONS: subscriptionId,
      PLUMBLINE_WORKSPACE_ID: workspaceId,
      PLUMBLINE_SETTLE_SECONDS: process.env.PLUMBLINE_SETTLE_SECONDS ?? '3',
      PLUMBLINE_LOG_LEVEL: 'info',
      // The minute of the health gate: people who try it do not wait ten minutes.
      PLUMBLINE_PAUSES: JSON.stringify({ gateMinuteSeconds: 1 }),
    },
    // A message whose host was killed becomes visible again soon; in Azure after ten minutes.
    hostFlags: ['--visibility-seconds', '30'],
    onLine: (line) => {
      const readable = formatLogLine(line, names);
      if (readable !== null) print(readable);
    },
  });
  await writeDevAddress(FOLDER, {
    host: dev.url,
    simulator: dev.simulator.url,
    certificatePath: dev.simulator.certificatePath,
  });
  grantRoles(dev.simulator);
  await writeAzureShell(dev.simulator, FOLDER);
  print(welcome(dev, await modeInForce(dev)));
  await raiseDeploymentEvents(dev);
}

/** Two services on one folder would damage each other's data, whatever their ports are. */
async function refuseSecondStart(): Promise<void> {
  const other = await readDevAddress(FOLDER).catch(() => null);
  const answers = other && (await fetch(`${other.host}/api/health`).catch(() => null));
  if (answers)
    throw new Error(`Plumbline runs here already, at ${other.host}. Stop it with Ctrl-C in its terminal first.`);
  await removeDevAddress(FOLDER);
}

/** Stored settings survive a restart, so the service is asked. */
async function modeInForce({ url }: DevEnvironment): Promise<string> {
  const cookie = await signInAs('reader', url);
  const response = await fetch(`${url}/api/settings`, { headers: { cookie } });
  return z.object({ mode: z.string() }).parse(await response.json()).mode;
}

/** The names of the callers of the sample estate and of the personas, by object id. */
function namesOfCallers(): Map<string, string> {
  return new Map([
    ...[...personas, ...Object.values(people)].map(({ objectId, name }) => [objectId, name ?? ''] as const),
    [pipeline.objectId, 'the pipeline'],
    [serviceIdentity.objectId, 'Plumbline itself'],
  ]);
}

/** The audit key of the folder, created at the first start. Throws when the folder is of another version. */
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

/** Raises the events of a first deployment: one for each resource, by its author. */
async function raiseDeploymentEvents({ simulator }: DevEnvironment): Promise<void> {
  for (const { id, author } of sampleEstate().resources) {
    if (author) await simulator.change(author, id, 'resource', {});
  }
}

function welcome({ url, simulator }: DevEnvironment, mode: string): string {
  return `
Plumbline is running on this machine, with a sample estate in place of Azure.

  console     ${url}/api/console   (sign in first: ${url}/.auth/login/local)
  API         ${url}/api/health, ${url}/api/openapi.json
  simulator   ${simulator.url}   (stands in for Azure Resource Manager)
  mode        ${mode}   (${MODES_IN_WORDS[mode] ?? ''}; a deployment starts in audit)

Try next, in another terminal:

  npm run drift                    changes an app and follows the event to the fix
  npm run drift -- --list          what can be changed
  . .plumbline/azure.sh            makes the simulator Azure for plumbline scan and the Azure CLI

Below, one line for each event, decision and write.

Ctrl-C stops everything. The state is kept in .plumbline/; delete that folder to start again.
`;
}

function portOf(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { port: { type: 'string', default: '7071' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be a whole number from 0 (any free one) to 65535, not "${values.port}"`);
  return port;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${(error instanceof Error ? error.message : String(error)).replaceAll('npm run host', 'npm start')}\n`,
  );
  process.exit(1);
});
