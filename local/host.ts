/**
 * The Functions host of one machine (`npm run host`): loads the deployed bundle as the worker does and stands in front
 * of it as the real host does: HTTP, the Event Grid webhook, queue and timer triggers, and a sign-in for Easy Auth.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { requestListener } from './front.ts';
import { type AppLog, type FunctionApp, loadApp, type RegisteredFunction } from './functions-core.ts';
import { parseHostFlags } from './host-flags.ts';
import { expandSettings, isDisabled, type QueueSettings, readHostSettings } from './host-settings.ts';
import { type Invoke, invoke as invokeFunction } from './invocation.ts';
import { listenToQueue, type QueueListener } from './queues.ts';
import { connectQueues } from './storage-connection.ts';
import { openTimerMonitor } from './timer-monitor.ts';
import { startTimer, type TimerListener } from './timers.ts';

export interface HostOptions {
  /** The port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Let `x-ms-client-principal*` through as Easy Auth would deliver it, in place of the host's own sign-in. */
  readonly principalHeader?: boolean;
  /** How long a queue message stays hidden while one works on it or after it died; 600 as the platform. */
  readonly visibilitySeconds?: number;
  /** What Event Grid must send as `code`, in place of the platform's system key; default nothing. */
  readonly eventKey?: string;
  /** The folder of package.json and host.json; default this project. */
  readonly root?: string;
  /** The bundle; default what package.json names as `main`. */
  readonly bundle?: string;
  /** Where each line of host and app goes; default stdout. */
  readonly log?: (line: string) => void;
}

export interface Host {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** The names of the app's functions. */
  readonly functions: readonly string[];
  /** How long the bundle took to load, in milliseconds. */
  readonly loadMilliseconds: number;
  /** Takes nothing new, waits for what runs, or for `graceMilliseconds` at most, then lets go of everything. */
  close(graceMilliseconds?: number): Promise<void>;
}

