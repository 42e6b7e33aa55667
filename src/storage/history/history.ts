/**
 * The history: rows that housekeeping writes once an hour. One partition for each subscription, and one for all together.
 * <what>-<step>-<place>-<time> has the numbers of a place (a resource group, or the whole) at an hour or on a day, newest
 * first. `ran` are the steps in which the service ran: where there is none, nothing is known. A resource group has a row only
 * where its numbers have changed, and one each month. `last` says which numbers each group had last.
 */

import * as z from 'zod';
import {
  addNumbers,
  type FlowTotals,
  flowTotals,
  flowTotalsOf,
  type HistoryStep,
  KEPT_MS,
  type Level,
  type Numbers,
  numbersOf,
  STEPS,
  stepStart,
} from '../../domain/decisions/history.ts';
import { DAY_MS, HOUR_MS, timeAfter } from '../../domain/resources/durations.ts';
import type { History, HistoryRange } from '../../workflows/ports/history.ts';
import { dayOf, type HappenedThere, readOutcomes, removeFixDays } from '../audit/fix-days.ts';
import { entityOf, type Key, parseDerived } from '../table/entity.ts';
import { descendingTime, hashOf, timeOfDescending } from '../table/keys.ts';
import { MAX_TRANSACTION_STEPS } from '../table/limits.ts';
import { rangeFilter, type Step, type Table } from '../table/table.ts';

