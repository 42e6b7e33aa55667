/** An approval is stored with the facts about it, then the facts are logged, then it is known that they are. */
import type { Approval } from '../domain/approval.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import { isHeldBack } from './facts-of.ts';
import type { Versioned, World } from './ports.ts';
import type { EndedEntry } from './resolve-intents.ts';

/** What a rollback says of that which moved along with its fix; it stays on the card. */
const ALONG: readonly ReasonCode[] = ['also-moved', 'not-put-back'];

/** The approval when its write has ended. A change that was only held back at the last moment stays approved. */
export function afterWrite(
  approval: Approval,
  end: Pick<EndedEntry, 'state' | 'reasons'>,
  facts: readonly string[],
): Approval {
  const auditIds = [...new Set([...approval.auditIds, ...facts])];
  if (isHeldBack(end)) return { ...approval, status: 'approved', auditIds };
  const along = approval.reasons.filter(({ code }) => approval.purpose === 'rollback' && ALONG.includes(code));
  return { ...approval, status: end.state, auditIds, reasons: [...along, ...end.reasons] };
}

/** Throws StaleVersion when somebody else was faster. */
export async function storeApproval(
  world: World,
  approval: Approval,
  version: string | null,
): Promise<Versioned<Approval>> {
  const stored = { value: approval, version: await world.approvals.save(approval, version) };
  return logFacts(world, stored);
}

/** Logs what is known about an approval and not in the log yet; harmless when it is there already. */
export async function logFacts(world: World, stored: Versioned<Approval>): Promise<Versioned<Approval>> {
  const { value, version } = stored;
  if (value.unlogged.length === 0) return stored;
  const entries = await world.audit.append(value.unlogged);
  const auditIds = [...new Set([...value.auditIds, ...entries.map(({ id }) => id)])];
  const logged: Approval = { ...value, auditIds, unlogged: [] };
  return { value: logged, version: await world.approvals.save(logged, version) };
}
