/**
 * An approval that ends by itself (superseded, cleared, expired) says so in the log. A row that nobody asked for, or that
 * holds other changes than were asked for, ends without a word there: nothing of what it says has happened.
 */
import type { Approval } from '../domain/approval.ts';
import type { AuditFact } from '../domain/audit.ts';
import { digestOf } from '../domain/change.ts';
import { parseResourceId } from '../domain/resource.ts';
import type { World } from './ports.ts';
import { isAbout } from './prove-cause.ts';

const BY_ITSELF: readonly Approval['status'][] = ['superseded', 'cleared', 'expired'];

/** The approval as it may be stored: without facts about an end of what the log has no request of. */
export async function asAskedFor(world: World, approval: Approval): Promise<Approval> {
  const { id, status, unlogged, resource } = approval;
  if (!BY_ITSELF.includes(status) || unlogged.length === 0) return approval;
  if (isAsked(approval, [...unlogged, ...(await world.audit.about(id))])) return approval;
  world.log.error({ approvalId: id, resource: resource.id }, 'an approval is not what was asked for');
  return { ...approval, unlogged: [] };
}

function isAsked(approval: Approval, known: readonly AuditFact[]): boolean {
  const { id, purpose, rule, changes, digest } = approval;
  const resource = parseResourceId(approval.resource.id);
  if (!resource || digestOf(resource, rule, purpose, changes) !== digest) return false;
  // A rollback is decided by whoever asks for it.
  const asks = purpose === 'rollback' ? 'approval.approved' : 'approval.requested';
  return known.some((fact) => fact.kind === asks && isAbout(fact, resource, { ...approval, approvalId: id }));
}
