/** What a person has put back stays for a week: without an exemption the very next look would fix it again. */
import type { Approval } from '../domain/approval.ts';
import type { AuditEntry } from '../domain/audit.ts';
import { type Change, samePlace } from '../domain/change.ts';
import type { Exemption } from '../domain/exemption.ts';
import type { Resource } from '../domain/resource.ts';
import { createExemption } from './exempt.ts';
import type { Facts } from './load-facts.ts';
import type { OpenEntry, World } from './ports.ts';
import { decisionId } from './record-decision.ts';
import type { EndedEntry } from './resolve-intents.ts';

const WEEK = 7 * 86_400_000;

/**
 * The exemptions that hold when these attempts have ended: one more for each rollback that was carried out, also when what
 * moved along with the fix did not go back.
 */
export async function exemptRolledBack(
  world: World,
  resource: Resource,
  facts: Facts,
  ended: readonly EndedEntry[],
): Promise<readonly Exemption[]> {
  const all = [...facts.exemptions];
  for (const { entry, state, part, told } of ended) {
    if (entry.purpose !== 'rollback' || (state !== 'applied' && !part)) continue;
    // The exemption comes before the end is in the log: this one has had it.
    if (told) continue;
    const approval = facts.approvals.find(({ value }) => value.id === entry.approvalId)?.value;
    if (part && !(await holdsOwn(world, approval, part))) continue;
    const reason = `Put back by approval ${entry.approvalId}`;
    // After a crash the same rollback ends once more; its exemption is there already, or was taken back since.
    if (all.some((one) => one.rule === entry.rule && one.reason.startsWith(reason))) continue;
    const decision = await decisionOf(world, entry);
    const { objectId = 'unknown', name = 'unknown' } = decision?.actor ?? {};
    const expires = new Date(world.clock.now().getTime() + WEEK).toISOString();
    const request = {
      ...{ scope: resource.id, rule: entry.rule, owner: name, ticket: null, expires },
      reason: decision ? `${reason}: ${decision.message}` : `${reason}.`,
    };
    all.push(await createExemption(world, request, { type: 'user', objectId, name }));
  }
  return all;
}

/** As it was signed: the exemption is recorded in the name of whoever decided. */
function decisionOf({ audit }: Pick<World, 'audit'>, { approvalId }: OpenEntry): Promise<AuditEntry | null> | null {
  return approvalId === null ? null : audit.get(decisionId(approvalId));
}

/** Whether a part of a rollback holds what the fix itself wrote, and not only what moved along with it. */
async function holdsOwn(
  { audit }: Pick<World, 'audit'>,
  approval: Approval | undefined,
  part: readonly Change[],
): Promise<boolean> {
  const [fixId] = approval?.auditIds ?? [];
  const fix = fixId === undefined ? null : await audit.get(fixId);
  return part.some((change) => fix?.changes.some((own) => samePlace(own, change)) ?? false);
}
