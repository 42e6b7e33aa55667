/**
 * reconcile(resource): the only path to a write. Under the resource's lease: resolve open intents by reading, evaluate,
 * settle approvals against the fresh verdict, decide, write, verify, record. Called with a key, never trusting the event:
 * running it twice changes nothing, and a crash at any line is repaired by running it again.
 */
import { parseResourceId, type Resource, viewOf } from '../domain/resource.ts';
import { modeFor } from '../domain/settings.ts';
import { provisioningFinished, type Snapshot, stateOf } from '../domain/snapshot.ts';
import { applyPlan, planOperations, type Wanted } from './apply-plan.ts';
import type { Occasion } from './facts-of.ts';
import { forget } from './forget-resource.ts';
import { documentsFor, judge, rulesOn } from './judge.ts';
import { type Facts, loadFacts } from './load-facts.ts';
import { type Lease, StaleVersion, type WorkMessage, type World } from './ports.ts';
import { recordOutcome, rememberPlan } from './record.ts';
import { resolveIntents, setAside } from './resolve-intents.ts';
import { type Judged, planApprovals } from './settle-approvals.ts';
import { remainingDelay } from './settle-delay.ts';
import { logFacts } from './store-approval.ts';

/** After so many tries at reading everything, what was not read stays unknown. */
const READ_TRIES = 8;
/** After so many tries at writing, the message is given up to the poison queue. */
const WRITE_TRIES = 20;
const LEASE_WAIT_SECONDS = 15;

/** Come back later: in so many seconds, as a further try or as the same one. */
interface Later {
  readonly seconds: number;
  readonly counts: boolean;
}

/** Handles one message. Throws when it could not be handled: then the queue delivers it again. */
export async function reconcile(world: World, message: WorkMessage): Promise<void> {
  const resource = parseResourceId(message.resource);
  if (!resource) throw new Error(`the message names '${message.resource}', which is no resource that Plumbline knows`);
  if (message.event) {
    const stored = await world.events.get(resource, message.event.id);
    if (!stored || stored.outcome !== null) return;
  }
  const lease = await world.leases.acquire(resource);
  if (!lease) {
    await putBack(world, message, { seconds: Math.min(LEASE_WAIT_SECONDS, 2 ** message.attempt), counts: true });
    return;
  }
  let later: Later | null;
  try {
    later = await underLease(world, lease, resource, message);
  } catch (error) {
    // A person decided, or another instance was here, between our reading and our saving: look again at once.
    if (!(error instanceof StaleVersion)) throw error;
    later = { seconds: 1, counts: true };
  } finally {
    await lease.release();
  }
  if (later) await putBack(world, message, later);
}

async function underLease(world: World, lease: Lease, resource: Resource, message: WorkMessage): Promise<Later | null> {
  const loaded = await loadFacts(world, resource);
  const wait = waitFor(world, message, loaded);
  if (wait === 'concluded') return null;
  if (wait > 0) return { seconds: wait, counts: false };

  const facts: Facts = { ...loaded, approvals: await Promise.all(loaded.approvals.map((one) => logFacts(world, one))) };
  const rules = rulesOn(world, resource, facts);
  const firstRead = world.clock.now();
  const snapshot = await world.arm.read(resource, documentsFor(resource, rules, facts));
  const occasion = occasionOf(resource, message, facts, firstRead);
  if (stateOf(snapshot, 'resource').status === 'missing') {
    await forget(world, resource, facts, snapshot, occasion);
    return null;
  }
  const resolution = await resolveIntents(world, facts.memory.operations, snapshot, occasion);
  const judged = judge(world, resource, rules, facts, snapshot, firstRead);
  const { settings } = facts.settings;
  const approvals = planApprovals(
    resource,
    facts.approvals,
    judged,
    snapshot,
    occasion,
    { now: firstRead, expireHours: settings.approvals.expireHours },
    () => world.approvals.newId(firstRead),
  );
  const wanted = resolution.running ? [] : wantedNow(judged, approvals.execute);
  const aside = setAside(
    resolution.operations,
    new Set(resolution.running ? resolution.operations.flatMap(digests) : wanted.map(({ digest }) => digest)),
    new Set(judged.flatMap(({ digest }) => digest ?? [])),
    occasion,
  );
  const operations = planOperations(world, aside.operations, wanted, occasion);
  const plan = { operations, approvals, wanted };
  const remembered = await rememberPlan(world, resource, facts, plan);
  const applied =
    wanted.length > 0
      ? await applyPlan(world, lease, resource, snapshot, wanted, operations, occasion)
      : { snapshot, operations, facts: [], ended: [], again: null };

  const readAgain = isUnclear(snapshot) || resolution.running;
  const exhausted = message.attempt >= READ_TRIES;
  const later = applied.again ?? (readAgain && !exhausted ? backOff(message.attempt) : null);
  if (applied.again !== null && message.attempt >= WRITE_TRIES) {
    throw new Error(`gave up after ${message.attempt} tries: Azure did not take the write`);
  }
  await recordOutcome(world, resource, {
    facts,
    remembered,
    occasion,
    rules,
    before: judged,
    after: judge(world, resource, rules, facts, applied.snapshot, world.clock.now()),
    snapshot: applied.snapshot,
    approvals,
    operations: applied.operations,
    auditFacts: [...resolution.facts, ...aside.facts, ...applied.facts],
    ended: [...resolution.ended, ...aside.ended, ...applied.ended],
    firstRead,
    clear: !readAgain,
    message,
    later,
  });
  return later === null ? null : { seconds: later, counts: true };
}

