// What the simulator offers to the process that starts it. Other processes use the same through http-api.ts.

import type { EstateDefinition, ResourceSeed } from '../estate/resource-seed.ts';
import type { Delivery, EventSchema, RaisedEvent } from '../event-grid/event-grid.ts';
import type { Fault } from '../faults/faults.ts';
import type { GeneratedEstateOptions } from '../generated-estate/definition.ts';
import type { GeneratedEstates } from '../generated-estate/generated-block.ts';
import type { Caller } from '../identity/directory.ts';
import type { ActivityControls } from '../monitor/activity-log.ts';
import type { Outage } from '../monitor/outages.ts';
import type { GraphControls, GraphOptions } from '../resource-graph/resource-graph.ts';
import type { RecordedRequest, RequestHook } from '../resource-manager/recorded-request.ts';
import type { SideEffect } from '../resource-manager/side-effects.ts';
import type { Allows } from '../roles/built-in-roles.ts';
import type { Access } from '../roles/role-assignment.ts';

export interface SimulatorOptions {
  /** 0 or absent: a free port. */
  port?: number;
  /** Absent: empty; see `sampleEstate()`. */
  estate?: EstateDefinition;
  /** Generated estates, beside `estate`. */
  generated?: readonly GeneratedEstateOptions[];
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
  /** How Resource Graph differs from Resource Manager; may be changed at any time. */
  graph?: GraphOptions;
  /**
   * The actions of the custom role of the managed identity, as its role definition names them. Absent: every action.
   */
  identityActions?: readonly string[];
  /**
   * Whether the role of the managed identity allows a request; false answers 403 AuthorizationFailed. Default:
   * `identityActions` decide. Every other caller has the roles that are assigned in the estate, and nothing else.
   */
  allows?: Allows;
  /**
   * A PATCH takes properties that only the published model of PUT has, such as `sshEnabled` of a site; what Azure does with
   * them is unverified. Default: it ignores them.
   */
  takesUnpublished?: boolean;
  /** Of the traffic that metrics show: the same number gives the same traffic; default 1. */
  metricsSeed?: number;
  /** See Simulator.keepRequests; default: all. */
  keptRequests?: number;
  /** From 0 (inclusive) to 1, for faults with a `chance` and the time that log entries take; default `Math.random`. */
  random?: () => number;
}

export interface Simulator {
  /** `https://localhost:PORT`: endpoint and audience of Resource Manager. */
  readonly url: string;
  /** PEM to trust: `NODE_EXTRA_CA_CERTS` of the host's process. */
  readonly certificatePath: string;
  /** What a process needs in its environment to use this simulator as Azure. */
  readonly environment: Record<string, string>;
  /** Whom writes made with the managed identity's token are attributed to. */
  readonly identity: Caller;
  /** ARM requests in the order they came; polling counts; the identity endpoint and `change` do not. */
  readonly requests: readonly RecordedRequest[];
  readonly events: readonly RaisedEvent[];
  readonly activity: ActivityControls;
  readonly graph: GraphControls;
  /** How many requests there were, such as `GET 200`, since they were cleared; 0 stands for no answer. */
  requestCounts(): Record<string, number>;
  /** Keeps this many of the last requests, or up to twice as many; null: all. For long runs. */
  keepRequests(most: number | null): void;
  /** The counts as well. */
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
  /** Estates of any size whose resources are made when they are asked for. */
  readonly generated: GeneratedEstates;
  /** Takes a resource and what is below it away without any event. */
  remove(id: string): void;
  /**
   * A write by a user or a pipeline, which raises an event. `patch` merges as the provider merges; on a resource that
   * does not exist it is the complete body; null deletes. `document` may be `diagnosticSettings/NAME`. Resolves when the change
   * is visible: for container apps and environments at the end of the operation.
   */
  change(caller: Caller, id: string, document: string, patch: unknown): Promise<void>;
  /** Returns what removes the fault. */
  addFault(fault: Fault): () => void;
  clearFaults(): void;
  /** Returns what removes the side effect. Throws for an unknown document. */
  addSideEffect(sideEffect: SideEffect): () => void;
  clearSideEffects(): void;
  /** The next fix that changes the value makes the app ill; see Outage. Throws when there is no such app or value. */
  addOutage(outage: Outage): void;
  /** No app is ill, and none will be. */
  clearOutages(): void;
  /** See SimulatorOptions; may be changed at any time. */
  takesUnpublished: boolean;
  /** Assigns a built-in role at a scope, without any event. Throws when there is no such resource, group or subscription. */
  grant(scope: string, access: Access): void;
  /**
   * An IDENTITY_HEADER for the programs of a person: without a client id they get tokens of that person, and in no case those of the
   * service.
   */
  identityHeaderOf(person: Caller): string;
  /** A token for Resource Manager with which requests are made as this caller, for a day. */
  tokenFor(caller: Caller): string;
  /**
   * Called, and awaited, before a request is handled and again between its effect and its answer; for each ARM
   * request. Returns what removes the hook.
   */
  onRequest(hook: RequestHook): () => void;
  close(): Promise<void>;
}