/**
 * Starts the host in this process; settings come from `process.env`. One app at a time: its hooks and its core module
 * belong to the process. Builds the default bundle when it is missing. Throws with a message for people when the port,
 * the bundle, host.json or a trigger is not right.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const root = options.root ?? projectRoot;
  const write = options.log ?? ((line) => process.stdout.write(`${line}\n`));
  const log = (line: string) => write(`host: ${line}`);
  const hostJson = path.join(root, 'host.json');
  const settings = readHostSettings(hostJson);
  const bundle = await existingBundle(options.bundle, root);
  // The host's own sign-in is this machine's Easy Auth, so the app is told what the platform would tell it.
  const restoreSetting = options.principalHeader ? () => undefined : setEnvironment('WEBSITE_AUTH_ENABLED', 'True');

  const server = createServer({ maxHeaderSize: LARGEST_HEADERS });
  const answers = openAnswers(server);
  const timers = new Map<string, TimerListener>();
  const queues: QueueListener[] = [];
  let app: FunctionApp | undefined;
  const close = async (graceMilliseconds?: number) => {
    server.close();
    const listeners = [...[...timers.values()].map((timer) => timer.stop()), ...queues.map((queue) => queue.stop())];
    await within(graceMilliseconds, Promise.all([...answers, ...listeners]));
    server.closeAllConnections();
    await app?.close();
    restoreSetting();
  };
  try {
    app = await loadApp(bundle, appLog(write));
    const functions = [...app.functions.values()];
    for (const fn of functions) refuseUnknownBindings(fn, settings.hasExtensionBundle ? null : hostJson);
    const invoke = loggingInvoke(app, log);
    const disabled = new Set(functions.filter((fn) => isDisabled(fn.name, process.env)));
    for (const fn of disabled) log(`function ${fn.name} is switched off by a setting`);
    const front = {
      routePrefix: settings.routePrefix,
      trustPrincipal: options.principalHeader ?? false,
      eventKey: options.eventKey,
      isDisabled: (fn: RegisteredFunction) => disabled.has(fn),
    };
    server.on('request', requestListener(functions, { ...front, timers, invoke, log }));
    const url = await listen(server, options.port);
    const monitor = openTimerMonitor(root, process.env);
    for (const fn of functions.filter((candidate) => candidate.trigger.binding.type === 'timerTrigger')) {
      const timer = { invoke, environment: process.env, monitor, disabled: disabled.has(fn), log };
      timers.set(fn.name.toLowerCase(), startTimer(fn, timer));
    }
    const visibilitySeconds = options.visibilitySeconds ?? 600;
    for (const fn of functions.filter((one) => one.trigger.binding.type === 'queueTrigger' && !disabled.has(one))) {
      queues.push(...startQueue(fn, settings.queues, { visibilitySeconds, invoke, log }));
    }
    return { url, functions: functions.map((fn) => fn.name), loadMilliseconds: app.loadMilliseconds, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

/** The bundle that the package.json in `root` names as `main`. */
export function bundleOf(root: string): string {
  const file = path.join(root, 'package.json');
  const parsed = z.object({ main: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file} names no bundle in "main".`);
  return path.join(root, parsed.data.main);
}

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

async function existingBundle(given: string | undefined, root: string): Promise<string> {
  const bundle = path.resolve(given ?? bundleOf(root));
  if (existsSync(bundle)) return bundle;
  if (given !== undefined || root !== projectRoot)
    throw new Error(`${bundle} does not exist. Make it with: npm run build`);
  const { build } = await import('./build.ts');
  await build();
  return bundle;
}

/** Bytes. Kestrel's `MaxRequestHeadersTotalSize`. */
const LARGEST_HEADERS = 32_768;

/** The answers that are not yet sent, each as the promise that it is or that nobody waits for it any more. */
function openAnswers(server: Server): ReadonlySet<Promise<unknown>> {
  const open = new Set<Promise<unknown>>();
  server.on('request', (_, response) => {
    const sent = new Promise<void>((resolve) => response.once('close', resolve));
    open.add(sent);
    void sent.then(() => open.delete(sent));
  });
  return open;
}

const builtIn = new Set(['httpTrigger', 'timerTrigger']);
const fromBundle = new Set(['eventGridTrigger', 'queueTrigger']);

/** A binding that would silently do nothing here or there is an error at start, not a riddle later. */
function refuseUnknownBindings(fn: RegisteredFunction, hostJsonWithoutBundle: string | null): void {
  for (const [name, { type }] of Object.entries(fn.metadata.bindings)) {
    const isTrigger = name === fn.trigger.name;
    if (isTrigger && fromBundle.has(type) && hostJsonWithoutBundle !== null) {
      throw new Error(`${hostJsonWithoutBundle} names no extensionBundle, which function ${fn.name} needs (${type}).`);
    }
    const known = isTrigger ? builtIn.has(type) || fromBundle.has(type) : name === '$return' && type === 'http';
    if (!known) throw new Error(`This host does not serve the binding ${name} (${type}) of function ${fn.name}.`);
  }
}

const queueTrigger = z.object({ queueName: z.string(), connection: z.string().default('AzureWebJobsStorage') });

/** HTTP keeps working without storage, so that the app's own health check can say what is missing. */
function startQueue(
  fn: RegisteredFunction,
  settings: QueueSettings,
  options: { visibilitySeconds: number; invoke: Invoke; log: (line: string) => void },
): QueueListener[] {
  const binding = queueTrigger.parse(fn.trigger.binding);
  const queueName = expandSettings(
    binding.queueName,
    process.env,
    `The queue name of function ${fn.name}`,
  ).toLowerCase();
  try {
    const service = connectQueues(binding.connection, process.env);
    return [listenToQueue({ fn, queueName, service, settings, ...options })];
  } catch (error) {
    options.log(`function ${fn.name} gets no messages: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function appLog(write: (line: string) => void): AppLog {
  return (level, category, message) => {
    if (level !== 'trace' && level !== 'debug' && level !== 'none' && category !== 'customMetric') write(message);
  };
}

function loggingInvoke(app: FunctionApp, log: (line: string) => void): Invoke {
  return async (fn, request) => {
    try {
      return await invokeFunction(app, fn, request);
    } catch (error) {
      log(`function ${fn.name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      throw error;
    }
  };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} is taken by another program. Stop it, or choose another: npm run host -- --port ${port + 1}`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`;
}

function setEnvironment(name: string, value: string): () => void {
  const before = process.env[name];
  process.env[name] = value;
  return () => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  };
}

async function within(milliseconds: number | undefined, work: Promise<unknown>): Promise<void> {
  if (milliseconds === undefined) return void (await work);
  const over = new AbortController();
  await Promise.race([work, sleep(milliseconds, undefined, { signal: over.signal }).catch(() => undefined)]);
  over.abort();
}

/** `npm run host`: exit code 2 for wrong flags, 1 when it cannot start or is told to stop twice, 0 when it was told to stop. */
async function main(): Promise<void> {
  const flags = parseHostFlags(process.argv.slice(2));
  if ('problem' in flags) {
    process.stderr.write(`${flags.problem}\n`);
    process.exitCode = 2;
    return;
  }
  let host: Host | undefined;
  let stoppedAt: number | undefined;
  const stop = (graceMilliseconds?: number) => {
    stoppedAt ??= Date.now();
    (host?.close(graceMilliseconds) ?? Promise.resolve()).finally(() => process.exit(0));
  };
  process.on('SIGTERM', () => stoppedAt ?? stop());
  process.on('SIGINT', () => {
    if (stoppedAt === undefined) stop();
    // npm passes on the signal that the terminal has sent to this process, too: a person's second one comes later.
    else if (Date.now() - stoppedAt > 1000) process.exit(1);
  });
  // A parent that started this process with an IPC channel takes it along when it ends, with all that it would wait for.
  process.once('disconnect', () => stop(3000));
  try {
    host = await startHost(flags);
    process.stdout.write(`Plumbline host listening on ${host.url}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
