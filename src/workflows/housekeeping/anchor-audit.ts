/**
 * Runs every hour. Verifies the audit log from the newest anchor, once a day from its first entry, and anchors what is
 * valid. The anchor is also written to the process log, which is stored outside the storage account. Settings and
 * exemptions that no entry explains are logged.
 */
import type { Deps } from '../ports/deps.ts';
import { reportUnexplained } from './verify-records.ts';

export async function anchorAudit(deps: Deps): Promise<void> {
  const { verification, anchor } = await deps.audit.verifyAndAnchor(deps.clock.now());
  const { valid, complete, firstBad, reason } = verification;
  if (anchor) {
    const { number, hash } = anchor;
    deps.log.info({ anchor: number, hash, entries: anchor.entries, complete }, 'audit log anchored');
  }
  if (!valid) deps.log.error({ firstBad, reason }, 'audit log verification failed');
  await reportUnexplained(deps);
}
