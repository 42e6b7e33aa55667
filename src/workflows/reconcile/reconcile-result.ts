/** What a reconcile found and did, for recording. */
import type { AuditRecord } from '../../domain/audit/audit.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { EffectiveRule } from '../../domain/rules/settings.ts';
import type { ApprovalPlan } from '../approvals/reconcile-approvals.ts';
import type { OpenOperation, ResourceState } from '../ports/resource-states.ts';
import type { WorkMessage } from '../ports/work.ts';
import type { AttemptOutcome } from '../state/attempts.ts';
import type { AuditContext } from '../state/audit-records.ts';
import type { EvaluatedRule } from '../state/decision-input.ts';
import type { ReconcileState } from '../state/reconcile-state.ts';

export interface ReconcileResult {
  readonly state: ReconcileState;
  readonly savedPlan: SavedPlan;
  readonly context: AuditContext;
  /** The rules that apply to the resource. */
  readonly rules: readonly EffectiveRule[];
  /** The rules that this reconcile could evaluate, with their verdicts after the writes. */
  readonly evaluated: readonly EvaluatedRule[];
  readonly snapshot: Snapshot;
  readonly approvals: ApprovalPlan;
  readonly operations: readonly OpenOperation[];
  readonly records: readonly AuditRecord[];
  readonly outcomes: readonly AttemptOutcome[];
  /** By rule: the outcomes of its fixes, including the new ones. */
  readonly history: ResourceState['history'];
  readonly firstRead: Date;
  /** Everything was read, and Azure had finished provisioning. */
  readonly conclusive: boolean;
  /** Azure had finished provisioning, so a compliant verdict is stable. */
  readonly provisioned: boolean;
  readonly message: WorkMessage;
  /** Seconds until the message is handled again; null when it is done. */
  readonly requeueSeconds: number | null;
}

export interface SavedPlan {
  readonly version: string | null;
  /** The wake-up that resumes the intents when this process ends early. */
  readonly wakeup: string | null;
}
