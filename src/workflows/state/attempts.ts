/** Attempts with the signed entries of their intents, and their outcomes. */
import type { AuditEntry } from '../../domain/audit/audit.ts';
import type { Change } from '../../domain/changes/change.ts';
import type { Attempt } from '../ports/resource-states.ts';
import type { Outcome } from './audit-records.ts';

/** An attempt with the signed entry of its intent. */
export interface SignedAttempt {
  readonly operationId: string;
  readonly attempt: Attempt;
  readonly intent: AuditEntry;
}

export interface AttemptOutcome extends SignedAttempt {
  readonly state: Outcome['state'];
  readonly reasons: Outcome['reasons'];
  readonly recordId: string;
  /** The changes that were applied, when only a part was. */
  readonly appliedPart?: readonly Change[];
  /** The outcome was in the log before this reconcile. Only the resource state did not have it. */
  readonly alreadyLogged?: true;
}
