/**
 * The lines of Azure's Activity Log. An operation has several: when it started, when it was accepted, and how it ended. Ids and
 * names of operations come in any case.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import {
  appIdOfClaims,
  callerOfClaims,
  movesConfiguration,
  optionalObject,
  parseEvent,
} from '../domain/resources/event.ts';
import { appOf, isInScope, type Resource, resourceOf } from '../domain/resources/resource.ts';
import type { ActivityEntry, LoggedChange } from '../workflows/ports/azure.ts';

/** One line of the log: an operation has at least one for its start and one for its end. */
interface LogLine {
  readonly operation: string;
  /** The same for all lines of an operation. Its ids are not enough: all operations of a deployment share them. */
  readonly key: string;
  /** Its own; null when it has none. */
  readonly id: string | null;
  readonly resourceId: string;
  readonly correlationId: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: string;
  readonly claims: Record<string, unknown>;
  readonly caller: ActivityEntry['caller'];
}

/** The writes of a resource, oldest first; `complete` when every line could be parsed. A line without a time gets `to`. */
export function writesOf(
  resource: Resource,
  values: readonly unknown[],
  to: Date,
): { readonly entries: ActivityEntry[]; readonly complete: boolean } {
  const { lines, complete } = parse(values, to, (id, operation) => isAbout(resource, id, operation));
  return { entries: operationsIn(lines, mayHaveWritten).map(entryOf), complete };
}

/** The finished changes of all resources that Plumbline looks at, oldest first. A line without a time gets `to`. */
export function changesIn(values: readonly unknown[], to: Date): LoggedChange[] {
  const { lines } = parse(values, to, () => true);
  return operationsIn(withoutSteps(lines), hasSucceeded).flatMap((line) => changeOf(line) ?? []);
}

/** Milliseconds since 1970 of a line; null when it has no time. */
export function timeOfLine(value: unknown): number | null {
  const time = Date.parse(lineSchema(() => null).parse(value)?.eventTimestamp ?? '');
  return Number.isNaN(time) ? null : time;
}

/** The lines about writes; `complete` when every line could be parsed. */
function parse(
  values: readonly unknown[],
  to: Date,
  isWanted: (resourceId: string, operation: string) => boolean | null,
): { lines: LogLine[]; complete: boolean } {
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
    const affected = resourceId ? isWanted(resourceId, operation) : null;
    if (affected === false) return [];
    const time = Date.parse(eventTimestamp ?? '');
    if (affected === null || Number.isNaN(time)) complete = false;
    if (affected === null || !resourceId) return [];
    const correlationId = parsed.correlationId || null;
    const id = parsed.eventDataId || null;
    const operationId = parsed.operationId || correlationId || id || `${index}`;
    return [
      {
        operation,
        key: `${operationId} ${resourceId} ${operation}`.toLowerCase(),
        id,
        resourceId,
        correlationId,
        // A line without a time gets the end of the queried period, so that it never counts as older than it is.
        at: Number.isNaN(time) ? to.getTime() : time,
        status: (status?.value ?? '').toLowerCase(),
        claims: claims ?? {},
        caller: callerOfClaims(claims ?? {}, null),
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
      eventDataId: text,
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

/** One line for each operation and caller, oldest first. A writer can choose the ids, so lines of different callers are never merged. */
function operationsIn(lines: readonly LogLine[], counts: (lines: readonly LogLine[]) => boolean): LogLine[] {
  // The log lists the newest first, also among lines of the same time.
  return groupBy([...lines].reverse(), ({ key }) => key)
    .flatMap(byCaller)
    .filter(counts)
    .flatMap(mergeLines)
    .sort((one, other) => one.at - other.at);
}

function entryOf({ operation, correlationId, at, caller, claims }: LogLine): ActivityEntry {
  return { operation, correlationId, at: new Date(at).toISOString(), caller, appId: appIdOfClaims(claims) };
}

/** Parsed as the event that Event Grid would have delivered; null when that would be ignored. */
function changeOf({ key, id, operation, resourceId, correlationId, at, claims, caller }: LogLine): LoggedChange | null {
  const time = new Date(at).toISOString();
  const identity = JSON.stringify([key, caller?.objectId ?? null, id ?? time]);
  const parsed = parseEvent({
    id: `activity-log-${createHash('sha256').update(identity).digest('hex').slice(0, 32)}`,
    subject: resourceId,
    eventType: `Microsoft.Resources.Resource${eventKindOf(operation)}Success`,
    eventTime: time,
    data: { operationName: operation, correlationId, claims },
  });
  if (parsed.kind === 'ignored') return null;
  return { event: { ...parsed.event, source: 'activity-log' }, resource: parsed.resource, at: time };
}

function eventKindOf(operation: string): 'Write' | 'Delete' | 'Action' {
  if (/\/write$/i.test(operation)) return 'Write';
  return /\/delete$/i.test(operation) ? 'Delete' : 'Action';
}

/** Without the steps that the platform made for a move that somebody requested: they are one change. */
function withoutSteps(lines: readonly LogLine[]): LogLine[] {
  const moveOf = ({ correlationId, resourceId }: LogLine) => {
    const resource = resourceOf(resourceId);
    return `${correlationId} ${resource && appOf(resource).key}`.toLowerCase();
  };
  const requested = new Set(lines.filter((line) => isMove(line.operation) && line.caller !== null).map(moveOf));
  return lines.filter((line) => !(isMove(line.operation) && line.caller === null && requested.has(moveOf(line))));
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

/** Event Grid reports an operation when it has succeeded. Earlier its values may not be there. */
function hasSucceeded(lines: readonly LogLine[]): boolean {
  return lines.some(({ status }) => status === 'succeeded');
}

/** The first line with a caller, with the latest time of all lines, when the operation ended, and the id of that line. */
function mergeLines(lines: readonly LogLine[]): LogLine[] {
  const first = lines.find(({ caller }) => caller !== null) ?? lines[0];
  if (first === undefined) return [];
  const { at, id } = lines.reduce((one, other) => (other.at >= one.at ? other : one), first);
  return [{ ...first, at, id }];
}
