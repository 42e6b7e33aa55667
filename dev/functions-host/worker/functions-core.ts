/**
 * The module that the Functions worker answers `require('@azure/functions-core')` with, and the loading of an app through it.
 * It is never more generous than the worker: one CommonJS require, no duplicate names, nothing registered after startup.
 */
import { createRequire, Module } from 'node:module';

/** One binding of a function, as `@azure/functions` registers it: `type` is `queueTrigger`, `http`, ... */
export interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly [option: string]: unknown;
}

/** Durations are `{ seconds }`; `maxRetryCount` -1 means for ever. */
export interface RetryOptions {
  readonly retryStrategy: string;
  readonly maxRetryCount: number;
  readonly delayInterval?: { readonly seconds: number };
  readonly minimumInterval?: { readonly seconds: number };
  readonly maximumInterval?: { readonly seconds: number };
}

export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: RetryOptions;
}

export type FunctionCallback = (...args: unknown[]) => unknown;

export interface RegisteredFunction {
  readonly name: string;
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  /** The name of the binding whose type ends in `Trigger`, and the binding. */
  readonly trigger: { readonly name: string; readonly binding: Binding };
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type AppLog = (level: LogLevel, category: 'user' | 'system' | 'customMetric', message: string) => void;

/** A value as the host and the worker exchange it: exactly one of the keys. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly int?: number;
  readonly double?: number;
  readonly http?: unknown;
}

export interface InvocationRequest {
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  readonly retryContext?: { retryCount: number; maxRetryCount: number; exception?: { message: string } };
  readonly traceContext?: { traceParent: string; traceState: string; attributes: Record<string, string> };
}

export interface InvocationResponse {
  readonly returnValue?: TypedData | null;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
}

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly metadata: FunctionMetadata;
  readonly log: AppLog;
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
}

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationResponse>;
}

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getCapabilities(defaults: Record<string, string>): Promise<Record<string, string>>;
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
}

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';

/** A loaded app: what it registered and what invoking it needs. */
export interface FunctionApp {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly model: ProgrammingModel;
  readonly appHookData: Record<string, unknown>;
  /** How long the bundle took to load, in milliseconds. */
  readonly loadMilliseconds: number;
  readonly log: AppLog;
  runHooks(name: HookName, context: object): Promise<void>;
  /** Runs the appTerminate hooks and stops answering the core module. */
  close(): Promise<void>;
}

/**
 * Loads a bundle as the worker does: require, appStart hooks, capabilities, then registration is locked.
 * Throws when the bundle throws or registers no function: the worker would start an empty app and say nothing.
 */
export async function loadApp(file: string, log: AppLog): Promise<FunctionApp> {
  const core = new WorkerCore(log);
  const stopAnswering = answerCoreModule(core.api);
  try {
    const started = performance.now();
    const require = createRequire(file);
    delete require.cache[require.resolve(file)];
    loadBundle(require, file);
    const loadMilliseconds = performance.now() - started;
    const { model, functions } = core;
    if (functions.size === 0 || model === undefined) {
      throw new Error(
        `${file} registers no function. Check that '@azure/functions-core' is external to the bundle and that its entry calls app.http(), app.timer(), ... at top level.`,
      );
    }
    const appHookData: Record<string, unknown> = {};
    await core.runHooks('appStart', { hookData: appHookData });
    const capabilities = await model.getCapabilities({ ...workerCapabilities });
    if (capabilities.HttpUri !== undefined) {
      throw new Error(
        `${file} switches on HTTP streaming (app.setup({ enableHttpStream })), which this host does not serve.`,
      );
    }
    core.started = true;
    return {
      functions,
      model,
      appHookData,
      loadMilliseconds,
      log,
      runHooks: (name, context) => core.runHooks(name, context),
      close: () => core.runHooks('appTerminate', { hookData: appHookData }).finally(stopAnswering),
    };
  } catch (error) {
    stopAnswering();
    throw error;
  }
}

function loadBundle(require: NodeJS.Require, file: string): void {
  try {
    require(file);
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${file} could not be loaded: ${reason}`, { cause: error });
  }
}

const hookNames: readonly string[] = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

const workerCapabilities = Object.fromEntries(
  [
    'RawHttpBodyBytes',
    'RpcHttpTriggerMetadataRemoved',
    'RpcHttpBodyOnly',
    'IgnoreEmptyValuedRpcHttpHeaders',
    'UseNullableValueDictionaryForHttp',
    'WorkerStatus',
    'TypedDataCollection',
    'HandlesWorkerTerminateMessage',
  ].map((name) => [name, 'true']),
);

class Disposable {
  readonly #undo: () => void;
  constructor(undo: () => void) {
    this.#undo = undo;
  }
  dispose(): void {
    this.#undo();
  }
}

class WorkerCore {
  readonly functions = new Map<string, RegisteredFunction>();
  model: ProgrammingModel | undefined;
  started = false;
  readonly api: object;
  readonly #hooks: { readonly name: string; readonly callback: (context: object) => unknown }[] = [];

  constructor(log: AppLog) {
    this.api = {
      version: '3.13.0',
      hostVersion: '4.1000.0',
      Disposable,
      log,
      registerHook: (name: string, callback: (context: object) => unknown) => this.#registerHook(name, callback),
      setProgrammingModel: (model: ProgrammingModel) => {
        this.model = model;
      },
      getProgrammingModel: () => this.model,
      registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => this.#register(metadata, callback),
    };
  }

  async runHooks(name: HookName, context: object): Promise<void> {
    for (const hook of this.#hooks.filter((candidate) => candidate.name === name)) await hook.callback(context);
  }

  #registerHook(name: string, callback: (context: object) => unknown): Disposable {
    if (!hookNames.includes(name)) throw systemError(new RangeError(`Unrecognized hook "${name}"`));
    const hook = { name, callback };
    this.#hooks.push(hook);
    return new Disposable(() => {
      const index = this.#hooks.indexOf(hook);
      if (index >= 0) this.#hooks.splice(index, 1);
    });
  }

  #register(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (this.started) throw systemError(new Error('A function can only be registered during app startup.'));
    const id = metadata.functionId ?? metadata.name;
    if (this.functions.has(id)) throw systemError(new Error(`A function with id "${id}" has already been registered.`));
    const trigger = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
    if (!trigger) throw systemError(new Error(`The function "${metadata.name}" has no trigger.`));
    const [name, binding] = trigger;
    this.functions.set(id, { name: metadata.name, metadata, callback, trigger: { name, binding } });
    return new Disposable(() => {
      if (this.started) throw systemError(new Error('A function can only be disposed during app startup.'));
      this.functions.delete(id);
    });
  }
}

function systemError(error: Error): Error {
  return Object.assign(error, { isAzureFunctionsSystemError: true });
}

/** Only `require` is answered, as in the worker: an ESM import of the module would fail there, so it fails here. */
function answerCoreModule(api: object): () => void {
  const original: unknown = Reflect.get(Module.prototype, 'require');
  if (typeof original !== 'function') throw new Error('Module.prototype.require is not a function in this Node.js.');
  const answering = new Proxy(original, {
    apply: (target, self, args: unknown[]) =>
      args[0] === '@azure/functions-core' ? api : Reflect.apply(target, self, args),
  });
  Reflect.set(Module.prototype, 'require', answering);
  return () => {
    if (Reflect.get(Module.prototype, 'require') === answering) Reflect.set(Module.prototype, 'require', original);
  };
}