/** `log`: the table of the audit log, which lists what happened. */
export function openHistory(table: Table, log: Table): History {
  async function readRows(what: string, { scope, step, from, to }: HistoryRange, more = 0) {
    const [partition, place] = placeOf(scope);
    const prefix = `${what}-${step}-${place}-`;
    const first = `${prefix}${descendingTime(timeAfter(to, -1))}`;
    const last = `${prefix}${descendingTime(timeAfter(from, -more - 1))}`;
    const rows = await table.readAll(rangeFilter(partition, first, last));
    return rows
      .map((row) => ({ row, at: new Date(timeOfDescending(row.rowKey.slice(prefix.length))).toISOString() }))
      .reverse();
  }

  /** The rows of one partition. */
  async function saveAll(steps: readonly Step[]): Promise<void> {
    for (let start = 0; start < steps.length; start += STEPS_PER_TRANSACTION) {
      await table.transact(steps.slice(start, start + STEPS_PER_TRANSACTION));
    }
  }

  /** The rows of a subscription at an hour: of the whole, and of the groups whose numbers differ from the last ones. */
  async function recordSubscription(partition: string, recorded: Recorded, groups: ReadonlyMap<string, Numbers>) {
    const key = { partitionKey: partition, rowKey: LAST };
    const row = await table.get(partition, LAST);
    const stored = row ? parseDerived(LAST_ROW, row) : null;
    const month = recorded.hour.toISOString().slice(0, 'yyyy-mm'.length);
    const last = stored?.month === month ? stored.groups : {};
    const present = new Map([...groups].map(([scope, numbers]) => [placeOf(scope)[1], numbers]));
    // A group without resources has no numbers any more.
    for (const place of Object.keys(stored?.groups ?? {})) if (!present.has(place)) present.set(place, {});
    const digests = new Map([...present].map(([place, numbers]) => [place, digestOf(numbers)]));
    const isGone = (place: string, numbers: Numbers) => isNothing(numbers) && stored?.groups[place] === undefined;
    const moved = [...present].filter(
      ([place, numbers]) => last[place] !== digests.get(place) && !isGone(place, numbers),
    );
    const whole = [...groups.values()].reduce(addNumbers, {});
    await saveAll([
      ...levelSteps([partition, WHOLE], recorded, whole),
      ...moved.flatMap(([place, numbers]) => levelSteps([partition, place], recorded, numbers)),
    ]);
    const kept = [...present].filter(([, numbers]) => !isNothing(numbers));
    const next = Object.fromEntries(kept.map(([place]) => [place, digests.get(place) ?? '']));
    await table.upsert(entityOf(key, { month, groups: next }));
    return whole;
  }

  /** Rolls up the days that ended since the last time. */
  async function rollUp(hour: Date): Promise<void> {
    const row = await table.get(ALL, ROLLED);
    const today = stepStart(hour.getTime(), 'day');
    const done = (row && parseDerived(ROLLED_ROW, row)) ?? {
      day: dayOf(timeAfter(hour, -ROLLED_BEFORE_MS).toISOString()),
    };
    const first = timeAfter(done.day, DAY_MS).getTime();
    // Entries of the last minutes of a day may come late.
    if (hour.getTime() < first + DAY_MS + HOUR_MS) return;
    const happened = await readOutcomes(
      log,
      dayOf(new Date(first).toISOString()),
      dayOf(new Date(today).toISOString()),
    );
    const groups = new Map<string, HappenedThere[]>();
    for (const one of happened) {
      const day = stepStart(one.at, 'day');
      for (const scope of scopesOf(one)) {
        const name = JSON.stringify([scope, day]);
        groups.set(name, [...(groups.get(name) ?? []), one]);
      }
    }
    const steps = new Map<string, Step[]>();
    for (const [name, found] of groups) {
      const [scope, day] = SCOPE_AND_DAY.parse(JSON.parse(name));
      const [partitionKey, place] = placeOf(scope);
      const key = { partitionKey, rowKey: `${FLOWS}-day-${place}-${descendingTime(new Date(day))}` };
      const upsert = entityOf(key, flowTotalsOf(found), columnsOf('day', new Date(day)));
      steps.set(partitionKey, [...(steps.get(partitionKey) ?? []), { upsert }]);
    }
    for (const some of steps.values()) await saveAll(some);
    await table.upsert(
      entityOf({ partitionKey: ALL, rowKey: ROLLED }, { day: dayOf(new Date(today - 1).toISOString()) }),
    );
  }

  /** Removes some of what is older than it is kept. */
  async function removeOld(now: Date): Promise<void> {
    for (const step of STEPS) {
      const before = timeAfter(now, -KEPT_MS[step] - BASE_MS).toISOString();
      const filter = `Step eq '${step}' and At lt '${before}'`;
      const { items } = await table.readPage(filter, { limit: MAX_REMOVED, after: null }, MAX_REMOVAL_READS, []);
      const partitions = new Map<string, Step[]>();
      for (const { partitionKey, rowKey } of items) {
        const remove: Key = { partitionKey, rowKey };
        partitions.set(partitionKey, [...(partitions.get(partitionKey) ?? []), { remove }]);
      }
      for (const steps of partitions.values()) await saveAll(steps);
    }
    await removeFixDays(log, dayOf(timeAfter(now, -KEPT_MS.hour - BASE_MS).toISOString()));
  }

  return {
    async hasHour(hour) {
      return (await table.get(ALL, `${RAN}-hour-${WHOLE}-${descendingTime(hour)}`)) !== null;
    },

    async record(hour, levels, groups) {
      const recorded = { hour, levels };
      const subscriptions = new Map<string, Map<string, Numbers>>();
      const row = await table.get(ALL, LAST);
      // A subscription without resources has no numbers any more.
      for (const one of (row && parseDerived(SUBSCRIPTIONS, row)) ?? []) subscriptions.set(one, new Map());
      for (const [scope, numbers] of groups) {
        const [partition] = placeOf(scope);
        subscriptions.set(partition, (subscriptions.get(partition) ?? new Map()).set(scope, numbers));
      }
      let all: Numbers = {};
      for (const [partition, of] of subscriptions) {
        all = addNumbers(all, await recordSubscription(partition, recorded, of));
      }
      const present = [...subscriptions].flatMap(([partition, of]) => (of.size > 0 ? [partition] : []));
      await table.upsert(entityOf({ partitionKey: ALL, rowKey: LAST }, present));
      await rollUp(hour);
      if (hour.getUTCHours() === REMOVAL_HOUR) await removeOld(hour);
      // Last: after a crash the hour is recorded again.
      await saveAll([...levelSteps([ALL, WHOLE], recorded, all), ...rowsAt([ALL, WHOLE], RAN, hour, {})]);
    },

    async readRan(range) {
      return (await readRows(RAN, { ...range, scope: null })).map(({ at }) => at);
    },

    async readLevels(level, range) {
      const isGroup = placeOf(range.scope)[1] !== WHOLE;
      const rows = await readRows(level, range, isGroup ? BASE_MS : 0);
      return rows.flatMap(({ row, at }) => {
        const numbers = parseDerived(NUMBERS, row);
        return numbers ? [{ at, numbers }] : [];
      });
    },

    async readFlowDays(range) {
      const rows = await readRows(FLOWS, { ...range, step: 'day' });
      const totals = rows.map(({ row, at }) => [at, parseDerived(flowTotals, row)] as const);
      return new Map(totals.filter((one): one is readonly [string, FlowTotals] => one[1] !== null));
    },

    async readHappened({ scope, from, to }) {
      const end = dayOf(timeAfter(to, DAY_MS - 1).toISOString());
      const happened = await readOutcomes(log, dayOf(from.toISOString()), end);
      const wanted = scope?.toLowerCase() ?? null;
      return happened.filter(
        (one) => one.at >= from.getTime() && one.at < to.getTime() && scopesOf(one).includes(wanted),
      );
    },
  };
}

