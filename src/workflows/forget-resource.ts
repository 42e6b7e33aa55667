/** The resource is gone: its approvals are cleared, its findings removed, its intents ended, its events concluded. */
import { type Approval, isOpen } from '../domain/approval.ts';
import type { Resource } from '../domain/resource.ts';
import { documentViews, type Snapshot } from '../domain/snapshot.ts';
import { concludeEvents } from './conclude-events.ts';
import { approvalFact, type Ending, endingFact, type Occasion } from './facts-of.ts';
import { declinedFor } from './judge.ts';
import { giveUpTurn } from './keep-budget.ts';
import { type Facts, nothingKnown } from './load-facts.ts';
import type { ResourceMemory, World } from './ports.ts';
import { logFact } from './record.ts';
import { whoWrote } from './remember-who.ts';
import { isUnresolved, withIntent } from './resolve-intents.ts';
import { storeApproval } from './store-approval.ts';

/** What nobody decided is asked again when it is there again. */
function rejectedOf(declined: ResourceMemory['declined']): ResourceMemory['declined'] {
  return Object.fromEntries(Object.entries(declined).filter(([, { status }]) => status === 'rejected'));
}

const GONE = { code: 'gone' as const, text: 'The resource is gone.' };

export async function forget(
  world: World,
  resource: Resource,
  facts: Facts,
  snapshot: Snapshot,
  occasion: Occasion,
): Promise<void> {
  const ending: Ending = {
    state: 'failed',
    reasons: [GONE],
    alsoMoved: [],
    arm: null,
    message: GONE.text,
    cause: 'gone',
  };
  const { signed } = await withIntent(world, facts.memory.operations, occasion, ({ state }) => isUnresolved(state));
  const endings = [...signed.values()].map((intent) => endingFact(occasion, intent, ending));
  const entries = await world.audit.append(endings);
  for (const ending of endings) logFact(world, ending);
  const auditIds = entries.map(({ id }) => id);
  for (const { value, version } of facts.approvals) {
    if (!isOpen(value)) continue;
    const cleared: Approval = { ...value, status: 'cleared', reasons: [GONE] };
    const fact = approvalFact(occasion, cleared, 'approval.cleared', GONE.text);
    logFact(world, fact);
    await storeApproval(world, { ...cleared, unlogged: [...cleared.unlogged, fact] }, version);
    auditIds.push(fact.id);
  }
  await giveUpTurn(world, resource, facts.memory);
  await world.findings.replace(resource, []);
  const memory: ResourceMemory = {
    ...nothingKnown(resource),
    gone: true,
    evaluatedAt: occasion.at,
    completeAt: occasion.at,
    trigger: occasion.trigger,
    documents: documentViews(snapshot),
    // It may be back at the next look, and nothing is settled by that.
    ...whoWrote(facts),
    heldAt: facts.memory.heldAt,
    unexplained: facts.memory.unexplained,
    beforeFix: facts.memory.beforeFix,
    declined: rejectedOf(declinedFor(facts, new Date(occasion.at))),
  };
  await world.memories.save(resource, memory, facts.version);
  await concludeEvents(
    world,
    resource,
    facts.waiting.map(({ event }) => event),
    { outcome: 'gone', auditIds, reasons: [GONE] },
  );
  const { eventId, correlationId } = occasion.trigger;
  world.log.info({ resource: resource.id, eventId, correlationId }, 'resource gone');
}
