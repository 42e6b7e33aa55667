/**
 * A Functions host for one machine: loads a bundle as the worker does and serves it as the real host does: HTTP, the
 * Event Grid webhook, queue and timer triggers, and a sign-in in place of Easy Auth.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { listenToQueue, type QueueListener } from './queues/queue-listener.ts';
import { requestListener, type SignIn } from './request-listener.ts';
import { expandSettings, isDisabled, type QueueSettings, readHostSettings } from './settings/host-settings.ts';
import { connectQueues } from './settings/storage-connection.ts';
import { startTimer, type TimerListener } from './timers/timer-listener.ts';
import { openTimerMonitor } from './timers/timer-monitor.ts';
import { type AppLog, type FunctionApp, loadApp, type RegisteredFunction } from './worker/functions-core.ts';
import { type Invoke, invoke as invokeFunction } from './worker/invocation.ts';

export interface HostOptions {
  /** The port on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** Let `x-ms-client-principal*` through as Easy Auth would deliver it; then there is no sign-in. */
  readonly principalHeader?: boolean;
  /** In place of Easy Auth; absent: nobody can sign in. */
  readonly signIn?: SignIn;
  /** How long a queue message stays hidden while one works on it or after it died; 600 as the platform. */
  readonly visibilitySeconds?: number;
  /** What Event Grid must send as `code`, in place of the platform's system key; default nothing. */
  readonly eventKey?: string;
  /** The folder of package.json and host.json. */
  readonly root: string;
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
  /** Accepts nothing new, waits for what runs, for `graceMilliseconds` at most, then releases everything. */
  close(graceMilliseconds?: number): Promise<void>;
}

/**
 * Starts the host in this process; settings come from `process.env`. One app at a time: its hooks and its core module
 * belong to the process. Throws with a message for people when the port, the bundle, host.json or a trigger is not right.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { root } = options;
  const signIn = options.principalHeader ? undefined : options.signIn;
  const write = options.log ?? ((line) => process.stdout.write(`${line}\n`));
  const log = (line: string) => write(`host: ${line}`);
  const hostJson = path.join(root, 'host.json');
  const settings = readHostSettings(hostJson, process.env);
  const bundle = existingBundle(options.bundle, root);
  // The sign-in stands in for Easy Auth, so the app gets the setting that the platform would give it.
  const restoreSetting = signIn ? setEnvironment('WEBSITE_AUTH_ENABLED', 'True') : () => undefined;

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
      signIn,
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

function existingBundle(given: string | undefined, root: string): string {
  const bundle = path.resolve(given ?? bundleOf(root));
  if (!existsSync(bundle)) throw new Error(`${bundle} does not exist. Make it with: npm run build`);
  return bundle;
}

/** Bytes. Kestrel's `MaxRequestHeadersTotalSize`. */
const LARGEST_HEADERS = 32_768;

/** The responses that are not yet sent, each as a promise that ends when it is sent or the client is gone. */
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

/** A binding that would do nothing, here or in Azure, is an error at start. */
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
