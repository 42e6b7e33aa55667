/**
 * Housekeeping for exemptions: logs records that a crash left in the outbox, records each end once, and requeues the
 * exempted resources. Then the row moves to those that have ended, where no decision finds it.
 */
import { type Exemption, endOf, exemptionFor, exemptionRecord, isInForce } from '../../domain/approvals/exemption.ts';
import { DAY_MS, MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';
import { enqueue } from '../ports/enqueue.ts';
import { collect, paginate } from '../ports/storage.ts';
import { findExemptionFault, flushExemptionRecords } from './grant-exemption.ts';

/** The maximum number of resources that one run queues for each exemption. The next run takes the rest. */
const MAX_REQUEUED = 100;

/** A reconcile that began under the exemption may record it after its end. No reconcile takes longer than this. */
const GRACE_MS = 10 * MINUTE_MS;

/** Ended exemptions are listed for so long. */
const KEPT_MS = 366 * DAY_MS;

export async function expireExemptions(deps: Deps): Promise<void> {
  const now = deps.clock.now();
  const all = await collect(paginate((page) => deps.exemptions.list(page)));
  for (const exemption of all) {
    if (exemption.outbox.length > 0) {
      const stored = await deps.exemptions.get(exemption.id);
      if (stored) await flushExemptionRecords(deps, stored);
    }
    if (isInForce(exemption, now)) continue;
    if (exemption.removedAt === null) await recordExpiry(deps, exemption, now);
    await deps.exemptions.archive(endOf(exemption));
    const isComplete = await requeueExempted(deps, exemption, all, now);
    const endedAt = Date.parse(exemption.removedAt ?? exemption.expires);
    if (!isComplete || now.getTime() < endedAt + GRACE_MS) continue;
    await deps.exemptions.remove(exemption.id);
    await deps.exemptions.removeEnded(timeAfter(now, -KEPT_MS));
  }
}

/** The expiry is recorded only when the exemption was granted as in its row. */
async function recordExpiry(deps: Deps, exemption: Exemption, now: Date): Promise<void> {
  const fault = await findExemptionFault(deps, exemption, now);
  if (fault !== null) {
    deps.log.error(
      { exemption: exemption.id, fault },
      'the end of an exemption is not logged: its row does not match the log',
    );
    return;
  }
  const actor = { type: 'service' as const, name: 'Plumbline' };
  await deps.audit.append([exemptionRecord(exemption, 'exemption.ended', now.toISOString(), actor)]);
}

/**
 * Queues the resources that this exemption covered and no other covers. Returns false when there are more than one run
 * takes.
 */
async function requeueExempted(
  deps: Deps,
  exemption: Exemption,
  all: readonly Exemption[],
  now: Date,
): Promise<boolean> {
  const query = { decision: 'exempt' as const, rule: exemption.rule, resource: exemption.scope };
  let queued = 0;
  for await (const { resource } of paginate((page) => deps.findings.list(query, page), MAX_REQUEUED)) {
    if (exemptionFor(all, resource, exemption.rule, now)) continue;
    if (queued === MAX_REQUEUED) return false;
    await enqueue(deps, resource);
    queued += 1;
    deps.log.info({ resource: resource.id, exemption: exemption.id }, 'exemption ended: resource requeued');
  }
  return true;
}
