/**
 * reconcile(resource): the only path to a write. Under the resource's lease: resolve open intents by reading, evaluate,
 * settle approvals against the fresh verdict, decide, write, verify, record. Called with a key, never trusting the event:
 * running it twice changes nothing, and a crash at any line is repaired by running it again.
 */
import { parseResourceId, type Resource, viewOf } from '../domain/resource.ts';
import { modeFor } from '../domain/settings.ts';
import { asAzureSpells, provisioningFinished, type Snapshot, stateOf } from '../domain/snapshot.ts';
import { applyPlan } from './apply-plan.ts';
import { exemptRolledBack } from './exempt-rolled-back.ts';
import type { Occasion } from './facts-of.ts';
import { forget } from './forget-resource.ts';
import { documentsFor, judge, rulesOn } from './judge.ts';
import { type Facts, isOurs, loadFacts } from './load-facts.ts';
import { planWork } from './plan-work.ts';
import { type Lease, StaleVersion, type WorkMessage, type WorkQueue, type World } from './ports.ts';
import { recordOutcome, rememberPlan } from './record.ts';
import { remainingDelay } from './settle-delay.ts';
import { logFacts } from './store-approval.ts';

/** After so many tries at reading everything, what was not read stays unknown. */
const READ_TRIES = 8;
/** After so many tries at writing, the message is given up to the poison queue. */
const WRITE_TRIES = 20;
const LEASE_WAIT_SECONDS = 15;
/** What goes the slow path, and stays on it. */
const SLOW: readonly WorkMessage['cause'][] = ['sweep', 'scan', 'request'];

/** Come back later: in so many seconds, as a further try or as the same one. */
interface Later {
  readonly seconds: number;
  readonly counts: boolean;
}

/**
 * Handles one message; false when it was put back to come again. Throws when it could not be handled: then the queue
 * delivers it again.
 */
