/** The state that a reconcile loads before it reads the resource. */
import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import type { BudgetHold } from '../../domain/decisions/constraints.ts';
import type { ServiceIdentity } from '../../domain/resources/principal.ts';
import type { StoredEvent } from '../ports/events.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import type { StoredSettings } from '../ports/settings.ts';
import type { Versioned } from '../ports/storage.ts';
import type { WorkMessage } from '../ports/work.ts';

export interface ReconcileState {
  readonly settings: StoredSettings;
  readonly resourceState: ResourceState;
  /** The version of the stored resource state; null when there was none. */
  readonly version: string | null;
  /** The approvals listed in the resource state. Some may be closed since. */
  readonly approvals: readonly Versioned<Approval>[];
  readonly waitingEvents: readonly StoredEvent[];
  /** Those whose scope is the resource or above it. */
  readonly exemptions: readonly Exemption[];
  /** The message that triggered the reconcile. */
  readonly message: Pick<WorkMessage, 'cause' | 'rule'>;
  /** Whether this is a sweep: it reads every document and retries what keeps failing. */
  readonly isSweep: boolean;
  /** The hold when the hourly budget refused the resource. */
  readonly budgetHold: BudgetHold | null;
  readonly identity: ServiceIdentity;
}

/** The open approvals among those loaded. */
export function openApprovals(state: ReconcileState): Approval[] {
  return state.approvals.map(({ value }) => value).filter(isOpen);
}
