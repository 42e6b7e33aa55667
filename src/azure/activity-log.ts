/**
 * Azure's Activity Log: who wrote a resource. It is asked by resource group, because it is not known whether a query by
 * resource has what belongs to it. What one request does not show is not looked for: the reading is then not complete.
 */
import * as z from 'zod';
import { appIdOf, callerOf, member, movesConfiguration } from '../domain/event.ts';
import { appOf, isWithin, type Resource, resourceOf } from '../domain/resource.ts';
import type { Activity, ActivityEntry, ActivityReading } from '../workflows/ports.ts';
import { type ClientOptions, createClient } from './client.ts';
import { failureOf, failureOfError } from './errors.ts';

const API_VERSION = '2015-04-01';
/** Of those that may be chosen, what is needed: without the properties, which may hold a request's body. */
const SELECTED = 'claims,correlationId,eventTimestamp,operationId,operationName,resourceId,status';
/** Azure keeps 90 days, and refuses to begin earlier; an hour less, because its clock is not ours. */
const KEPT_MILLISECONDS = 90 * 86_400_000 - 3_600_000;

export function createActivity(options: ClientOptions): Activity {
  const client = createClient(options);
  return {
    async writes(resource, from, to): Promise<ActivityReading> {
      const earliest = new Date(options.now().getTime() - KEPT_MILLISECONDS);
      const start = from < earliest ? earliest : from;
      if (start > to) return { kind: 'read', entries: [], complete: from >= earliest };
      const path = `/subscriptions/${resource.subscriptionId}/providers/Microsoft.Insights/eventtypes/management/values`;
      const url = client.urlOf(path, API_VERSION, { $filter: filterOf(resource, start, to), $select: SELECTED });
      const reply = await client.send('GET', url).catch(failureOfError);
      if (!('status' in reply)) return { kind: 'refused', failure: reply };
      if (reply.status !== 200) return { kind: 'refused', failure: failureOf(reply, options.now()) };
      const page = PAGE.safeParse(reply.body);
      if (!page.success) {
        const message = 'The Activity Log was answered without a list of entries.';
        return { kind: 'refused', failure: { kind: 'invalid', code: 'NoList', message, retryAfter: null } };
      }
      const { told, whole } = parse(page.data.value, resource, to);
      const isLast = !page.data.nextLink;
      return { kind: 'read', entries: writesIn(told), complete: whole && isLast && start === from };
    },
  };
}

function filterOf({ id }: Resource, from: Date, to: Date): string {
  const time = `eventTimestamp ge '${from.toISOString()}' and eventTimestamp le '${to.toISOString()}'`;
  const group = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)/i.exec(id)?.[1];
  return group === undefined ? time : `${time} and resourceGroupName eq '${group}'`;
}

/** The lines of it are parsed one by one. */
const PAGE = z.object({ value: z.array(z.unknown()), nextLink: z.unknown().optional() });

/** One line of the log: an operation has one for its beginning and one for its end at least. */
interface Told {
  readonly operation: string;
  /** What its lines share: an operation of a deployment shares its ids with the others of it. */
  readonly key: string;
  readonly correlationId: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: string;
  readonly caller: ActivityEntry['caller'];
  readonly appId: string | null;
}

/** The lines about writes of this resource; `whole` when nothing of the page was of a form that is not understood. */
function parse(lines: readonly unknown[], resource: Resource, to: Date): { told: Told[]; whole: boolean } {
  let whole = true;
  const shape = lineShape(() => {
    whole = false;
    return null;
  });
  const told = lines.flatMap((line, index): Told[] => {
    const parsed = shape.parse(line);
    if (parsed === null) return [];
    const { operationName, category, resourceId, eventTimestamp, status, claims } = parsed;
    const operation = operationName?.value ?? '';
    if (!isWrite(operation) || !isAdministrative(category?.value)) return [];
    const concerned = resourceId ? concerns(resource, resourceId, operation) : null;
    if (concerned === false) return [];
    const time = Date.parse(eventTimestamp ?? '');
    if (concerned === null || Number.isNaN(time)) whole = false;
    if (concerned === null) return [];
    const correlationId = parsed.correlationId || null;
    const operationId = parsed.operationId || correlationId || `${index}`;
    return [
      {
        operation,
        key: `${operationId} ${resourceId} ${operation}`.toLowerCase(),
        correlationId,
        // Without a time it is one of the time that was asked for: the latest, so that it is never taken for an older one.
        at: Number.isNaN(time) ? to.getTime() : time,
        status: (status?.value ?? '').toLowerCase(),
        caller: callerOf(claims ?? {}, null),
        appId: appIdOf(claims ?? {}),
      },
    ];
  });
  return { told, whole };
}

