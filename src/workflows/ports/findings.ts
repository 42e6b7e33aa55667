/** The list of findings, and scans. */
import * as z from 'zod';
import type { Finding } from '../../domain/decisions/finding.ts';
import type { FindingLabel, ResourceBrief } from '../../domain/decisions/finding-briefs.ts';
import { type Actor, actor } from '../../domain/resources/principal.ts';
import type { Action } from '../../domain/resources/reasons.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import type { Severity, Verdict } from '../../domain/rules/rule.ts';
import type { Page, PageRequest } from './storage.ts';

/** The list of findings for queries. It is built from the resource states, which are the source of truth. */
export interface Findings {
  /** Replaces all findings of the resource. `fullyEvaluatedAt`: when every rule was last evaluated, if that is known. */
  replace(resource: Resource, findings: readonly Finding[], fullyEvaluatedAt?: string | null): Promise<void>;
  /** Newest first. */
  list(query: FindingQuery, page: PageRequest): Promise<Page<Finding>>;
  /**
   * The findings at these places in their order, by at most two requests: all or the first ones. Those that are not there any
   * more are left out. `read` is how many places are done, at least one.
   */
  readAt(places: readonly FindingPlace[]): Promise<{ readonly findings: readonly Finding[]; readonly read: number }>;
  /**
   * Calls `visit` with each resource that has findings, in no order: a request for each 4 MiB, about 50,000 resources.
   * False while findings of an earlier version are missing.
   */
  visitBriefs(visit: (brief: ResourceBrief) => void): Promise<boolean>;
  /** The resource with this key (`resourceKeyOf`); null when it has no findings. */
  getBrief(key: string): Promise<ResourceBrief | null>;
  /** The keys of resources below a scope that have findings, from one (exclusive) to another (inclusive, null: all). */
  listResources(scope: string, after: string, upTo: string | null): Promise<string[]>;
  /** The keys of all resources below a scope that have findings, in no order. */
  pageOfResources(scope: string, page: PageRequest): Promise<Page<string>>;
}

/** Where the list has a finding. */
export interface FindingPlace extends Pick<FindingLabel, 'rule' | 'verdict' | 'severity'> {
  /** The ARM id of the resource. */
  readonly id: string;
  /** In milliseconds. */
  readonly since: number;
}

/** `done`: everything was listed, and every found resource was reconciled. `cancelled`: no more of its messages are handled. */
export const SCAN_STATUSES = ['running', 'done', 'cancelled'] as const;

export const scan = z.strictObject({
  id: z.string(),
  scope: z.string(),
  status: z.enum(SCAN_STATUSES).describe('done: everything was listed, and every found resource was reconciled'),
  found: z.int(),
  evaluated: z.int().describe('Evaluated, or moved to the dead letters'),
  startedAt: time.nullable().describe('null for scans of earlier versions'),
  /** Who started it. */
  actor: actor.nullable(),
  endedAt: time.nullable(),
  cancelledBy: actor.nullable(),
  listed: z.boolean().describe('Whether all resources are found'),
});
export type Scan = Infer<typeof scan>;

/** The progress of scans. Each resource counts once, however often it is marked. */
export interface Scans {
  /** An id that sorts newest first. */
  newId(now: Date): string;
  begin(started: Pick<Scan, 'id' | 'scope' | 'actor'> & { readonly startedAt: string }): Promise<Scan>;
  /** Adds resources to reconcile. */
  addFound(id: string, resources: readonly string[]): Promise<void>;
  /** The listing is complete. */
  markListed(id: string): Promise<void>;
  /** The resource was reconciled or dead-lettered. */
  markEvaluated(id: string, resource: string): Promise<void>;
  /** Cancels a scan that runs. Returns the scan, also when it has ended; null when there is none. */
  cancel(id: string, by: Actor): Promise<Scan | null>;
  /** Whether the messages of this scan are dropped; false for the id of a sweep. */
  isCancelled(id: string): Promise<boolean>;
  get(id: string): Promise<Scan | null>;
  /** Newest first; of these statuses, or of all. */
  list(statuses: readonly Scan['status'][] | null, page: PageRequest): Promise<Page<Scan>>;
  /** Removes some of the scans that began before a time, with their resources. */
  removeBefore(at: Date): Promise<void>;
  /** Those of these keys that were not found. */
  keysNotFound(id: string, keys: AsyncIterable<readonly string[]>): Promise<string[]>;
}

/** One value, or several of which any matches. */
type OneOrMore<T> = T | readonly T[];

export interface FindingQuery {
  readonly verdict?: OneOrMore<Verdict>;
  /** Scopes. */
  readonly resource?: OneOrMore<string>;
  readonly rule?: OneOrMore<string>;
  readonly severity?: OneOrMore<Severity>;
  readonly decision?: OneOrMore<Action>;
  /** Only findings of one of these rules. */
  readonly rules?: readonly string[];
  /** Only findings whose decision has no known end, or that were evaluated before this time (ISO). */
  readonly openEndedOrBefore?: string;
}
