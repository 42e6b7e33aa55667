/** The resources that a scan reads: those of Resource Graph in the scopes, and the subscriptions themselves. */
import { SECOND_MS } from '../../domain/resources/durations.ts';
import { isInScope, parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import { type EstateRefusal, isRetryable } from '../../workflows/ports/azure.ts';
import type { Clock } from '../../workflows/ports/runtime.ts';
import { askTwice } from '../../workflows/sweep/listing.ts';
import { partsFor } from '../../workflows/sweep/listing-trust.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import type { AzureReader } from './azure.ts';
import type { Selection } from './selection.ts';

export interface Targets {
  /** In the order of their ids in lower case; none twice. */
  readonly resources: readonly Resource[];
  /** The subscriptions whose listing had other rows than Resource Graph counts, twice. */
  readonly incomplete: readonly string[];
}

const MAX_TRIES = 6;
const MAX_BACKOFF_SECONDS = 60;

/** Throws CommandFailure when Azure refuses to list, or when a scope has nothing. */
export async function listTargets(
  azure: AzureReader,
  clock: Clock,
  { scopes, resources }: Pick<Selection, 'scopes' | 'resources'>,
): Promise<Targets> {
  const found = new Map<string, Resource>();
  const add = (id: string) => {
    const resource = parseResourceId(id);
    if (resource) found.set(resource.key, resource);
    return resource !== null;
  };
  for (const id of resources) add(id);
  const incomplete: string[] = [];
  const everywhere = scopes.length + resources.length === 0;
  const wanted = everywhere ? await ownSubscriptions(azure, clock) : scopes;
  for (const subscriptionId of new Set(wanted.map((scope) => scope.split('/')[2] ?? ''))) {
    const own = wanted.filter((scope) => isInScope(scope, `/subscriptions/${subscriptionId}`));
    if (!everywhere) await mustExist(azure, subscriptionId);
    const listed = await listSubscription(azure, clock, subscriptionId);
    if (!listed.complete) incomplete.push(`/subscriptions/${subscriptionId}`);
    for (const scope of own) {
      const inside = listed.ids.filter((id) => isInScope(id, scope));
      for (const id of inside) add(id);
      if (scope.split('/').length === 3) add(scope);
      else if (inside.length === 0) {
        throw invalidInput(`${scope} has no app, environment or plan that this sign-in may read, or does not exist`);
      }
    }
  }
  return { resources: [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), incomplete };
}

async function ownSubscriptions(azure: AzureReader, clock: Clock): Promise<string[]> {
  const why = 'Azure does not list the subscriptions';
  const { ids } = await patiently(azure, clock, why, () => azure.listSubscriptions());
  if (ids.length > 0) return ids.map((id) => `/subscriptions/${id.toLowerCase()}`);
  throw new CommandFailure(4, 'This sign-in sees no subscription. Ask for the role Reader on one.');
}

async function mustExist(azure: AzureReader, subscriptionId: string): Promise<void> {
  const resource = parseResourceId(`/subscriptions/${subscriptionId}`);
  if (!resource) return;
  const { documents } = await azure.read(resource, ['resource']);
  azure.checkSignIn();
  const state = documents.resource;
  if (state?.status !== 'missing' && state?.status !== 'forbidden') return;
  throw new CommandFailure(
    4,
    `Subscription ${subscriptionId} does not exist, or this sign-in may not read it. az account list shows those that it may read.`,
  );
}

async function listSubscription(azure: AzureReader, clock: Clock, subscriptionId: string) {
  const why = `Resource Graph does not list subscription ${subscriptionId}`;
  const { total, waitSeconds } = await patiently(azure, clock, why, () => azure.estate.countResources(subscriptionId));
  await clock.sleep(waitSeconds * SECOND_MS);
  const ids: string[] = [];
  let complete = true;
  const parts = partsFor(total, null);
  for (let index = 0; index < parts; index += 1) {
    const query = { subscriptionId, table: 'resources', part: { index, of: parts }, columns: {} } as const;
    const listed = await patiently(azure, clock, why, () => askTwice(azure.estate, query));
    ids.push(...listed.rows.map(({ id }) => id));
    complete &&= listed.complete;
    await clock.sleep(listed.waitSeconds * SECOND_MS);
  }
  return { ids, complete };
}

/** Asks again after a refusal that may pass. Throws CommandFailure after the last try, and for every other refusal. */
async function patiently<T extends object>(
  azure: AzureReader,
  clock: Clock,
  why: string,
  ask: () => Promise<T | EstateRefusal>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    azure.checkSignIn();
    if (!isRefusal(answer)) return answer;
    const { kind, code, message, retryAfter } = answer.failure;
    if (!isRetryable(kind) || attempt === MAX_TRIES) {
      throw new CommandFailure(kind === 'blocked' ? 4 : 5, `${why}: ${code}: ${message}`);
    }
    await clock.sleep((retryAfter ?? Math.min(MAX_BACKOFF_SECONDS, 2 ** attempt)) * SECOND_MS);
  }
}

function isRefusal(answer: object): answer is EstateRefusal {
  return 'kind' in answer && answer.kind === 'refused';
}
