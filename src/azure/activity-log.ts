/**
 * Azure's Activity Log: who wrote a resource. It is queried by resource group, because a query by resource may miss entries of
 * the resource. Only one page is read; when there are more, the result is not complete.
 */
import * as z from 'zod';
import { DAY_MS, HOUR_MS, timeAfter } from '../domain/resources/durations.ts';
import { appIdOfClaims, callerOfClaims, movesConfiguration, optionalObject } from '../domain/resources/event.ts';
import { appOf, isInScope, type Resource, resourceOf } from '../domain/resources/resource.ts';
import type { ActivityEntry, ActivityLog, ActivityResult } from '../workflows/ports/azure.ts';
import { type ClientOptions, createClient } from './client.ts';
import { armFailureOf, transientFailureOf } from './errors.ts';

const API_VERSION = '2015-04-01';

/** The selected properties: without `properties`, which may contain the body of a request. */
const SELECTED = 'claims,correlationId,eventTimestamp,operationId,operationName,resourceId,status';

/** Azure keeps 90 days and rejects an earlier start; an hour less, because the clocks may differ. */
const RETENTION_MILLISECONDS = 90 * DAY_MS - HOUR_MS;

export function createActivityLog(options: ClientOptions): ActivityLog {
  const client = createClient(options);
  return {
    async listWrites(resource, from, to): Promise<ActivityResult> {
      const earliest = timeAfter(options.now(), -RETENTION_MILLISECONDS);
      const start = from < earliest ? earliest : from;
      if (start > to) return { kind: 'read', entries: [], complete: from >= earliest };
      const path = `/subscriptions/${resource.subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
      const url = client.urlOf(path, API_VERSION, { $filter: filterOf(resource, start, to), $select: SELECTED });
      const reply = await client.send('GET', url).catch(transientFailureOf);
      if (!('status' in reply)) return { kind: 'refused', failure: reply };
      if (reply.status !== 200) return { kind: 'refused', failure: armFailureOf(reply, options.now()) };
      const page = pageSchema.safeParse(reply.body);
      if (!page.success) {
        const message = 'The Activity Log was answered without a list of entries.';
        return { kind: 'refused', failure: { kind: 'invalid', code: 'NoList', message, retryAfter: null } };
      }
      const { lines, complete } = parse(page.data.value, resource, to);
      const isLast = !page.data.nextLink;
      return { kind: 'read', entries: writesIn(lines), complete: complete && isLast && start === from };
    },
  };
}

function filterOf({ id }: Resource, from: Date, to: Date): string {
  const time = `eventTimestamp ge '${from.toISOString()}' and eventTimestamp le '${to.toISOString()}'`;
  const group = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  return group === undefined ? time : `${time} and resourceGroupName eq '${group}'`;
}

/** The lines are parsed one by one. */
const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.unknown().optional() });

/** One line of the log: an operation has at least one for its start and one for its end. */
interface LogLine {
  readonly operation: string;
  /** The same for all lines of an operation. Its ids are not enough: all operations of a deployment share them. */
  readonly key: string;
  readonly correlationId: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: string;
  readonly caller: ActivityEntry['caller'];
  readonly appId: string | null;
}

/** The lines about writes of this resource; `complete` when every line of the page could be parsed. */
function parse(values: readonly unknown[], resource: Resource, to: Date): { lines: LogLine[]; complete: boolean } {
  let complete = true;
  const schema = lineSchema(() => {
    complete = false;
    return null;
  });
  const lines = values.flatMap((line, index): LogLine[] => {
    const parsed = schema.parse(line);
    if (parsed === null) return [];
    const { operationName, category, resourceId, eventTimestamp, status, claims } = parsed;
    const operation = operationName?.value ?? '';
    if (!isWrite(operation) || !isAdministrative(category?.value)) return [];
    const affected = resourceId ? isAbout(resource, resourceId, operation) : null;
    if (affected === false) return [];
    const time = Date.parse(eventTimestamp ?? '');
    if (affected === null || Number.isNaN(time)) complete = false;
    if (affected === null) return [];
    const correlationId = parsed.correlationId || null;
    const operationId = parsed.operationId || correlationId || `${index}`;
    return [
      {
        operation,
        key: `${operationId} ${resourceId} ${operation}`.toLowerCase(),
        correlationId,
        // A line without a time gets the end of the queried period, so that it never counts as older than it is.
        at: Number.isNaN(time) ? to.getTime() : time,
        status: (status?.value ?? '').toLowerCase(),
        caller: callerOfClaims(claims ?? {}, null),
        appId: appIdOfClaims(claims ?? {}),
      },
    ];
  });
  return { lines, complete };
}

/** Characters; the longest id has some 500. */
const MAX_TEXT = 1024;
const CLAIMS = optionalObject(z.record(z.string(), z.unknown()));

/** `onInvalid` is called for a member of an unexpected type; the rest of the line is still used. */
function lineSchema(onInvalid: () => null) {
  const text = z.string().max(MAX_TEXT).nullish().catch(onInvalid);
  const named = z
    .object({ value: z.string().max(MAX_TEXT) })
    .nullish()
    .catch(onInvalid);
  return z
    .object({
      operationName: named,
      category: named,
      resourceId: text,
      eventTimestamp: text,
      operationId: text,
      correlationId: text,
      status: named,
      claims: z
        .unknown()
        .optional()
        .transform((value) => {
          const claims = CLAIMS.parse(value);
          return claims ?? (value ? onInvalid() : null);
        }),
    })
    .nullable()
    .catch(onInvalid);
}

/** The last step of a swap, by the platform; movesConfiguration covers the request for the swap. */
const SWAPPED = /\/SlotSwap\/action$/i;

function isMove(operation: string): boolean {
  return movesConfiguration({ operation }) || SWAPPED.test(operation);
}

function isWrite(operation: string): boolean {
  return /\/(write|delete)$/i.test(operation) || isMove(operation);
}

/** The category cannot be selected, so it is usually missing. Lines of other categories have no write operations. */
function isAdministrative(category: string | undefined): boolean {
  return category === undefined || category.toLowerCase() === 'administrative';
}

/** Whether an operation on this id changes the resource; null for an id below it that cannot be read. */
function isAbout(resource: Resource, id: string, operation: string): boolean | null {
  const named = resourceOf(id);
  if (named === null) return isInScope(id, resource.id) ? null : false;
  return isMove(operation) ? appOf(named).key === appOf(resource).key : named.key === resource.key;
}

/** One entry for each operation and caller, oldest first. A writer can choose the ids, so entries of different callers are never merged. */
function writesIn(lines: readonly LogLine[]): ActivityEntry[] {
  // The log lists the newest first, also among lines of the same time.
  return groupBy([...lines].reverse(), ({ key }) => key)
    .flatMap(byCaller)
    .filter(mayHaveWritten)
    .flatMap(mergeLines)
    .sort((one, other) => one.at - other.at)
    .map(({ operation, correlationId, at, caller, appId }) => {
      return { operation, correlationId, at: new Date(at).toISOString(), caller, appId };
    });
}

/** The lines of an operation by caller. Lines without a caller belong to the caller of the operation, when there is only one. */
function byCaller(lines: readonly LogLine[]): (readonly LogLine[])[] {
  const named = groupBy(
    lines.filter(({ caller }) => caller !== null),
    ({ caller }) => caller?.objectId ?? '',
  );
  return named.length > 1 ? named : [lines];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** An operation that has started and not ended may have written. */
function mayHaveWritten(lines: readonly LogLine[]): boolean {
  const numberOf = (wanted: string) => lines.filter(({ status }) => status === wanted).length;
  const failed = numberOf('failed');
  return failed === 0 || numberOf('succeeded') > 0 || numberOf('started') > failed;
}

/** The first line with a caller, with the latest time of all lines, when the operation ended. */
function mergeLines(lines: readonly LogLine[]): LogLine[] {
  const first = lines.find(({ caller }) => caller !== null) ?? lines[0];
  return first ? [{ ...first, at: Math.max(...lines.map(({ at }) => at)) }] : [];
}