/** Characters; the longest id has some 500. */
const LONGEST_TEXT = 1024;
const CLAIMS = member(z.record(z.string(), z.unknown()));

/** `strange` is called for what is of another form; the rest of the line still counts. */
function lineShape(strange: () => null) {
  const text = z.string().max(LONGEST_TEXT).nullish().catch(strange);
  const named = z
    .object({ value: z.string().max(LONGEST_TEXT) })
    .nullish()
    .catch(strange);
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
        .transform((told) => {
          const claims = CLAIMS.parse(told);
          return claims ?? (told ? strange() : null);
        }),
    })
    .nullable()
    .catch(strange);
}

/** The last step of a swap, which the platform makes; the request for it is among the moves of configuration. */
const SWAPPED = /\/SlotSwap\/action$/i;

function isMove(operation: string): boolean {
  return movesConfiguration({ operation }) || SWAPPED.test(operation);
}

function isWrite(operation: string): boolean {
  return /\/(write|delete)$/i.test(operation) || isMove(operation);
}

/** The category cannot be selected, so most often it is not told; those that are no requests have no such operations. */
function isAdministrative(category: string | undefined): boolean {
  return category === undefined || category.toLowerCase() === 'administrative';
}

/** Whether an operation on this id changes the resource; null for an id below it that cannot be read. */
function concerns(resource: Resource, id: string, operation: string): boolean | null {
  const named = resourceOf(id);
  if (named === null) return isWithin(id, resource.id) ? null : false;
  return isMove(operation) ? appOf(named).key === appOf(resource).key : named.key === resource.key;
}

/** One entry for each operation and who made it, oldest first. Whoever writes may choose the ids, so nobody hides behind another's. */
function writesIn(told: readonly Told[]): ActivityEntry[] {
  // The log tells the newest first, and of the same time as well.
  return groupsOf([...told].reverse(), ({ key }) => key)
    .flatMap(byCaller)
    .filter(mayHaveWritten)
    .flatMap(toldOnce)
    .sort((one, other) => one.at - other.at)
    .map(({ operation, correlationId, at, caller, appId }) => {
      return { operation, correlationId, at: new Date(at).toISOString(), caller, appId };
    });
}

/** The lines of an operation for each who is named in one. Those that name nobody are theirs, if it is one person alone. */
function byCaller(lines: readonly Told[]): (readonly Told[])[] {
  const named = groupsOf(
    lines.filter(({ caller }) => caller !== null),
    ({ caller }) => caller?.objectId ?? '',
  );
  return named.length > 1 ? named : [lines];
}

function groupsOf<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

/** What began and has no end yet may have written. */
function mayHaveWritten(lines: readonly Told[]): boolean {
  const numberOf = (wanted: string) => lines.filter(({ status }) => status === wanted).length;
  const failed = numberOf('failed');
  return failed === 0 || numberOf('succeeded') > 0 || numberOf('started') > failed;
}

/** As its first line with a name tells it, at the latest time that one of them tells: when it had been done. */
function toldOnce(lines: readonly Told[]): Told[] {
  const first = lines.find(({ caller }) => caller !== null) ?? lines[0];
  return first ? [{ ...first, at: Math.max(...lines.map(({ at }) => at)) }] : [];
}
