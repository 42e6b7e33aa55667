/** What travels through a reconcile: the state that was loaded, and the snapshot that was read. */
import { type Approval, isOpen } from '../../domain/approvals/approval.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import type { RolloutsInForce } from '../../domain/approvals/rollout.ts';
import type { ServiceIdentity } from '../../domain/resources/principal.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Snapshot } from '../../domain/resources/snapshot.ts';
import type { AnyRule } from '../../domain/rules/rule.ts';
import type { EffectiveRule } from '../../domain/rules/settings.ts';
import type { Deps } from '../ports/deps.ts';
import type { StoredEvent } from '../ports/events.ts';
import type { Lease, LeaseSeen, ResourceState } from '../ports/resource-states.ts';
import type { StoredSettings } from '../ports/settings.ts';
import type { Versioned } from '../ports/storage.ts';
import type { WorkMessage } from '../ports/work.ts';
import type { AuditContext } from './audit-records.ts';

/** The rows of a resource, without stored times that the service would not have written. */
export interface LoadedRows {
  readonly resourceState: ResourceState;
  /** The version of the stored resource state; null when there was none. */
  readonly version: string | null;
  readonly waitingEvents: readonly StoredEvent[];
  readonly lease: LeaseSeen;
}

/** The stored state of a resource, loaded once before it is read. */
export interface ReconcileState extends Omit<LoadedRows, 'lease'> {
  readonly settings: StoredSettings;
  /** The approvals listed in the resource state. Some may be closed since. */
  readonly approvals: readonly Versioned<Approval>[];
  /** Those whose scope is the resource or above it. */
  readonly exemptions: readonly Exemption[];
  /** None where the settings have no stages. */
  readonly rollouts: RolloutsInForce;
  readonly identity: ServiceIdentity;
}

/** The input of a plan: all that is known of a resource after it was read. It has no port. */
export interface ReconcileInput {
  readonly resource: Resource;
  readonly message: Pick<WorkMessage, 'cause' | 'rule' | 'sweep' | 'event' | 'attempt'>;
  readonly state: ReconcileState;
  readonly snapshot: Snapshot;
  /** When the first document was read. */
  readonly startedAt: Date;
  /** All rules. */
  readonly allRules: readonly AnyRule[];
  /** The rules that apply to the resource. */
  readonly rules: readonly EffectiveRule[];
  /** Those that this reconcile can evaluate. */
  readonly dueRules: readonly EffectiveRule[];
  /** The ARM id of Plumbline's own function app. */
  readonly selfId: string | null;
  readonly audit: AuditContext;
  readonly newApprovalId: () => string;
  readonly newOperationId: () => string;
}

export interface ReconcileContext extends ReconcileInput {
  readonly deps: Deps;
  readonly message: WorkMessage;
  readonly lease: Lease;
}

/** The open approvals among those loaded. */
export function openApprovals({ approvals }: Pick<ReconcileState, 'approvals'>): Approval[] {
  return approvals.map(({ value }) => value).filter(isOpen);
}
