// What the simulator offers to those who start it in their process. Other processes use the same through control.ts.
import type { JsonObject } from './merge.ts';
import type { GraphOptions } from './resource-graph.ts';
import type { Access } from './role-assignments.ts';

/** Who makes a request. Users have a `name` (their user principal name); applications an `appId`, and no name in events. */
export interface Caller {
  type: 'user' | 'app';
  objectId: string;
  name?: string;
  appId?: string;
}

/** One resource with the raw bodies ARM answers about it, by document name (see documents.ts). */
export interface ResourceSeed {
  id: string;
  documents: Record<string, unknown>;
  /** Who is said to look after it; `npm run drift` changes it in this name. */
  author?: Caller;
}

export interface EstateDefinition {
  resources: ResourceSeed[];
}

export interface SimulatorOptions {
  /** 0 or absent: a free port. */
  port?: number;
  /** Absent: empty; see `sampleEstate()`. */
  estate?: EstateDefinition;
  /** URL of the webhook that receives events; may be set later. */
  deliverTo?: string;
  /** How long a 202 operation runs; default 300. */
  operationMilliseconds?: number;
  /** Waited before each ARM answer; default 0. */
  answerDelayMilliseconds?: number;
  /** Where key and certificate are kept and found again; absent: a folder that close() removes. */
  certificateFolder?: string;
  eventSchema?: EventSchema;
  /** Pauses between attempts to deliver an event; default: a shortened form of Event Grid's schedule. */
  retryMilliseconds?: readonly number[];
  /** Page size, lag and quota of Resource Graph. */
  graph?: GraphOptions;
  /**
   * The role of the managed identity: false answers 403 AuthorizationFailed. Default: the roles that are deployed. All
   * others have the roles that are assigned to them in the estate, and nothing else.
   */
  allows?: Allows;
  /**
   * A PATCH takes properties that only the published model of PUT has, such as `sshEnabled` of a site; what Azure does with
   * them is unverified. Default: it ignores them.
   */
  takesUnpublished?: boolean;
  /** From 0 (inclusive) to 1, for faults that strike by chance; default `Math.random`. */
  random?: () => number;
}

export type EventSchema = 'EventGrid' | 'CloudEvents';

/** Whether a role lets its holder perform an action, such as `Microsoft.Web/sites/config/write`, on a scope. */
export type Allows = (request: { method: string; action: string; scope: string }) => boolean;

export interface RecordedRequest {
  method: string;
  /** As sent, without the query. */
  path: string;
  apiVersion: string | null;
  body: unknown;
  /** 0 until answered, and for ever when the connection was killed. */
  status: number;
  at: string;
  callerObjectId: string | null;
  /** What went wrong with it on demand; a delay only when nothing else did. */
  fault?: FaultName;
}

export const faultNames = [
  'throttled',
  'busy-app',
  'busy-environment',
  'busy-site',
  'conflicting-write',
  'locked',
  'policy',
  'forbidden',
  'linked-forbidden',
  'not-found',
  'server-error',
  'unsupported-category',
  'answer',
  'reset',
  'hang',
  'ignore-write',
  'apply-then-reset',
  'accepted-empty',
  'operation-fails',
  'delay',
] as const;
export type FaultName = (typeof faultNames)[number];

/**
 * What goes wrong, and with which requests. Without `match` every ARM request; the identity endpoint only when
 * `match.path` names it (`/msi/token`).
 */
export interface Fault {
  match?: {
    method?: string;
    /** A part of the path, or the source of a regular expression; without case. */
    path?: string;
    /** The RBAC action, such as `Microsoft.Web/sites/write`; without case. */
    action?: string;
  };
  action: FaultName;
  /** How often it strikes; absent: always. */
  times?: number;
  /** How many matching requests pass before it strikes. */
  skip?: number;
  /** It strikes each matching request with this probability, 0 to 1; absent: every one. */
  chance?: number;
  /** Of `delay`. */
  milliseconds?: number;
  /** Of `throttled`, in seconds; default 10. */
  retryAfter?: number;
  /** Of `answer` and `server-error`. */
  status?: number;
  /** Of `answer`. */
  body?: unknown;
}

/** What moves along with a write that Resource Manager takes, whoever sent it. `change` moves nothing along. */
export interface Move {
  /** Of the write; absent: every one. */
  match?: {
    method?: string;
    /** A part of the path, or the source of a regular expression; without case. */
    path?: string;
  };
  /** Of the resource that is written; need not be the document that is. */
  document: string;
  /** Laid over the document when the write shows: objects merge, all else, null as well, is the new value. */
  patch: unknown;
  /** How often; absent: always. */
  times?: number;
}

