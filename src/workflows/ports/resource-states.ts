/** The stored state of each resource between two reconciles. */
import * as z from 'zod';
import { storedAttempt } from '../../domain/approvals/attempt.ts';
import { trigger } from '../../domain/audit/audit.ts';
import { declinedChange } from '../../domain/decisions/constraints.ts';
import { finding } from '../../domain/decisions/finding.ts';
import { type Resource, resourceView } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { documentView } from '../../domain/resources/snapshot.ts';
import { writerHistory } from '../../domain/resources/writers.ts';
import { ruleHistory } from '../../domain/rules/history.ts';
import type { Versioned } from './storage.ts';

/** The stored state of one resource: one row, saved under its version (optimistic concurrency). */
export const resourceState = z.strictObject({
  resource: resourceView,
  gone: z.boolean(),
  evaluatedAt: time.nullable(),
  /** When every rule was last evaluated, including those that only the sweep evaluates. */
  fullyEvaluatedAt: time.nullable(),
  trigger: trigger.nullable(),
  documents: z.array(documentView),
  findings: z.array(finding),
  /** No reconcile before this time: ARM is busy with the resource, or asked to wait. */
  recheckAt: time.nullable(),
  ...writerHistory.shape,
  /** By rule: until when the resource last met it. It stays while the rule is off. */
  compliantAt: z.record(z.string(), time),
  /** By rule: when a violation was first found without a known writer since the rule was met. */
  unattributedSince: z.record(z.string(), time),
  /** By rule: these two values when its last fix was written. They give the changers for a rollback of that fix. */
  beforeFix: z.record(z.string(), z.strictObject({ compliantAt: time.nullable(), unattributed: z.boolean() })),
  /** By rule: the outcomes of its fixes. */
  history: z.record(z.string(), ruleHistory),
  openApprovals: z.array(z.string()),
  /** By digest: changes that were rejected or expired. */
  declined: z.record(z.string(), declinedChange),
  /** The attempts whose intents are in the log and have no final outcome. */
  attempts: z.array(storedAttempt),
});
export type ResourceState = Infer<typeof resourceState>;

export interface ResourceStates {
  load(resource: Resource): Promise<Versioned<ResourceState> | null>;
  /** Saves under the loaded version (null: there was none). Returns the new version. */
  save(resource: Resource, resourceState: ResourceState, version: string | null): Promise<string>;
}
