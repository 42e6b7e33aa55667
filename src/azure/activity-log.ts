/**
 * Azure's Activity Log: who wrote a resource, and what was written in a subscription. The writers of a resource are queried by
 * resource group, because a query by resource may miss entries of the resource, and only one page is read: when there are
 * more, the result is not complete.
 */
import * as z from 'zod';
import { DAY_MS, HOUR_MS, timeAfter } from '../domain/resources/durations.ts';
import type { Resource } from '../domain/resources/resource.ts';
import type {
  ActivityLog,
  ActivityQuery,
  ActivityResult,
  ArmFailure,
  LoggedChanges,
} from '../workflows/ports/azure.ts';
import { changesIn, timeOfLine, writesOf } from './activity-lines.ts';
import { type Client, type ClientOptions, createClient, type SentRequest } from './client.ts';
import { armFailureOf, type HttpResponse, transientFailureOf } from './errors.ts';

const API_VERSION = '2015-04-01';

/** The selected properties: without `properties`, which may contain the body of a request. */
const SELECTED = 'claims,correlationId,eventDataId,eventTimestamp,operationId,operationName,resourceId,status';

/** Azure keeps 90 days and rejects an earlier start; an hour less, because the clocks may differ. */
const RETENTION_MILLISECONDS = 90 * DAY_MS - HOUR_MS;

export function createActivityLog(options: ClientOptions): ActivityLog {
  const client = createClient(options);
  const counting = createClient(countingOptions(options));
  const { now, log } = options;
  return {
    async listWrites(resource, from, to): Promise<ActivityResult> {
      const earliest = timeAfter(now(), -RETENTION_MILLISECONDS);
      const start = from < earliest ? earliest : from;
      if (start > to) return { kind: 'read', entries: [], complete: from >= earliest };
      const url = firstPage(client, resource.subscriptionId, groupFilter(resource, start, to));
      const page = await readPage(client, url, now);
      if (page.kind === 'refused') return { kind: 'refused', failure: page.failure };
      const { entries, complete } = writesOf(resource, page.lines, to);
      return { kind: 'read', entries, complete: complete && !page.hasMore && start === from };
    },

    async listChanges({ subscriptionId, provider, from, to, maxPages }: ActivityQuery): Promise<LoggedChanges> {
      const lines: unknown[] = [];
      let hasMore = false;
      const filter = `${timeFilter(from, to)} and resourceProvider eq '${provider}'`;
      let next: URL | null = firstPage(counting, subscriptionId, filter);
      for (let pages = 0; next !== null && pages < maxPages; pages++) {
        const page: Page = await readPage(counting, next, now);
        if (page.kind === 'refused' && NOT_REGISTERED.includes(page.status)) break;
        if (page.kind === 'refused') return { kind: 'refused', failure: page.failure };
        lines.push(...page.lines);
        ({ next, hasMore } = page);
      }
      const changes = changesIn(lines, to);
      if (!hasMore) return { kind: 'read', changes, unreadTo: null };
      const unreadTo = oldestTime(lines);
      if (unreadTo === null) log.warn({ subscriptionId, provider }, 'the Activity Log is not sorted; not all was read');
      return { kind: 'read', changes, unreadTo };
    },
  };
}

/** A subscription without the resource provider has no entries of it. */
const NOT_REGISTERED = [404, 409];

function firstPage(client: Client, subscriptionId: string, filter: string): URL {
  const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
  return client.urlOf(path, API_VERSION, { $filter: filter, $select: SELECTED });
}

function timeFilter(from: Date, to: Date): string {
  return `eventTimestamp ge '${from.toISOString()}' and eventTimestamp le '${to.toISOString()}'`;
}

function groupFilter({ id }: Resource, from: Date, to: Date): string {
  const group = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  return group === undefined ? timeFilter(from, to) : `${timeFilter(from, to)} and resourceGroupName eq '${group}'`;
}

type Page =
  /** `next` is also null when the next page is none of Resource Manager. */
  | { readonly kind: 'page'; readonly lines: readonly unknown[]; readonly hasMore: boolean; readonly next: URL | null }
  /** `status` is 0 without an answer. */
  | { readonly kind: 'refused'; readonly status: number; readonly failure: ArmFailure };

/** The lines are parsed one by one. */
const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.unknown().optional() });

async function readPage(client: Client, url: URL, now: () => Date): Promise<Page> {
  const reply: HttpResponse | ArmFailure = await client.send('GET', url).catch(transientFailureOf);
  if (!('status' in reply)) return { kind: 'refused', status: 0, failure: reply };
  const { status } = reply;
  if (status !== 200) return { kind: 'refused', status, failure: armFailureOf(reply, now()) };
  const page = pageSchema.safeParse(reply.body);
  if (!page.success) {
    const message = 'The Activity Log was answered without a list of entries.';
    return { kind: 'refused', status, failure: { kind: 'invalid', code: 'NoList', message, retryAfter: null } };
  }
  const { value: lines, nextLink } = page.data;
  const next = typeof nextLink === 'string' ? client.urlFromAzure(nextLink) : null;
  return { kind: 'page', lines, hasMore: Boolean(nextLink), next };
}

/** A millisecond after the last line, so that lines of its millisecond are read again; null when the lines are not sorted. */
function oldestTime(lines: readonly unknown[]): Date | null {
  const times = lines.flatMap((line) => timeOfLine(line) ?? []);
  const isSorted = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? time));
  const last = times.at(-1);
  return isSorted && last !== undefined ? new Date(last + 1) : null;
}

/** The client for readings of a whole subscription: they are counted, and the caller reports refusals, so they are no warnings. */
function countingOptions(options: ClientOptions): ClientOptions {
  const { log, metrics, onRequest } = options;
  return {
    ...options,
    log: { ...log, warn: log.debug },
    onRequest(sent) {
      metrics.count('activityLogRequests', { outcome: outcomeOf(sent) });
      onRequest?.(sent);
    },
  };
}

function outcomeOf({ status }: SentRequest) {
  if (status === 200) return 'read';
  if (status === 429) return 'throttled';
  return status === 401 || status === 403 ? 'forbidden' : 'failed';
}
