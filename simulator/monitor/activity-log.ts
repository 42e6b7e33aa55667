// The Activity Log of each subscription: a line for each step of each write, in the order of time, queried by the few
// documented filters. That a filter takes names and ids without case, and that one by resource has only lines of
// exactly that id, is unverified.

import { randomUUID } from 'node:crypto';
import { ArmError, errors } from '../arm/errors.ts';
import { addressOf, namespaceOf } from '../arm/resource-id.ts';
import type { HttpResponse } from '../http/response.ts';
import type { Caller } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import {
  activityEntry,
  callerText,
  groupIn,
  type LoggedOperation,
  type Outcome,
  type Step,
  selectProperties,
} from './activity-log-entry.ts';

/** An operation for the Activity Log that the simulator does not have, such as a swap, whose steps are logged as well. */
export interface AddedOperation {
  /** Of what was written, with the casing that the log is to have. */
  id: string;
  /** Such as `Microsoft.Web/sites/write`. */
  operation: string;
  /** Absent: its entries have no claims. */
  caller?: Caller;
  /** When it ended, ISO; absent: now. It began two seconds before. */
  at?: string;
  /** `Running`: it has not ended. Default `Succeeded`. */
  outcome?: 'Succeeded' | 'Failed' | 'Running';
  correlationId?: string;
}

/** The Activity Log. Every write is in it, failed ones included. */
export interface ActivityControls {
  /** The delay after which new entries are visible; null: none, though the entry says a minute. */
  lagSeconds: number | null;
  /** Each entry takes up to this much longer, so that they do not become visible in the order of their times. Default 0. */
  jitterSeconds: number;
  /** New entries write ids and names of operations in different casings, those of one operation too. */
  mixedCase: boolean;
  /** Entries of a page; default 200. */
  pageSize: number;
  /** New writes are not logged. */
  lose: boolean;
  /** As Azure would answer them, of all subscriptions, the newest first. */
  entries(): JsonObject[];
  /** Throws for what is no id or time. */
  add(operation: AddedOperation): void;
  /** Removes the entries about an id and what is below it. */
  drop(id: string): void;
  /** An empty log, as at the start. */
  clear(): void;
}

export const activityPath = 'providers/microsoft.insights/eventtypes/management/values';

export interface ActivityLog extends ActivityControls {
  /** Logs a step of an operation, now. */
  log(operation: LoggedOperation, step: Step, outcome?: Outcome): void;
  /** Answers a query for a subscription's log. Throws an ArmError for what Azure does not take. */
  answer(url: URL, subscriptionId: string, now: number): HttpResponse;
}

interface Line {
  operation: LoggedOperation;
  step: Step;
  outcome?: Outcome;
  eventDataId: string;
  /** Milliseconds since 1970; lines of the same time are in the order in which they were logged. */
  at: number;
  number: number;
  /** When it says that it became visible, and when it really does. */
  submittedAt: number;
  shownAt: number;
}

const version = '2015-04-01';
const keptMilliseconds = 90 * 86_400_000;
/** What an entry says where no lag is set. */
const usualSeconds = 60;

const initial = { lagSeconds: null, jitterSeconds: 0, mixedCase: false, pageSize: 200, lose: false };

/** An empty log. `random` from 0 (inclusive) to 1, for the time that entries take. */
export function createActivityLog(random: () => number = Math.random): ActivityLog {
  const bySubscription = new Map<string, Line[]>();
  let logged = 0;

  function insert(operation: LoggedOperation, step: Step, at: number, outcome?: Outcome): void {
    const subscription = subscriptionOf(operation.target);
    const lines = bySubscription.get(subscription) ?? [];
    bySubscription.set(subscription, lines);
    logged += 1;
    const late = log.jitterSeconds > 0 ? random() * log.jitterSeconds : 0;
    const submittedAt = at + ((log.lagSeconds ?? usualSeconds) + late) * 1000;
    const line: Line = {
      operation: log.mixedCase ? inOtherCase(operation, logged) : operation,
      step,
      ...(outcome && { outcome }),
      eventDataId: randomUUID(),
      at,
      number: logged,
      submittedAt,
      shownAt: log.lagSeconds === null ? at + late * 1000 : submittedAt,
    };
    lines.splice(countUpTo(lines, at), 0, line);
  }

  /** What the platform logs of a swap, between its start and its end. */
  function insertSteps(operation: LoggedOperation, accepted: number, at: number): void {
    if (!/\/slotsswap\/action$/i.test(operation.action)) return;
    insert(operation, 'Accepted', accepted);
    for (const step of swapSteps) {
      const one = {
        ...operation,
        caller: null,
        platform: 'SlotSwapJobProcessor',
        action: `Microsoft.Web/sites/slots/${step}/action`,
      };
      for (const status of ['Started', 'Succeeded'] as const) insert(one, status, at);
    }
  }

  const log: ActivityLog = {
    ...initial,

    log(operation, step, outcome) {
      if (log.lose) return;
      const at = Date.now();
      if (step === 'Succeeded') insertSteps(operation, at, at);
      insert(operation, step, at, outcome);
    },

    add({ id, operation: action, caller = null, at, outcome = 'Succeeded', correlationId = randomUUID() }) {
      const ended = at === undefined ? Date.now() : Date.parse(at);
      if (Number.isNaN(ended) || !addressOf(id))
        throw new Error(`An operation needs an ARM id and a time in ISO form.`);
      const operation = { caller, action, target: id, correlationId };
      insert(operation, 'Started', ended - 2000);
      insertSteps(operation, ended - 2000, ended - 1000);
      if (outcome !== 'Running') insert(operation, outcome, ended);
    },

    drop(id) {
      const scope = id.toLowerCase();
      for (const [subscription, lines] of bySubscription) {
        const kept = lines.filter(({ operation }) => !`${operation.target.toLowerCase()}/`.startsWith(`${scope}/`));
        bySubscription.set(subscription, kept);
      }
    },

    clear() {
      bySubscription.clear();
      Object.assign(log, initial);
    },

    entries() {
      return [...bySubscription.values()].flat().sort(newestFirst).map(activityEntry);
    },

    answer(url, subscriptionId, now) {
      const asked = url.searchParams.get('api-version') ?? '';
      if (asked !== version) throw new ArmError(errors.unsupportedApiVersion('eventtypes', asked, [version]));
      const { from, to, fits } = parseFilter(url.searchParams.get('$filter'));
      if (from < now - keptMilliseconds) throw new ArmError(errors.tooLongAgo());
      const select = selectProperties(url.searchParams.get('$select'));
      const lines = bySubscription.get(subscriptionId.toLowerCase()) ?? [];

      const value: JsonObject[] = [];
      for (let index = beginning(lines, to, url.searchParams.get('$skipToken')) - 1; index >= 0; index--) {
        const line = lines[index];
        if (!line || line.at < from) break;
        if (line.shownAt > now || !fits(line)) continue;
        if (value.length === log.pageSize)
          return { status: 200, body: { value, nextLink: following(url, lines[index + 1]) } };
        value.push(select(activityEntry(line)));
      }
      return { status: 200, body: { value } };
    },
  };
  return log;
}

