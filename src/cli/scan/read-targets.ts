/**
 * Reads the resources of a scan, several at a time, and keeps a line for each. Each is dropped after that, so memory does
 * not grow with the estate. What was read stays in the resume file however the scan ends.
 */

import type { Resource } from '../../domain/resources/resource.ts';
import { type Snapshot, stateOf } from '../../domain/resources/snapshot.ts';
import { documentsOfRules, type EffectiveRule } from '../../domain/rules/settings.ts';
import type { Clock } from '../../workflows/ports/runtime.ts';
import { CommandFailure } from '../framework/failure.ts';
import type { AzureReader } from './azure.ts';
import { isGone, isTransient, readWholly } from './read-resource.ts';
import type { Spool } from './spool.ts';

/** What a scan says while it runs. */
export type ScanEvent =
  | { readonly kind: 'listing' }
  | { readonly kind: 'listed'; readonly total: number; readonly done: number }
  | { readonly kind: 'read'; readonly total: number; readonly done: number }
  /** How many reads Azure takes now. */
  | { readonly kind: 'requests-left'; readonly requests: number }
  | { readonly kind: 'throttled'; readonly subscriptionId: string; readonly seconds: number };

export interface ReadOptions {
  readonly azure: AzureReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly spool: Spool;
  rulesOf(resource: Resource): readonly EffectiveRule[];
  /** Whether the caller asked for it by its id: then it is a result that it does not exist. */
  isNamed(resource: Resource): boolean;
  /** What is kept of a snapshot. */
  take(snapshot: Snapshot): object;
  onEvent(event: ScanEvent): void;
}

/** Resources of a subscription that are read at a time; their documents are read in parallel. */
const AT_ONCE = 6;
/** Subscriptions that are read at a time: each has a quota of its own. */
const SUBSCRIPTIONS_AT_ONCE = 4;
/** After so many resources in a row that nobody answers about, the connection is lost. */
const MAX_UNANSWERED = 3;

/** Throws CommandFailure: 130 when it was interrupted, 4 without a sign-in, 5 when Azure does not answer. */
export async function readTargets(resources: readonly Resource[], options: ReadOptions): Promise<void> {
  const { azure, clock, signal, spool, onEvent } = options;
  const left = resources.filter(({ key }) => !spool.has(key));
  const total = resources.length;
  let done = total - left.length;
  let unanswered = 0;
  onEvent({ kind: 'listed', total, done });

  /** A resource that nobody answers about is read again after the others; only then that is its result. */
  async function readOne(resource: Resource, postponed: Resource[] | null): Promise<void> {
    signal.throwIfAborted();
    const names = [...documentsOfRules(options.rulesOf(resource))];
    const snapshot = await readWholly(azure, clock, resource, names);
    signal.throwIfAborted();
    const own = stateOf(snapshot, 'resource');
    unanswered = isTransient(own) ? unanswered + 1 : 0;
    if (unanswered >= MAX_UNANSWERED) {
      throw new CommandFailure(5, `Azure does not answer: ${'detail' in own ? own.detail : 'no reason given'}`);
    }
    if (isTransient(own) && postponed !== null) {
      postponed.push(resource);
      return;
    }
    const isPassedOver = isGone(snapshot) && !options.isNamed(resource);
    spool.append(resource.key, isPassedOver ? null : options.take(snapshot));
    done += 1;
    onEvent({ kind: 'read', total, done });
  }

  async function readAll(): Promise<void> {
    const postponed: Resource[] = [];
    await eachOf(bySubscription(left), SUBSCRIPTIONS_AT_ONCE, (own) =>
      eachOf(own, AT_ONCE, (resource) => readOne(resource, postponed)),
    );
    await eachOf(postponed, AT_ONCE, (resource) => readOne(resource, null));
  }

  await Promise.race([readAll(), rejectedWhenAborted(signal)]);
}

function bySubscription(resources: readonly Resource[]): Resource[][] {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const group = groups.get(resource.subscriptionId);
    if (group) group.push(resource);
    else groups.set(resource.subscriptionId, [resource]);
  }
  return [...groups.values()];
}

/** Ends with the first failure; what runs then is not waited for. */
async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const one = async () => {
    while (!failed && next < items.length) {
      const item = items[next];
      next += 1;
      if (item !== undefined) await work(item);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, one);
  try {
    await Promise.all(workers);
  } finally {
    failed = true;
  }
}

function rejectedWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