export interface Delivery {
  delayMilliseconds: number;
  /** Further copies of each event. */
  duplicates: number;
  /** Events raised within one delay (at least 50 ms) come in reverse order. */
  shuffle: boolean;
  /** Events are raised and never delivered. */
  lose: boolean;
}

/** An operation for the Activity Log that nobody makes here, such as a swap, whose steps are then logged as well. */
export interface AddedOperation {
  /** Of what was written, with the casing that the log is to have. */
  id: string;
  /** Such as `Microsoft.Web/sites/write`. */
  operation: string;
  /** Absent: its entries have no claims. */
  caller?: Caller;
  /** When it ended, ISO; absent: now. It began two seconds before. */
  at?: string;
  /** `Running`: it has not ended. Default `Succeeded`. */
  outcome?: 'Succeeded' | 'Failed' | 'Running';
  correlationId?: string;
}

/** The Activity Log. Every write is in it, with the failed ones, whoever made it. */
export interface ActivityControls {
  /** After how long what is logged from now on can be asked for; null: at once, though the entry says a minute. */
  lagSeconds: number | null;
  /** What is written from now on is not logged. */
  lose: boolean;
  /** As Azure would answer them, of all subscriptions, the newest first. */
  entries(): JsonObject[];
  /** Throws for what is no id or time. */
  add(operation: AddedOperation): void;
  /** Takes away what there is about an id and what is below it. */
  drop(id: string): void;
  /** An empty log, as at the start. */
  clear(): void;
}

export interface RaisedEvent {
  id: string;
  subject: string;
  eventType: string;
  operationName: string;
  /** As posted. */
  body: JsonObject;
  state: 'waiting' | 'delivered' | 'dropped' | 'lost' | 'no-subscriber';
  /** Status of each attempt, 0 when nobody answered. */
  attempts: number[];
}

export type RequestHook = (request: RecordedRequest, phase: 'before' | 'applied') => void | Promise<void>;

export interface Simulator {
  /** `https://localhost:PORT`: endpoint and audience of Resource Manager. */
  readonly url: string;
  /** PEM to trust: `NODE_EXTRA_CA_CERTS` of the host's process. */
  readonly certificatePath: string;
  /** What a process needs in its environment to use this simulator as Azure. */
  readonly environment: Record<string, string>;
  /** Whom writes made with the managed identity's token are attributed to. */
  readonly identity: Caller;
  /** ARM requests in the order they came; polling counts, the identity endpoint and people's writes do not. */
  readonly requests: readonly RecordedRequest[];
  readonly events: readonly RaisedEvent[];
  readonly activity: ActivityControls;
  clearRequests(): void;
  deliverTo(url: string | null): void;
  delivery: Delivery;
  /** Ends running operations now, whatever their time. */
  endOperations(): void;
  /** All running operations and deliveries, retries included, have ended. */
  settled(): Promise<void>;
  /** A copy of the raw body, `resource` by default; undefined when there is none. */
  get(id: string, document?: string): unknown;
  /** Puts a resource there without any event, in place of one with the same id. */
  add(resource: ResourceSeed): void;
  /** Takes a resource and what is below it away without any event. */
  remove(id: string): void;
  /**
   * A person or a pipeline writes, and an event is raised. `patch` merges as the provider merges; on a resource that is
   * not there it is the whole body; null deletes. `document` may be `diagnosticSettings/NAME`. Resolves when the change
   * is visible: for container apps and environments at the end of the operation.
   */
  change(caller: Caller, id: string, document: string, patch: unknown): Promise<void>;
  /** Returns what takes the fault away again. */
  addFault(fault: Fault): () => void;
  clearFaults(): void;
  /** Returns what takes the move away again. Throws for a document that there is not. */
  moveAlong(move: Move): () => void;
  clearMoves(): void;
  /** See SimulatorOptions; may be changed at any time. */
  takesUnpublished: boolean;
  /** Assigns a built-in role at a scope, without any event. Throws when there is no such resource, group or subscription. */
  grant(scope: string, access: Access): void;
  /** A token for Resource Manager with which requests are made as this caller, for a day. */
  tokenFor(caller: Caller): string;
  /**
   * Called, and awaited, before a request is looked at and again between its effect and its answer; for each ARM
   * request. Returns what removes the hook.
   */
  onRequest(hook: RequestHook): () => void;
  close(): Promise<void>;
}
