/** The kinds of audit entries in words. */
import type { AuditEntry } from '../../api/types.ts';

export const KINDS: Readonly<Record<AuditEntry['kind'], string>> = {
  'fix.intended': 'Fix started',
  'fix.applied': 'Fix applied',
  'fix.failed': 'Fix failed',
  'fix.blocked': 'Fix blocked',
  'fix.unknown': 'Fix: verifying',
  'rollback.intended': 'Rollback started',
  'rollback.applied': 'Rollback applied',
  'rollback.failed': 'Rollback failed',
  'rollback.blocked': 'Rollback blocked',
  'rollback.unknown': 'Rollback: verifying',
  'approval.requested': 'Approval requested',
  'approval.approved': 'Approved',
  'approval.rejected': 'Rejected',
  'approval.expired': 'Approval expired',
  'approval.superseded': 'Approval superseded',
  'approval.cleared': 'Approval resolved',
  'settings.changed': 'Settings changed',
  'exemption.created': 'Exemption created',
  'exemption.ended': 'Exemption ended',
  'exemption.removed': 'Exemption removed',
  'service.stopped': 'Changes stopped',
  'service.resumed': 'Changes resumed',
  'audit.reviewed': 'Log reviewed',
  'health.worse': 'Worse after a fix',
  'rollout.started': 'Roll-out started',
  'rollout.stopped': 'Roll-out stopped',
  'rollout.continued': 'Roll-out continued',
  'rollout.ended': 'Roll-out ended',
};

/** The colour of a kind. */
export function toneOf(kind: AuditEntry['kind']): 'success' | 'warning' | 'danger' | '' {
  if (kind.endsWith('.applied')) return 'success';
  if (/\.(failed|blocked|stopped)$/.test(kind)) return 'danger';
  return /\.(unknown|rejected|expired)$/.test(kind) ? 'warning' : '';
}