export async function reconcile(world: World, message: WorkMessage): Promise<boolean> {
  const resource = parseResourceId(message.resource);
  if (!resource) throw new Error(`the message names '${message.resource}', which is no resource that Plumbline knows`);
  if (message.event) {
    const stored = await world.events.get(resource, message.event.id);
    if (!stored || stored.outcome !== null) return true;
  }
  const lease = await world.leases.acquire(resource);
  if (!lease) {
    await putBack(world, message, { seconds: Math.min(LEASE_WAIT_SECONDS, 2 ** message.attempt), counts: true });
    return false;
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
  return later === null;
}

async function underLease(world: World, lease: Lease, named: Resource, message: WorkMessage): Promise<Later | null> {
  const loaded = await loadFacts(world, named, message);
  if (isSweptAlready(message, loaded)) return null;
  const wait = waitFor(world, message, loaded);
  if (wait === 'concluded') return null;
  if (wait > 0 && message.cause === 'wake') return putOff(world, named, wait);
  if (wait > 0) return { seconds: wait, counts: false };

  const facts: Facts = { ...loaded, approvals: await Promise.all(loaded.approvals.map((one) => logFacts(world, one))) };
  const rules = rulesOn(world, named, facts);
  const firstRead = world.clock.now();
  const snapshot = await world.arm.read(named, documentsFor(named, rules, facts));
  const resource = asAzureSpells(snapshot);
  const occasion = occasionOf(resource, message, facts, firstRead);
  if (stateOf(snapshot, 'resource').status === 'missing') {
    await forget(world, resource, facts, snapshot, occasion);
    return null;
  }
  const plan = await planWork(world, resource, facts, rules, snapshot, occasion);
  const remembered = await rememberPlan(world, resource, facts, plan);
  const applied = await applyPlan(world, lease, resource, snapshot, plan.wanted, plan.operations, occasion);
  if (applied.again !== null && message.attempt >= WRITE_TRIES) {
    throw new Error(`gave up after ${message.attempt} tries: Azure did not take the write`);
  }
  const unclear = plan.running || isUnclear(snapshot);
  const delay = backOff(message.attempt, snapshot);
  const readAgain = unclear && message.attempt < READ_TRIES ? delay : null;
  // 0 means that the values moved: nothing has to pass, another look decides at once.
  const later = applied.again ? Math.max(applied.again, delay) : (applied.again ?? readAgain);
  const declined = { ...facts.memory.declined, ...plan.approvals.expired };
  const exemptions = await exemptRolledBack(world, resource, { ...facts, exemptions: plan.exemptions }, applied.ended);
  const after = { ...facts, exemptions, memory: { ...facts.memory, declined } };
  await recordOutcome(world, resource, {
    facts,
    remembered,
    occasion,
    judged: judge(world, resource, rules, after, applied.snapshot, world.clock.now()),
    snapshot: applied.snapshot,
    approvals: plan.approvals,
    operations: applied.operations,
    auditFacts: [...plan.facts, ...applied.facts],
    ended: [...plan.ended, ...applied.ended],
    firstRead,
    clear: !unclear,
    message,
    later,
  });
  if (later === null) return null;
  if (message.cause !== 'wake') return { seconds: later, counts: true };
  // Housekeeping brings a wake-up back; for an intent that is still open its alarm is set already, at growing distances.
  return applied.again ? null : putOff(world, resource, later);
}

/** Seconds to wait before looking, or that the event got its outcome meanwhile. A decision is looked at once. */
function waitFor(world: World, message: WorkMessage, { waiting, memory }: Facts): number | 'concluded' {
  if (message.cause === 'decision') return 0;
  const now = world.clock.now();
  const busy = memory.lookAgainAt === null ? 0 : (Date.parse(memory.lookAgainAt) - now.getTime()) / 1000;
  if (!message.event) return Math.max(0, busy, message.sweep ? settlingOf(world, waiting) : 0);
  const { id } = message.event;
  const own = waiting.find(({ event }) => event.id === id);
  if (!own) return 'concluded';
  const settling = remainingDelay(own, waiting, world.options.settleSeconds, now);
  return Math.max(0, settling, busy);
}

/** Seconds until every event that waits has settled: a sweep does not look into the middle of a deployment either. */
function settlingOf({ options, clock }: World, waiting: Facts['waiting']): number {
  return Math.max(...waiting.map((one) => remainingDelay(one, waiting, options.settleSeconds, clock.now())));
}

/** Whether the resource was looked at, with nothing left to look at, since the sweep began; a look may take a minute. */
function isSweptAlready({ sweep }: WorkMessage, { memory, waiting }: Facts): boolean {
  if (!sweep || memory.evaluatedAt === null || memory.lookAgainAt !== null || waiting.length > 0) return false;
  const whole = memory.gone || memory.documents.every(({ status }) => status !== 'failed');
  return whole && Date.parse(memory.evaluatedAt) - 60_000 >= Date.parse(sweep.startedAt);
}

/** Wake-ups that come too early become one alarm, on the minute; as messages of their own they would multiply. */
async function putOff(world: World, resource: Resource, seconds: number): Promise<null> {
  const minute = Math.ceil((world.clock.now().getTime() / 1000 + seconds) / 60);
  await world.alarms.set(resource, new Date(minute * 60_000), 'look again');
  return null;
}

/** Whether reading again later may show more: Azure is at work, or something passing kept a document from being read. */
function isUnclear(snapshot: Snapshot): boolean {
  const states = Object.values(snapshot.documents);
  return !provisioningFinished(snapshot) || states.some((state) => state.status === 'failed' && state.passing);
}

/** A growing delay, and never less than Azure asked for. */
function backOff(attempt: number, { documents }: Snapshot): number {
  const asked = Object.values(documents).map((state) => (state.status === 'failed' ? (state.retryAfter ?? 0) : 0));
  return Math.max(Math.min(60, 2 ** (attempt + 1)), ...asked);
}

/** Where a message belongs. */
export function queueOf({ queue, sweeps }: World, { cause }: WorkMessage): WorkQueue {
  return SLOW.includes(cause) ? sweeps : queue;
}

async function putBack(world: World, message: WorkMessage, { seconds, counts }: Later): Promise<void> {
  await queueOf(world, message).send({ ...message, attempt: message.attempt + (counts ? 1 : 0) }, Math.ceil(seconds));
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

/** When our own echo is what brought us here, somebody's change that waits as well is the better answer to "why". */
function triggerOf(message: WorkMessage, { waiting, memory, self }: Facts): Occasion['trigger'] {
  if (message.cause === 'sweep' || message.cause === 'scan') return { type: message.cause };
  if (message.cause === 'decision' || message.cause === 'request') return { type: 'decision' };
  const own = waiting.find(({ event }) => event.id === message.event?.id);
  const theirs = waiting.filter((event) => !isOurs(event, self)).sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1));
  const found = own && isOurs(own, self) ? (theirs[0] ?? own) : own;
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
