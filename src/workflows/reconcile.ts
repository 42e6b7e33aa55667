/**
 * reconcile(resource): the only path to a write. Under the resource's lease: resolve open intents by reading, evaluate,
 * settle approvals against the fresh verdict, decide, write, verify, record. Called with a key, never trusting the event:
 * running it twice changes nothing, and a crash at any line is repaired by running it again.
 */
import { parseResourceId, type Resource } from '../domain/resource.ts';
import { asAzureSpells, provisioningFinished, stateOf } from '../domain/snapshot.ts';
import { applyPlan } from './apply-plan.ts';
import {
  afterLook,
  isSweptAlready,
  type Later,
  putBack,
  putOff,
  waitFor,
  waitOut,
  whenLeaseIsFree,
} from './come-back.ts';
import { exemptRolledBack } from './exempt-rolled-back.ts';
import { historyAfter } from './fix-history.ts';
import { forget } from './forget-resource.ts';
import { documentsFor, dueRules, judge, rulesOn } from './judge.ts';
import { type Facts, loadFacts } from './load-facts.ts';
import { tellSlots } from './moved-configuration.ts';
import { occasionOf } from './occasion.ts';
import { passGuards } from './pass-guards.ts';
import { planWork } from './plan-work.ts';
import { type Lease, StaleVersion, type WorkMessage, type World } from './ports.ts';
import { recordOutcome, rememberPlan } from './record.ts';
import { logFacts } from './store-approval.ts';

/**
 * Handles one message; false when it was put back to come again. Throws when it could not be handled: then the queue
 * delivers it again.
 */
export async function reconcile(given: World, message: WorkMessage): Promise<boolean> {
  const resource = parseResourceId(message.resource);
  if (!resource) throw new Error(`the message names '${message.resource}', which is no resource that Plumbline knows`);
  const [passed, concluded] = await Promise.all([
    passGuards(given, resource.subscriptionId),
    isConcluded(given, resource, message),
  ]);
  if (concluded) return true;
  const { world, wait } = passed;
  if (wait > 0) {
    await waitOut(world, resource, message, wait);
    return false;
  }
  const lease = await world.leases.acquire(resource);
  if (!lease) {
    await putBack(world, message, whenLeaseIsFree(world, message));
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

async function isConcluded({ events }: World, resource: Resource, { event }: WorkMessage): Promise<boolean> {
  if (!event) return false;
  const stored = await events.get(resource, event.id);
  return !stored || stored.outcome !== null;
}

async function underLease(world: World, lease: Lease, named: Resource, message: WorkMessage): Promise<Later | null> {
  const loaded = await loadFacts(world, named, message);
  if (isSweptAlready(world, message, loaded)) return null;
  const wait = waitFor(world, message, loaded);
  if (wait === 'concluded') return null;
  if (wait > 0 && message.cause === 'wake') return putOff(world, named, wait);
  if (wait > 0) return { seconds: wait, counts: false };

  let facts: Facts = { ...loaded, approvals: await Promise.all(loaded.approvals.map((one) => logFacts(world, one))) };
  const rules = rulesOn(world, named, facts);
  const due = dueRules(named, rules, facts);
  const firstRead = world.clock.now();
  const snapshot = await world.arm.read(named, documentsFor(named, due, facts));
  const resource = asAzureSpells(snapshot);
  const occasion = occasionOf(world, resource, message, facts, firstRead);
  if (stateOf(snapshot, 'resource').status === 'missing') {
    await forget(world, resource, facts, snapshot, occasion);
    return null;
  }
  await tellSlots(world, resource, facts.waiting, snapshot);
  const plan = await planWork(world, resource, facts, due, snapshot, occasion);
  facts = { ...facts, memory: plan.memory };
  const remembered = await rememberPlan(world, resource, facts, plan, occasion);
  const applied = await applyPlan(world, lease, resource, snapshot, plan, occasion);
  const { snapshot: seen, again: writeAgain } = applied;
  const { clear, seconds } = afterLook(world, message, { snapshot, running: plan.running, writeAgain });
  const declined = { ...facts.memory.declined, ...plan.approvals.expired };
  const exemptions = await exemptRolledBack(world, resource, { ...facts, exemptions: plan.exemptions }, applied.ended);
  const ended = [...plan.ended, ...applied.ended];
  const history = historyAfter(facts.memory.history, ended, world.clock.now());
  const memory = { ...facts.memory, declined, history };
  const after: Facts = { ...facts, exemptions, memory, budget: plan.budget, sweeping: false };
  await recordOutcome(world, resource, {
    facts,
    remembered,
    occasion,
    rules,
    judged: judge(world, resource, due, after, seen, world.clock.now()),
    snapshot: seen,
    approvals: plan.approvals,
    operations: applied.operations,
    auditFacts: [...plan.facts, ...applied.facts],
    ended,
    history,
    firstRead,
    clear,
    finished: !plan.running && provisioningFinished(seen),
    message,
    later: seconds,
  });
  if (seconds === null) return null;
  if (message.cause !== 'wake') return { seconds, counts: true };
  // Housekeeping brings a wake-up back; for an intent that is still open its alarm is set already, at growing distances.
  return writeAgain ? null : putOff(world, resource, seconds);
}
