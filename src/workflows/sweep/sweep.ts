/**
 * The sweep reconciles all resources that exist, and those with findings that no longer exist. It has its own queue
 * and pace, so that it never delays a change of a user. One message lists one page.
 */

import { jitterDown, jitterUp } from '../../domain/resources/jitter.ts';
import { isInScope, parseResourceId } from '../../domain/resources/resource.ts';
import { checkGuards } from '../guards/check-guards.ts';
import { outageGuard } from '../guards/outage-guard.ts';
import { type EstatePage, isRetryable } from '../ports/azure.ts';
import type { Deps } from '../ports/deps.ts';
import type { Scan } from '../ports/findings.ts';
import {
  DONE,
  type Result,
  type SweepMessage,
  type SweepPage,
  type SweepRun,
  type WorkMessage,
} from '../ports/work.ts';
import { reconcile } from '../reconcile/reconcile.ts';

/** After so many transient refusals a listing is moved to the poison queue. */
const MAX_LIST_ATTEMPTS = 20;

/**
 * Starts a sweep of each subscription. A missed sweep starts when the platform starts the service again, perhaps
 * before anything else runs. So an outage is checked first, before anything is queued and before the heartbeat is
 * updated.
 */
export async function startSweep(deps: Deps, subscriptions: readonly string[]): Promise<void> {
  await outageGuard(deps, await deps.guards.readHeartbeat());
  for (const subscriptionId of subscriptions) {
    const sweep = { id: deps.newId(), startedAt: deps.clock.now().toISOString() };
    await deps.sweeps.send(firstPage('sweep', sweep, `/subscriptions/${subscriptionId}`), 0);
    deps.log.info({ sweep: sweep.id, subscriptionId }, 'sweep begun');
  }
}

/** Starts a sweep of a subscription or a part of it, with a status that clients can read. */
export async function startScan(deps: Deps, scope: string): Promise<Scan> {
  const sweep = { id: deps.newId(), startedAt: deps.clock.now().toISOString() };
  await deps.scans.begin(sweep.id, scope);
  await deps.sweeps.send(firstPage('scan', sweep, scope), 0);
  deps.log.info({ sweep: sweep.id, scope }, 'scan begun');
  return { id: sweep.id, scope, status: 'running', found: 0, evaluated: 0 };
}

/** Handles one message of the slow queue. Throws when it could not be handled: then the queue delivers it again. */
export async function handleSweep(deps: Deps, message: SweepMessage): Promise<Result> {
  if ('list' in message) return listPage(deps, message);
  const result = await reconcile(deps, message);
  if (result.kind === 'done') await markScanned(deps, message);
  return result;
}

/** Marks a resource of a scan as done: reconciled or dead-lettered. */
export async function markScanned(deps: Deps, { cause, resource, sweep }: WorkMessage): Promise<void> {
  if (cause === 'scan' && sweep) await deps.scans.markEvaluated(sweep.id, resource);
}

async function listPage(deps: Deps, page: SweepPage): Promise<Result> {
  const { list, sweep } = page;
  const { sweepSeconds } = deps.options.pauses;
  const waitSeconds = await checkGuards(deps, list.subscriptionId);
  if (waitSeconds > 0) return { kind: 'requeue', seconds: waitSeconds, countsAsAttempt: false };
  const listed = await deps.estate.listResources(list.subscriptionId, list.token);
  if (listed.kind === 'refused') return retryPage(deps, page, listed);
  const keys = listed.ids.map((id) => id.toLowerCase());
  const last = [list.after, ...keys].reduce((a, b) => (a > b ? a : b));
  const withFindings = await deps.findings.listResources(list.scope, list.after, listed.next === null ? null : last);
  const subscription = `/subscriptions/${list.subscriptionId}`;
  const unlisted = withFindings.filter((key) => !keys.includes(key) && key !== subscription.toLowerCase());
  const resources = [...listed.ids.filter((id) => isInScope(id, list.scope) && parseResourceId(id)), ...unlisted];
  if (list.cause === 'scan') await deps.scans.addFound(sweep.id, resources);
  for (const [index, resource] of resources.entries()) {
    await deps.sweeps.send({ resource, cause: list.cause, sweep, attempt: 0 }, index * sweepSeconds);
  }
  // No list contains the subscription itself, which has its own rules. A scan counts only the resources that it
  // listed.
  const hasSubscriptionRules = deps.rules.some(({ kind }) => kind === 'subscription');
  if (hasSubscriptionRules && list.token === null && isInScope(subscription, list.scope)) {
    const message: WorkMessage = { resource: subscription, cause: 'sweep', sweep, attempt: 0 };
    await deps.sweeps.send(message, resources.length * sweepSeconds);
  }
  if (listed.next !== null) {
    const next: SweepPage = { list: { ...list, token: listed.next, after: last }, sweep, attempt: 0 };
    await deps.sweeps.send(next, Math.max(resources.length * sweepSeconds, listed.waitSeconds));
  } else if (list.cause === 'scan') await deps.scans.markListed(sweep.id);
  deps.log.info({ sweep: sweep.id, listed: listed.ids.length, unlisted: unlisted.length }, 'resource page listed');
  return DONE;
}

/**
 * Requeues a page after a transient refusal, with at least the delay that Resource Graph requests. Other refusals fail
 * the message.
 */
function retryPage(deps: Deps, page: SweepPage, { failure }: Extract<EstatePage, { kind: 'refused' }>): Result {
  const { kind, code, message, retryAfter } = failure;
  if (!isRetryable(kind) || page.attempt >= MAX_LIST_ATTEMPTS) {
    throw new Error(`Resource Graph does not list subscription ${page.list.subscriptionId}: ${code}: ${message}`);
  }
  // The quota of Resource Graph is separate and shared by all subscriptions: it throttles no single one.
  const backoff = () => jitterDown(deps, Math.min(300, 2 ** (page.attempt + 1)));
  const seconds = retryAfter === null ? backoff() : jitterUp(deps, retryAfter);
  deps.log.warn({ sweep: page.sweep.id, code, retryAfter }, 'resources could not be listed; requeued');
  return { kind: 'requeue', seconds, countsAsAttempt: true };
}

function firstPage(cause: 'sweep' | 'scan', sweep: SweepRun, scope: string): SweepPage {
  const subscriptionId = scope.split('/')[2] ?? '';
  return { list: { cause, subscriptionId, scope, token: null, after: '' }, sweep, attempt: 0 };
}