const ALL = 'all';
const WHOLE = 'whole';
const RAN = 'ran';
const FLOWS = 'flows';
const LAST = 'last';
const ROLLED = 'rolled';
/** How far back the numbers of a group may be that have not changed since. */
const BASE_MS = 32 * DAY_MS;
/** When rolling up begins: the log's own recount goes back as far. */
const ROLLED_BEFORE_MS = 31 * DAY_MS;
const REMOVAL_HOUR = 3;
const MAX_REMOVED = 5000;
const MAX_REMOVAL_READS = 10;
/** Rows have a kilobyte or two. */
const STEPS_PER_TRANSACTION = MAX_TRANSACTION_STEPS;

const NUMBERS = z.record(z.string(), z.int());
const LAST_ROW = z.strictObject({ month: z.string(), groups: z.record(z.string(), z.string()) });
const SUBSCRIPTIONS = z.array(z.string());
const ROLLED_ROW = z.strictObject({ day: z.iso.date() });
const SCOPE_AND_DAY = z.tuple([z.string().nullable(), z.int()]);

interface Recorded {
  readonly hour: Date;
  readonly levels: readonly Level[];
}

type Place = readonly [partition: string, place: string];

/** Null: everything. */
function placeOf(scope: string | null): Place {
  if (scope === null) return [ALL, WHOLE];
  const [, , subscription = '', , group] = scope.toLowerCase().split('/');
  return [subscription, group === undefined ? WHOLE : hashOf(group)];
}

/** The scopes in which something happened. */
function scopesOf({ scope }: HappenedThere): (string | null)[] {
  if (scope === null) return [null];
  const [subscription, group] = scope.split('/');
  const above = `/subscriptions/${subscription}`;
  return [null, above, ...(group === undefined ? [] : [`${above}/resourcegroups/${group}`])];
}

/** The rows of the hour and of its day: the last hour of a day says what the day was like. */
function rowsAt([partitionKey, place]: Place, what: string, hour: Date, value: unknown): Step[] {
  return STEPS.map((step): Step => {
    const at = new Date(stepStart(hour.getTime(), step));
    const key = { partitionKey, rowKey: `${what}-${step}-${place}-${descendingTime(at)}` };
    return { upsert: entityOf(key, value, columnsOf(step, at)) };
  });
}

function columnsOf(step: HistoryStep, at: Date) {
  return { Step: step, At: at.toISOString() };
}

function levelSteps(place: Place, { hour, levels }: Recorded, numbers: Numbers): Step[] {
  return levels.flatMap((level) => rowsAt(place, level, hour, numbersOf(level, numbers)));
}

function isNothing(numbers: Numbers): boolean {
  return Object.keys(numbers).length === 0;
}

function digestOf(numbers: Numbers): string {
  return hashOf(JSON.stringify(Object.entries(numbers).sort())).slice(0, 12);
}
