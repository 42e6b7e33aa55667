/**
 * An approval that ends by itself (superseded, cleared, expired) says so in the log. A row that nobody asked for, or that
 * holds other changes than were asked for, ends without a word there: nothing of what it says has happened.
 */
import type { Approval } from '../domain/approval.ts';
import type { AuditFact } from '../domain/audit.ts';
import { canonicalJson, sortChanges } from '../domain/change.ts';
import { digestIn } from '../domain/digests.ts';
import type { World } from './ports.ts';

const BY_ITSELF: readonly Approval['status'][] = ['superseded', 'cleared', 'expired'];

/** The approval as it may be stored: without facts about an end of what the log has no request of. */
export async function asAskedFor(world: World, approval: Approval): Promise<Approval> {
  const { id, status, unlogged, resource } = approval;
  if (!BY_ITSELF.includes(status) || unlogged.length === 0) return approval;
  const known: readonly AuditFact[] = [...unlogged, ...(await world.audit.about(id))];
  // A rollback is decided by whoever asks for it.
  const asks = approval.purpose === 'rollback' ? 'approval.approved' : 'approval.requested';
  if (known.some((fact) => fact.kind === asks && isOf(fact, approval))) return approval;
  world.log.error({ approvalId: id, resource: resource.id }, 'an approval is not what was asked for');
  return { ...approval, unlogged: [] };
}

function isOf(fact: AuditFact, { resource, rule, digest, changes }: Approval): boolean {
  const text = (of: Approval['changes']) => canonicalJson(sortChanges(of));
  return (
    fact.resource?.id.toLowerCase() === resource.id.toLowerCase() &&
    fact.rule === rule.id &&
    digestIn(fact.reasons) === digest &&
    text(fact.changes) === text(changes)
  );
}
