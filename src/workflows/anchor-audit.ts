/**
 * Every hour: the log is verified from the newest anchor on, once a day from its first entry, and what was found whole is
 * anchored. The anchor goes into the log of the process, too, which is kept outside the storage account. Settings and exemptions
 * that no entry explains are told.
 */
import type { World } from './ports.ts';
import { tellUnexplained } from './verify-records.ts';

export async function anchorAudit(world: World): Promise<void> {
  const { verification, anchor } = await world.audit.anchor(world.clock.now());
  const { valid, complete, firstBad, reason } = verification;
  if (anchor) {
    const { number, hash } = anchor;
    world.log.info({ anchor: number, hash, entries: anchor.entries, complete }, 'audit log anchored');
  }
  if (!valid) world.log.error({ firstBad, reason }, 'the audit log is not whole');
  await tellUnexplained(world);
}
