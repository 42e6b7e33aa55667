/**
 * The slow path: what there is, and what is known and no longer there, is looked at like after an event, on a queue of its
 * own and at a pace of its own, so that it never stands before a person's change. One message lists one page.
 */
import { isWithin, parseResourceId } from '../domain/resource.ts';
import { atLeast, atMost } from './back-off.ts';
import { guardResume } from './guard-resume.ts';
import { passGuards } from './pass-guards.ts';
import {
  type EstatePage,
  isPassing,
  type Scan,
  type SweepPage,
  type SweepRun,
  type WorkMessage,
  type World,
} from './ports.ts';
import { reconcile } from './reconcile.ts';

/**
 * Seconds between two resources of a subscription. Resource Manager gives a principal 25 reads a second and subscription,
 * and a resource takes about ten, so more than half are left to events.
 */
export const PACE_SECONDS = 1;
/** After so many refusals that may pass, a listing is given up to the poison queue. */
const LIST_TRIES = 20;

/**
 * Begins a sweep of each subscription. One that was missed begins when the platform starts the service again, which may be
 * before anything else runs: so the silence is judged first, before anything is asked for and before the heartbeat moves.
 */
export async function startSweep(world: World, subscriptions: readonly string[]): Promise<void> {
  await guardResume(world, await world.guards.heartbeat());
  for (const subscriptionId of subscriptions) {
    const sweep = { id: world.newId(), startedAt: world.clock.now().toISOString() };
    await world.sweeps.send(firstPage('sweep', sweep, `/subscriptions/${subscriptionId}`), 0);
    world.log.info({ sweep: sweep.id, subscriptionId }, 'sweep begun');
  }
}

/** Begins a sweep of a subscription or a part of it, whose progress can be asked for. */
export async function startScan(world: World, scope: string): Promise<Scan> {
  const sweep = { id: world.newId(), startedAt: world.clock.now().toISOString() };
  await world.scans.begin(sweep.id, scope);
  await world.sweeps.send(firstPage('scan', sweep, scope), 0);
  world.log.info({ sweep: sweep.id, scope }, 'scan begun');
  return { id: sweep.id, scope, status: 'running', found: 0, evaluated: 0 };
}

/** Handles one message of the slow queue. Throws when it could not be handled: then the queue delivers it again. */
export async function handleSweep(world: World, message: SweepPage | WorkMessage): Promise<void> {
  if ('list' in message) {
    await listPage(world, message);
    return;
  }
  const ended = await reconcile(world, message);
  if (ended) await countForScan(world, message);
}

/** A resource that a scan was to look at is done: looked at, or given up. */
export async function countForScan(world: World, { cause, resource, sweep }: WorkMessage): Promise<void> {
  if (cause === 'scan' && sweep) await world.scans.evaluated(sweep.id, resource);
}

async function listPage(world: World, page: SweepPage): Promise<void> {
  const { list, sweep } = page;
  const { wait } = await passGuards(world, list.subscriptionId);
  if (wait > 0) return world.sweeps.send(page, wait);
  const listed = await world.estate.list(list.subscriptionId, list.token);
  if (listed.kind === 'refused') return askAgain(world, page, listed);
  const keys = listed.ids.map((id) => id.toLowerCase());
  const last = [list.after, ...keys].reduce((a, b) => (a > b ? a : b));
  const known = await world.findings.resources(list.scope, list.after, listed.next === null ? null : last);
  const subscription = `/subscriptions/${list.subscriptionId}`;
  const unlisted = known.filter((key) => !keys.includes(key) && key !== subscription.toLowerCase());
  const wanted = [...listed.ids.filter((id) => isWithin(id, list.scope) && parseResourceId(id)), ...unlisted];
  if (list.cause === 'scan') await world.scans.found(sweep.id, wanted);
  for (const [index, resource] of wanted.entries()) {
    await world.sweeps.send({ resource, cause: list.cause, sweep, attempt: 0 }, index * PACE_SECONDS);
  }
  // Nothing lists the subscription itself, which has rules of its own; a scan tells what it found in it.
  const isRuled = world.rules.some(({ kind }) => kind === 'subscription');
  if (isRuled && list.token === null && isWithin(subscription, list.scope)) {
    const message: WorkMessage = { resource: subscription, cause: 'sweep', sweep, attempt: 0 };
    await world.sweeps.send(message, wanted.length * PACE_SECONDS);
  }
  if (listed.next !== null) {
    const next: SweepPage = { list: { ...list, token: listed.next, after: last }, sweep, attempt: 0 };
    await world.sweeps.send(next, Math.max(wanted.length * PACE_SECONDS, listed.waitSeconds));
  } else if (list.cause === 'scan') await world.scans.listed(sweep.id);
  world.log.info(
    { sweep: sweep.id, listed: listed.ids.length, unlisted: unlisted.length },
    'page of the estate listed',
  );
}

/** What may pass is asked again later, as late as Resource Graph wants it; anything else is a failure of the message. */
async function askAgain(
  world: World,
  page: SweepPage,
  { failure }: Extract<EstatePage, { kind: 'refused' }>,
): Promise<void> {
  const { kind, code, message, retryAfter } = failure;
  if (!isPassing(kind) || page.attempt >= LIST_TRIES) {
    throw new Error(`Resource Graph does not list subscription ${page.list.subscriptionId}: ${code}: ${message}`);
  }
  // The quota of Resource Graph is one of its own, for all subscriptions: it slows no subscription down.
  const own = () => atMost(world, Math.min(300, 2 ** (page.attempt + 1)));
  const seconds = retryAfter === null ? own() : atLeast(world, retryAfter);
  await world.sweeps.send({ ...page, attempt: page.attempt + 1 }, seconds);
  world.log.warn({ sweep: page.sweep.id, code, retryAfter }, 'the estate could not be listed now; asked again later');
}

function firstPage(cause: 'sweep' | 'scan', sweep: SweepRun, scope: string): SweepPage {
  const subscriptionId = scope.split('/')[2] ?? '';
  return { list: { cause, subscriptionId, scope, token: null, after: '' }, sweep, attempt: 0 };
}
