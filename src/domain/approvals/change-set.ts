/** A set of changes to write, and whether an audit entry is about it. */
import type { AuditRecord } from '../audit/audit.ts';
import { type Change, digestOf, isSamePlace, type PreservedValue, type Purpose } from '../changes/change.ts';
import type { Reason } from '../resources/reasons.ts';
import type { Resource } from '../resources/resource.ts';
import { digestIn } from './digests.ts';

/** A set of changes that is to be written. */
export interface ChangeSet {
  readonly rule: { readonly id: string; readonly version: number };
  readonly purpose: Purpose;
  readonly digest: string;
  readonly changes: readonly Change[];
  readonly preserved: readonly PreservedValue[];
  readonly approvalId: string | null;
  readonly reasons: readonly Reason[];
  /** The object id of the approver. */
  readonly decidedBy?: string;
  /** The signed order of a health gate for this rollback is in the log. Freezes do not hold it. */
  readonly byHealthGate?: true;
  /** The operation of the intent that the log has without an outcome. */
  readonly operationId?: string;
}

/** What identifies a change set: its changes, and the decision about them. */
export type ChangeSetKey = Pick<ChangeSet, 'digest' | 'approvalId'>;

/** Whether both are the same changes by the same decision. */
export function isSameChangeSet(a: ChangeSetKey, b: ChangeSetKey): boolean {
  return a.digest === b.digest && a.approvalId === b.approvalId;
}

type Place = Pick<Change, 'document' | 'path'>;

/** Whether two sets of changes have a path in common. */
export function overlaps(a: readonly Place[], b: readonly Place[]): boolean {
  return a.some((one) => b.some((other) => isSamePlace(one, other)));
}

/** Whether an entry is about these changes to this resource. The content of the entry counts, not its id. */
export function isAbout(
  entry: AuditRecord,
  resource: Resource,
  { rule, purpose, digest, approvalId }: Pick<ChangeSet, 'rule' | 'purpose' | 'digest' | 'approvalId'>,
): boolean {
  return (
    entry.resource?.id.toLowerCase() === resource.key &&
    entry.rule === rule.id &&
    entry.approvalId === approvalId &&
    digestIn(entry.reasons) === digest &&
    digestOf(resource, rule, purpose, entry.changes) === digest
  );
}