/** Which casing it is follows from the number; the first is that of the request. */
function inOtherCase(operation: LoggedOperation, number: number): LoggedOperation {
  const { target, action } = operation;
  const ways = [
    operation,
    { ...operation, target: target.replace('/resourceGroups/', '/resourcegroups/'), action: lowerNamespace(action) },
    { ...operation, target: target.toUpperCase() },
  ];
  return ways[number % ways.length] ?? operation;
}

function lowerNamespace(action: string): string {
  return action.replace(/^[^/]+/, (namespace) => namespace.toLowerCase());
}

const swapSteps = ['ApplySlotConfig', 'StartSlotWarmup', 'EndSlotWarmup', 'SlotSwap'];

/** How many lines are not later than this. They are in the order of time, so most often it is all of them. */
function countUpTo(lines: readonly Line[], at: number, number = Number.POSITIVE_INFINITY): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const line = lines[middle];
    if (line && (line.at < at || (line.at === at && line.number <= number))) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many lines there are from the oldest to where a page begins. */
function beginning(lines: readonly Line[], to: number, token: string | null): number {
  if (token === null) return countUpTo(lines, to);
  const [, at, number] = /^before (\d+) (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (!at || !number) throw new ArmError(errors.badRequest('BadRequest', 'The skip token is not valid.')); // wording ours
  return countUpTo(lines, Number(at), Number(number) - 1);
}

function following(url: URL, last: Line | undefined): string {
  const next = new URL(url);
  next.searchParams.set('$skipToken', Buffer.from(`before ${last?.at} ${last?.number}`).toString('base64url'));
  return next.href;
}

const newestFirst = (one: Line, other: Line) => other.at - one.at || other.number - one.number;

const FILTER =
  /^eventTimestamp ge (?<from>'[^']*'|[\d:.TZ-]+)(?: and eventTimestamp le (?<to>'[^']*'|[\d:.TZ-]+))?(?<more>(?: and \w+ eq '[^']*')*)$/;
const TERM = /^(?<name>\w+) eq '(?<value>[^']*)'$/;

type Filter = (line: Line) => string | undefined;

/** One of these at most. The Azure CLI sends the name of the property for that of the filter. */
const filters: Record<string, Filter> = {
  resourceGroupName: ({ operation }) => groupIn(operation.target),
  resourceUri: ({ operation }) => operation.target,
  resourceId: ({ operation }) => operation.target,
  resourceProvider: ({ operation }) => providerOf(operation.target),
  correlationId: ({ operation }) => operation.correlationId,
};

/** Not documented; the Azure CLI sends them behind those. */
const furtherFilters: Record<string, Filter> = {
  caller: (line) => callerText(line),
  status: ({ step }) => step,
};

function parseFilter(filter: string | null) {
  const { from = '', to, more = '' } = FILTER.exec(filter ?? '')?.groups ?? {};
  const terms = more
    .split(' and ')
    .slice(1)
    .map((term) => TERM.exec(term)?.groups ?? {});
  const isKnown = terms.every(({ name = '' }, index) => (index === 0 && name in filters) || name in furtherFilters);
  const [begins, ends] = [timeIn(from), to === undefined ? Number.POSITIVE_INFINITY : timeIn(to)];
  if (Number.isNaN(begins) || Number.isNaN(ends) || !isKnown) {
    const message = `The filter '${filter ?? ''}' is not supported. It must have a start time and may have one of the documented patterns.`;
    throw new ArmError(errors.badRequest('BadRequest', message)); // wording ours
  }
  const fits = (line: Line) =>
    terms.every(({ name = '', value }) => {
      const valueIn = filters[name] ?? furtherFilters[name];
      return valueIn?.(line)?.toLowerCase() === value?.toLowerCase();
    });
  return { from: begins, to: ends, fits };
}

/** Quoted or not, and in UTC where it says nothing else. NaN for what is no time. */
function timeIn(text: string): number {
  const time = text.replaceAll("'", '');
  return Date.parse(/T[\d:.]+$/.test(time) ? `${time}Z` : time);
}

function providerOf(target: string): string {
  const address = addressOf(target);
  return address ? namespaceOf(address) : '';
}

function subscriptionOf(target: string): string {
  return addressOf(target)?.subscriptionId.toLowerCase() ?? '';
}