/** Seconds to wait before looking, or that the event got its outcome meanwhile. */
function waitFor(world: World, message: WorkMessage, { waiting, memory }: Facts): number | 'concluded' {
  if (!message.event) return 0;
  const { id } = message.event;
  const own = waiting.find(({ event }) => event.id === id);
  if (!own) return 'concluded';
  const now = world.clock.now();
  const settling = remainingDelay(own, waiting, world.options.settleSeconds, now);
  const busy = memory.lookAgainAt === null ? 0 : (Date.parse(memory.lookAgainAt) - now.getTime()) / 1000;
  return Math.max(0, settling, busy);
}

/** What may be written now: approved changes, and violations that nothing holds back. An approved change travels once. */
function wantedNow(judged: readonly Judged[], approved: readonly { id: string; digest: string }[]): Wanted[] {
  return judged.flatMap(({ evaluation, digest, decision, approvedDecision }): Wanted[] => {
    if (digest === null) return [];
    const approval = approved.find((one) => one.digest === digest);
    const action = approval ? approvedDecision?.action : decision?.action;
    if (action !== 'fix') return [];
    const { rule, changes, kept } = evaluation;
    const reasons = approval ? [{ code: 'approved' as const, text: 'A person approved this change.' }] : [];
    return [{ rule, digest, changes, kept, approvalId: approval?.id ?? null, reasons }];
  });
}

/** Whether reading again later may show more: Azure is at work, or something passing kept a document from being read. */
function isUnclear(snapshot: Snapshot): boolean {
  const states = Object.values(snapshot.documents);
  return !provisioningFinished(snapshot) || states.some((state) => state.status === 'failed' && state.passing);
}

function backOff(attempt: number): number {
  return Math.min(60, 2 ** (attempt + 1));
}

function digests({ entries }: { readonly entries: readonly { readonly digest: string }[] }): string[] {
  return entries.map(({ digest }) => digest);
}

async function putBack(world: World, message: WorkMessage, { seconds, counts }: Later): Promise<void> {
  await world.queue.send({ ...message, attempt: message.attempt + (counts ? 1 : 0) }, Math.ceil(seconds));
}

function occasionOf(resource: Resource, message: WorkMessage, facts: Facts, now: Date): Occasion {
  const { objectId } = facts.self;
  return {
    at: now.toISOString(),
    resource: viewOf(resource),
    mode: modeFor(facts.settings.settings, resource),
    trigger: triggerOf(message, facts),
    service: { type: 'service', name: 'Plumbline', ...(objectId === null ? {} : { objectId }) },
  };
}

function triggerOf(message: WorkMessage, { waiting, memory }: Facts): Occasion['trigger'] {
  if (message.cause === 'decision') return { type: 'decision' };
  const found = waiting.find(({ event }) => event.id === message.event?.id);
  if (!found) return memory.trigger ?? { type: 'sweep' };
  const { id, operation, changedBy, correlationId } = found.event;
  return {
    type: 'event',
    eventId: id,
    operation,
    ...(changedBy === null ? {} : { changedBy }),
    ...(correlationId === null ? {} : { correlationId }),
  };
}
