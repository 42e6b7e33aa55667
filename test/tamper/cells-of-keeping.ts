/** Cells about what is listed and guarded: findings, wakeups, guards, budgets. */

import type { Json } from '../../src/domain/resources/json.ts';
import { TABLES } from '../../src/storage/names.ts';

import type { Cell } from './cell.ts';
import { beside, budget, findingsOf, heartbeat, one, throttle, wakeupsOf } from './places.ts';
import { edited, renamed, type StoredRow } from './rows.ts';
import { X, Y, Z } from './scene.ts';

export const CELLS_OF_KEEPING: readonly Cell[] = [
  {
    row: 'finding',
    change: 'edited',
    what: 'every rule is compliant',
    outcome: 'recomputed',
    comes: 'The next reconcile replaces them.',
    act: (attacker, { now }) =>
      attacker.put(
        ...listed(findingsOf(X)(now)).map((row) => ({
          ...edited(row, { '/verdict': 'compliant', '/decision': null }),
          columns: { ...row.columns, Verdict: 'compliant' },
        })),
      ),
  },
  {
    row: 'finding',
    change: 'copied',
    what: 'the findings of another app, named as this one',
    outcome: 'recomputed',
    comes: 'The next reconcile replaces them. Those that its row does not know stay until the app is reconciled.',
    act: (attacker, { now }) => attacker.put(...listed(findingsOf(Y)(now)).map((row) => beside(renamed(row, Y, X)))),
  },
  {
    row: 'finding',
    change: 'removed',
    what: 'the app has none',
    outcome: 'recomputed',
    comes: 'The next reconcile replaces them.',
    act: (attacker, { now }) => attacker.remove(...findingsOf(X)(now)),
  },
  {
    row: 'finding',
    change: 'added',
    what: 'one of a rule that does not exist',
    outcome: 'recomputed',
    comes: 'It is shown until somebody removes it. The log has nothing about it.',
    act: (attacker, { now }) => {
      const row = one(listed(findingsOf(X)(now)));
      return attacker.put({ ...edited(row, { '/rule': 'webapp-none' }), rowKey: `${row.rowKey}-none` });
    },
  },
  {
    row: 'finding',
    change: 'restored',
    what: 'the findings as they were earlier',
    outcome: 'recomputed',
    comes: 'The next reconcile replaces them.',
    act: (attacker, { earlier }) => attacker.put(...findingsOf(X)(earlier)),
  },
  {
    row: 'wakeup',
    change: 'edited',
    what: 'the wakeup of an open intent names another app',
    outcome: 'trusted',
    comes:
      'Lost: time, until the intent is resolved. The next event or sweep does it; the log has an intent without an end.',
    act: (attacker, { now }) => attacker.put(...wakeupsOf(Z)(now).map((row) => renamed(row, Z, X))),
  },
  {
    row: 'wakeup',
    change: 'copied',
    what: 'the wakeups of an app also name another one',
    outcome: 'recomputed',
    comes: 'One more reconcile.',
    act: (attacker, { now }) => attacker.put(...wakeupsOf(Z)(now).map((row) => beside(renamed(row, Z, X)))),
  },
  {
    row: 'wakeup',
    change: 'removed',
    what: 'the wakeup of an open intent is missing',
    outcome: 'trusted',
    comes:
      'Lost: time, until the intent is resolved. The next event or sweep does it; the log has an intent without an end.',
    act: (attacker, { now }) => attacker.remove(...wakeupsOf(Z)(now)),
  },
  {
    row: 'wakeup',
    change: 'added',
    what: 'an app has a wakeup without reason',
    outcome: 'recomputed',
    comes: 'One more reconcile.',
    act: (attacker, { now }) => {
      const row = one(wakeupsOf(Z)(now));
      return attacker.put({ ...edited(row, { '/why': 'nothing', '/resource': X }), rowKey: `${row.rowKey}0` });
    },
  },
  {
    row: 'wakeup',
    change: 'restored',
    what: 'wakeups that were handled are there again',
    outcome: 'recomputed',
    comes: 'One more reconcile.',
    act: (attacker, { earlier }) => attacker.put(...earlier.rows.filter(({ table }) => table === TABLES.wakeups)),
  },
  {
    row: 'guard',
    change: 'edited',
    what: 'a subscription is throttled until the year 2099',
    outcome: 'recomputed',
    named: /too far in the future; ignored/,
    comes: 'A time in a row counts only up to the longest time that the service would have stored.',
    act: (attacker, { now }) =>
      attacker.put(
        edited(one(throttle(now)), { '/until': '2099-01-01T00:00:00.000Z', '/since': '2026-03-01T12:00:00.000Z' }),
      ),
  },
  {
    row: 'guard',
    change: 'edited',
    what: 'the last heartbeat is of the year 2099',
    outcome: 'recomputed',
    named: /too far in the future; ignored/,
    comes: 'The next run of housekeeping corrects it. Lost: the detection of an outage before it.',
    act: (attacker, { now }) => attacker.put(edited(one(heartbeat(now)), { '/at': '2099-01-01T00:00:00.000Z' })),
  },
  {
    row: 'guard',
    change: 'copied',
    what: 'another subscription is throttled in the same way',
    outcome: 'recomputed',
    comes: 'Nothing here belongs to it.',
    act: (attacker, { now }) => attacker.put(beside(one(throttle(now)))),
  },
  {
    row: 'guard',
    change: 'removed',
    what: 'there is no heartbeat and no throttled subscription',
    outcome: 'recomputed',
    comes: 'Both are set again. Lost: the detection of an outage before it.',
    act: (attacker, { now }) => attacker.remove(one(heartbeat(now)), one(throttle(now))),
  },
  {
    row: 'guard',
    change: 'added',
    what: 'a row without meaning',
    outcome: 'recomputed',
    comes: 'Nobody reads it.',
    act: (attacker, { now }) => attacker.put({ ...one(heartbeat(now)), rowKey: 'strange' }),
  },
  {
    row: 'guard',
    change: 'restored',
    what: 'the last heartbeat is ten hours old',
    outcome: 'recomputed',
    comes:
      'An outage with few waiting resources has no effect; with many the service stops itself, and the log says so.',
    act: (attacker, { now }) => attacker.put(edited(one(heartbeat(now)), { '/at': '2026-03-01T02:00:00.000Z' })),
  },
  {
    row: 'budget',
    change: 'edited',
    what: 'nothing was written in this hour',
    outcome: 'trusted',
    comes: 'Lost: the limit of fixes in an hour. Each fix is in the log, which has more of them than the limit.',
    act: (attacker, { now }) =>
      attacker.put(...budget(now).map((row) => edited(row, { '/grants': [], '/waiting': [], '/holding': null }))),
  },
  {
    row: 'budget',
    change: 'copied',
    what: 'the budget of a subscription is copied to another one',
    outcome: 'recomputed',
    comes: 'Nothing here belongs to it.',
    act: (attacker, { now }) => attacker.put(...budget(now).map(beside)),
  },
  {
    row: 'budget',
    change: 'removed',
    what: 'nothing was ever written',
    outcome: 'trusted',
    comes: 'Lost: the limit of fixes in an hour. Each fix is in the log, which has more of them than the limit.',
    act: (attacker, { now }) => attacker.remove(...budget(now)),
  },
  {
    row: 'budget',
    change: 'added',
    what: 'as many grants as the limit allows, to no resource',
    outcome: 'trusted',
    named: /limit of 25/,
    comes: 'Lost: automatic fixes for an hour. The findings say that the budget holds them; the log has no such fixes.',
    act: (attacker, { now, at: when }) =>
      attacker.put(
        ...budget(now).map((row) => {
          const grants = Array.from(
            { length: 60 },
            (_, index): Json => [String(index), when.getTime(), when.getTime()],
          );
          return edited(row, { '/grants': grants });
        }),
      ),
  },
  {
    row: 'budget',
    change: 'restored',
    what: 'the budget as it was earlier',
    outcome: 'trusted',
    comes: 'Lost: the limit of fixes in an hour. Each fix is in the log, which has more of them than the limit.',
    act: (attacker, { earlier }) => attacker.put(...budget(earlier)),
  },
];

/** Without the row that has the keys of the others. */
function listed(rows: readonly StoredRow[]): StoredRow[] {
  return rows.filter(({ rowKey }) => rowKey.startsWith('f-'));
}
