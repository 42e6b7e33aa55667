// The Activity Log of each subscription: a line for each step of each write, kept in the order of time, asked for by the few
// filters that are documented. That a filter takes names and ids without case, and that one by resource has only lines of
// exactly that id, is unverified.
import { randomUUID } from 'node:crypto';
import { activityEntry, groupIn, type LoggedOperation, type Outcome, type Step, selected } from './activity-entry.ts';
import { addressOf, namespaceOf } from './address.ts';
import type { ActivityControls } from './contract.ts';
import { type Answer, errors, Refusal } from './errors.ts';
import type { JsonObject } from './merge.ts';

export const activityPath = 'providers/microsoft.insights/eventtypes/management/values';

export interface ActivityLog extends ActivityControls {
  /** Logs a step of an operation, now. */
  log(operation: LoggedOperation, step: Step, outcome?: Outcome): void;
  /** Answers a query for a subscription's log. Throws a Refusal for what Azure does not take. */
  answer(url: URL, subscriptionId: string, now: number): Answer;
}

interface Line {
  operation: LoggedOperation;
  step: Step;
  outcome?: Outcome;
  eventDataId: string;
  /** Milliseconds since 1970; lines of the same time are in the order in which they were logged. */
  at: number;
  number: number;
  /** What it says of when it could be asked for, and from when on it really is. */
  submittedAt: number;
  shownAt: number;
}

const version = '2015-04-01';
const pageSize = 200;
const keptMilliseconds = 90 * 86_400_000;
/** What an entry says where no lag is set. */
const usualSeconds = 60;

export function activityLog(): ActivityLog {
  const bySubscription = new Map<string, Line[]>();
  let logged = 0;

  function insert(operation: LoggedOperation, step: Step, at: number, outcome?: Outcome): void {
    const subscription = subscriptionOf(operation.target);
    const lines = bySubscription.get(subscription) ?? [];
    bySubscription.set(subscription, lines);
    logged += 1;
    const submittedAt = at + (log.lagSeconds ?? usualSeconds) * 1000;
    const line: Line = {
      operation,
      step,
      ...(outcome && { outcome }),
      eventDataId: randomUUID(),
      at,
      number: logged,
      submittedAt,
      shownAt: log.lagSeconds === null ? at : submittedAt,
    };
    lines.splice(countUpTo(lines, at), 0, line);
  }

  const log: ActivityLog = {
    lagSeconds: null,
    lose: false,

    log(operation, step, outcome) {
      if (!log.lose) insert(operation, step, Date.now(), outcome);
    },

    add({ id, operation: action, caller = null, at, outcome = 'Succeeded', correlationId = randomUUID() }) {
      const ended = at === undefined ? Date.now() : Date.parse(at);
      if (Number.isNaN(ended) || !addressOf(id))
        throw new Error(`An operation needs an ARM id and a time in ISO form.`);
      const operation = { caller, action, target: id, correlationId };
      const steps = /\/slotsswap\/action$/i.test(action) ? swapSteps : [];
      insert(operation, 'Started', ended - 2000);
      if (steps.length > 0) insert(operation, 'Accepted', ended - 2000);
      for (const step of steps) {
        const one = {
          ...operation,
          caller: null,
          platform: 'SlotSwapJobProcessor',
          action: `Microsoft.Web/sites/slots/${step}/action`,
        };
        for (const status of ['Started', 'Succeeded'] as const) insert(one, status, ended - 1000);
      }
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
      Object.assign(log, { lagSeconds: null, lose: false });
    },

    entries() {
      return [...bySubscription.values()].flat().sort(newestFirst).map(activityEntry);
    },

    answer(url, subscriptionId, now) {
      const asked = url.searchParams.get('api-version') ?? '';
      if (asked !== version) throw new Refusal(errors.unsupportedApiVersion('eventtypes', asked, [version]));
      const { from, to, fits } = parseFilter(url.searchParams.get('$filter'));
      if (from < now - keptMilliseconds) throw new Refusal(errors.tooLongAgo());
      const select = selected(url.searchParams.get('$select'));
      const lines = bySubscription.get(subscriptionId.toLowerCase()) ?? [];

      const value: JsonObject[] = [];
      for (let index = beginning(lines, to, url.searchParams.get('$skipToken')) - 1; index >= 0; index--) {
        const line = lines[index];
        if (!line || line.at < from) break;
        if (line.shownAt > now || !fits(line.operation)) continue;
        if (value.length === pageSize)
          return { status: 200, body: { value, nextLink: following(url, lines[index + 1]) } };
        value.push(select(activityEntry(line)));
      }
      return { status: 200, body: { value } };
    },
  };
  return log;
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
  if (!at || !number) throw new Refusal(errors.badRequest('BadRequest', 'The skip token is not valid.')); // wording ours
  return countUpTo(lines, Number(at), Number(number) - 1);
}

function following(url: URL, last: Line | undefined): string {
  const next = new URL(url);
  next.searchParams.set('$skipToken', Buffer.from(`before ${last?.at} ${last?.number}`).toString('base64url'));
  return next.href;
}

const newestFirst = (one: Line, other: Line) => other.at - one.at || other.number - one.number;

const FILTER =
  /^eventTimestamp ge '(?<from>[^']*)'(?: and eventTimestamp le '(?<to>[^']*)')?(?: and (?<name>resourceGroupName|resourceUri|resourceProvider|correlationId) eq '(?<value>[^']*)')?$/;

const filters: Record<string, (operation: LoggedOperation) => string> = {
  resourceGroupName: ({ target }) => groupIn(target),
  resourceUri: ({ target }) => target,
  resourceProvider: ({ target }) => providerOf(target),
  correlationId: ({ correlationId }) => correlationId,
};

function parseFilter(filter: string | null) {
  const { from = '', to, name = '', value } = FILTER.exec(filter ?? '')?.groups ?? {};
  const [begins, ends] = [Date.parse(from), to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to)];
  if (Number.isNaN(begins) || Number.isNaN(ends)) {
    const message = `The filter '${filter ?? ''}' is not supported. It must have a start time and may have one of the documented patterns.`;
    throw new Refusal(errors.badRequest('BadRequest', message)); // wording ours
  }
  const valueIn = filters[name];
  const fits = (operation: LoggedOperation) => !valueIn || valueIn(operation).toLowerCase() === value?.toLowerCase();
  return { from: begins, to: ends, fits };
}

function providerOf(target: string): string {
  const address = addressOf(target);
  return address ? namespaceOf(address) : '';
}

function subscriptionOf(target: string): string {
  return addressOf(target)?.subscriptionId.toLowerCase() ?? '';
}
