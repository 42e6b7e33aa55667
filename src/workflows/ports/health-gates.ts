/** Health gates: their store, and what Azure says of the health of an app. */
import type { AppState, GateStatus, HealthGate } from '../../domain/health/gate.ts';
import type { HealthCheckPoint } from '../../domain/health/health-check.ts';
import type { MetricPoint } from '../../domain/health/metrics.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

export interface GateQuery {
  /** An id or any scope above it, without case. */
  readonly scope?: string;
  readonly status?: readonly GateStatus[];
  /** Those that ended at this time (ISO) or later. Open ones are left out. */
  readonly endedSince?: string;
}

export interface HealthGates {
  /** A gate that is open, or whose end is not complete yet; null for any other. */
  get(id: string): Promise<Versioned<HealthGate> | null>;
  /** Saves under the loaded version (null: it is new). Throws ConflictError when another instance saved first. */
  save(gate: HealthGate, version: string | null): Promise<string>;
  /** Removes a gate without a trace: nothing was written. */
  discard(id: string): Promise<void>;
  /** Moves a gate that has ended to the list of those. Repeating it is harmless. */
  archive(gate: HealthGate): Promise<void>;
  /** Those that have ended, the latest first; then those that are open. Pages may be short. */
  list(query: GateQuery, page: PageRequest): Promise<Page<HealthGate>>;
  /** Open gates, and those whose end is not complete, by their next look, whose message may be lost. */
  listDue(before: Date, limit: number): Promise<readonly HealthGate[]>;
  /** Removes some of those that ended before a time. */
  removeEnded(before: Date): Promise<void>;
}

export type AppMetrics =
  | {
      readonly kind: 'read';
      readonly points: readonly MetricPoint[];
      /** Empty for an app without a health check, and when it could not be read. */
      readonly healthChecks: readonly HealthCheckPoint[];
    }
  /** `text`: why not, as the end of a sentence. */
  | { readonly kind: 'unread'; readonly text: string };

/** Reads only. A refusal is a result, never an exception. */
export interface AppHealth {
  /** State and availability of a web app; the latest revision of a container app and its replicas. */
  readState(resource: Resource): Promise<AppState>;
  /** The metrics of a period by minutes: one request; of a web app two, the second for its health check. */
  readMetrics(resource: Resource, from: Date, to: Date): Promise<AppMetrics>;
}
