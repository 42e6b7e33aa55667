/** The stored state of each resource between two reconciles. */
import type { Trigger } from '../../domain/audit/audit.ts';
import type { Change } from '../../domain/changes/change.ts';
import type { DeclinedChange } from '../../domain/decisions/constraints.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import type { Resource, ResourceView } from '../../domain/resources/resource.ts';
import type { DocumentView } from '../../domain/resources/snapshot.ts';
import type { WriterHistory } from '../../domain/resources/writers.ts';
import type { RuleHistory } from '../../domain/rules/history.ts';
import type { Versioned } from './storage.ts';

/** An operation whose intents are in the log and have no final outcome. */
export interface OpenOperation {
  readonly operationId: string;
  readonly startedAt: string;
  readonly trigger: Trigger;
  readonly attempts: readonly Attempt[];
  /** The URLs of long-running operations in Azure that this operation waits for. */
  readonly operationUrls: readonly string[];
}

export interface Attempt {
  readonly rule: string;
  readonly ruleVersion: number;
  readonly purpose: 'fix' | 'rollback';
  readonly digest: string;
  readonly changes: readonly Change[];
  readonly approvalId: string | null;
  /** The number of attempts. Each outcome is an audit record of its own. */
  readonly attemptCount: number;
  /**
   * open: no outcome yet. unknown: a later read decides. blocked: by Azure. held: not sent, because values or settings
   * changed right before the write. A further attempt runs under the same intent.
   */
  readonly state: 'open' | 'unknown' | 'blocked' | 'held';
}

/** The stored state of one resource: one row, saved under its version (optimistic concurrency). */
export interface ResourceState extends WriterHistory {
  readonly resource: ResourceView;
  readonly gone: boolean;
  readonly evaluatedAt: string | null;
  /** When every rule was last evaluated, including those that only the sweep evaluates. */
  readonly fullyEvaluatedAt: string | null;
  readonly trigger: Trigger | null;
  readonly documents: readonly DocumentView[];
  readonly findings: readonly Finding[];
  /** No reconcile before this time (ISO): ARM is busy with the resource, or asked to wait. */
  readonly recheckAt: string | null;
  /** By rule: until when the resource last met it (ISO). It stays while the rule is off. */
  readonly compliantAt: Readonly<Record<string, string>>;
  /** By rule: when a violation was first found without a known writer since the rule was met (ISO). */
  readonly unattributedSince: Readonly<Record<string, string>>;
  /** By rule: these two values when its last fix was written. They give the changers for a rollback of that fix. */
  readonly beforeFix: Readonly<Record<string, { readonly compliantAt: string | null; readonly unattributed: boolean }>>;
  /** By rule: the outcomes of its fixes. */
  readonly history: Readonly<Record<string, RuleHistory>>;
  readonly openApprovals: readonly string[];
  /** By digest: changes that were rejected or expired. */
  readonly declined: Readonly<Record<string, DeclinedChange>>;
  readonly operations: readonly OpenOperation[];
}

export interface ResourceStates {
  load(resource: Resource): Promise<Versioned<ResourceState> | null>;
  /** Saves under the loaded version (null: there was none). Returns the new version. */
  save(resource: Resource, resourceState: ResourceState, version: string | null): Promise<string>;
}
