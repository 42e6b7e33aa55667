/**
 * A development environment in place of a deployment: Azurite, the Azure simulator and the functions host with the deployed
 * bundle, connected as in Azure. `npm start` runs it for people; the end-to-end tests and the bench use it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { type Azurite, startAzurite } from '../azurite/azurite.ts';
import { HEAP_FLAGS } from '../functions-host/heap.ts';
import { deployedActions } from './deployed-role.ts';

export interface DevEnvironmentOptions {
  /** Of the functions host; 0 takes a free one. */
  readonly port?: number;
  /** Where Azurite and the simulator keep their data; absent: nothing is kept. */
  readonly folder?: string;
  readonly simulator?: SimulatorOptions;
  /** A storage account that is running already. It goes on after the environment is closed. Absent: one of its own. */
  readonly storage?: Azurite;
  /** Settings of the service, over those of the development environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many hosts share storage and Azure, as instances of an app that was scaled out; default 1. */
  readonly instances?: number;
  /** What Node.js runs as the host; absent: dev/host.ts. */
  readonly hostProgram?: string;
  /** The checkout whose host runs, such as one of an older commit; absent: this one. */
  readonly root?: string;
  /** Flags of `npm run host`. */
  readonly hostFlags?: readonly string[];
  /** Every line that the host and the service print. */
  readonly onLine?: (line: string) => void;
}

export interface DevEnvironment {
  /** `http://127.0.0.1:PORT` of the functions host. */
  readonly url: string;
  /** Of every instance, the first being `url`. */
  readonly urls: readonly string[];
  /** Of the functions hosts that run now. */
  readonly pids: readonly number[];
  readonly simulator: Simulator;
  readonly storage: Azurite;
  /** What the host's process is given; change it before `restart`. */
  readonly environment: Record<string, string>;
  /** Ends the process of the first host at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts the first host again on the same port, storage and simulator. */
  restart(): Promise<void>;
  /** Ends everything; nothing is left behind. */
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Resolves when the host listens. Throws with what the host said when it does not start. */
export async function startDevEnvironment(options: DevEnvironmentOptions = {}): Promise<DevEnvironment> {
  const folder = options.folder;
  const [storage, simulator] = await Promise.all([
    options.storage ?? startAzurite({ silent: true, ...(folder ? { folder: `${folder}/storage` } : {}) }),
    startSimulator({
      identityActions: deployedActions(),
      ...options.simulator,
      ...(folder ? { certificateFolder: folder } : {}),
    }),
  ]);
  const environment: Record<string, string> = {
    AzureWebJobsStorage: storage.connectionString,
    PLUMBLINE_AUDIT_KEY: `k1:${randomBytes(32).toString('base64')}`,
    PLUMBLINE_SETTLE_SECONDS: '1',
    ...simulator.environment,
    ...options.environment,
  };
  const closeStorage = async () => {
    if (!options.storage) await storage.close();
  };
  const hosts: Host[] = [];
  const endHosts = () => Promise.all(hosts.map((one) => end(one.process, 'SIGTERM')));
  try {
    hosts.push(await startHostProcess(options.port ?? 0, environment, options));
    while (hosts.length < (options.instances ?? 1)) hosts.push(await startHostProcess(0, environment, options));
  } catch (error) {
    await Promise.all([simulator.close(), endHosts().then(closeStorage)]);
    throw error;
  }
  const urls = hosts.map((one) => one.url);
  const url = urls[0] ?? '';
  simulator.deliverTo(`${url}/runtime/webhooks/EventGrid?functionName=resourceChanged`);
  const kill = async () => {
    const [first] = hosts;
    if (first) await end(first.process, 'SIGKILL');
  };
  const dev: DevEnvironment = {
    url,
    urls,
    get pids() {
      return hosts.flatMap((one) => one.process.pid ?? []);
    },
    simulator,
    storage,
    environment,
    kill,
    async restart() {
      await kill();
      hosts[0] = await startHostProcess(Number(new URL(url).port), environment, options);
    },
    async close() {
      // The hosts finish what runs, so Azure must be there until they have.
      await endHosts();
      await simulator.close();
      await closeStorage();
    },
  };
  return dev;
}

interface Host {
  readonly url: string;
  readonly process: ChildProcess;
}

async function startHostProcess(
  port: number,
  settings: Record<string, string>,
  options: DevEnvironmentOptions,
): Promise<Host> {
  // The host gets its settings, what the environment overrides of host.json, and what any program needs of this machine:
  // never the rest of this environment.
  const machine = ['PATH', 'HOME', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR', 'APPDATA', 'LOCALAPPDATA'];
  const jobHost = Object.keys(process.env).filter((name) => name.startsWith('AzureFunctionsJobHost__'));
  const inherited = Object.fromEntries([...machine, ...jobHost].map((name) => [name, process.env[name]]));
  const flags = ['--port', String(port), ...(options.hostFlags ?? [])];
  const root = options.root ?? ROOT;
  // An older commit runs as it ran.
  const heap = options.root === undefined ? HEAP_FLAGS : [];
  const loader = pathToFileURL(path.join(root, 'tools/typescript.mjs')).href;
  const program = options.hostProgram ? [options.hostProgram] : ['--import', loader, path.join(root, 'dev/host.ts')];
  const child = spawn(process.execPath, [...heap, ...program, ...flags], {
    env: { ...inherited, ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    windowsHide: true,
  });
  // Until it listens: the reason why it ends, if it does, and said once then.
  const said: string[] = [];
  let listens = false;
  return new Promise((resolve, reject) => {
    const read = (line: string) => {
      const listening = /^Plumbline host listening on (\S+)$/.exec(line)?.[1];
      if (listening) {
        listens = true;
        for (const earlier of said) options.onLine?.(earlier);
        resolve({ url: listening, process: child });
      }
      if (listens) options.onLine?.(line);
      else said.push(line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', read);
    }
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(said.join('\n') || `the functions host ended with ${code}`)));
  });
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const stuck = setTimeout(() => child.kill('SIGKILL'), 8000);
  await ended;
  clearTimeout(stuck);
}
