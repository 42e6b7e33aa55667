/** The list of findings, and scans. */
import * as z from 'zod';
import type { Finding } from '../../domain/decisions/finding.ts';
import { type Actor, actor } from '../../domain/resources/principal.ts';
import { ACTIONS } from '../../domain/resources/reasons.ts';
import { type Resource, resourceScope } from '../../domain/resources/resource.ts';
import { type Infer, id, time } from '../../domain/resources/schema.ts';
import { SEVERITIES, VERDICTS } from '../../domain/rules/rule.ts';
import type { Page, PageRequest } from './storage.ts';

/** The list of findings for queries. It is built from the resource states, which are the source of truth. */
export interface Findings {
  /** Replaces all findings of the resource. */
  replace(resource: Resource, findings: readonly Finding[]): Promise<void>;
  list(query: FindingQuery, page: PageRequest): Promise<Page<Finding>>;
  /** The keys of resources below a scope that have findings, from one (exclusive) to another (inclusive, null: all). */
  listResources(scope: string, after: string, upTo: string | null): Promise<string[]>;
  /** The keys of all resources below a scope that have findings, in no order. */
  pageOfResources(scope: string, page: PageRequest): Promise<Page<string>>;
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
  /** Those of these keys that were not found. */
  keysNotFound(id: string, keys: AsyncIterable<readonly string[]>): Promise<string[]>;
}

/** The filters of the list, as requests give them. */
export const findingFilters = z.strictObject({
  verdict: z.enum(VERDICTS).exactOptional(),
  resource: resourceScope.exactOptional(),
  rule: id.exactOptional(),
  severity: z.enum(SEVERITIES).exactOptional(),
  decision: z.enum(ACTIONS).exactOptional(),
});

export interface FindingQuery extends Infer<typeof findingFilters> {
  /** Only findings of one of these rules. */
  readonly rules?: readonly string[];
  /** Only findings whose decision has no known end, or that were evaluated before this time (ISO). */
  readonly openEndedOrBefore?: string;
}
