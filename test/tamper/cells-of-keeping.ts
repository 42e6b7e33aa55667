/** Cells about what is listed and guarded: findings, alarms, guards, budgets. */

import type { Json } from '../../src/domain/json.ts';
import { TABLES } from '../../src/storage/names.ts';

import type { Cell } from './cell.ts';
import { alarmsOf, beside, budget, findingsOf, heartbeat, one, throttle } from './places.ts';
import { edited, renamed, type StoredRow } from './rows.ts';
import { X, Y, Z } from './scene.ts';

export const CELLS_OF_KEEPING: readonly Cell[] = [
  {
    row: 'finding',
    change: 'flipped',
    what: 'every rule is met',
    outcome: 'recomputed',
    comes: 'The next look lists what it finds.',
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
    comes: 'The next look lists what it finds. Those that its row does not know stay, until the app is looked at.',
    act: (attacker, { now }) => attacker.put(...listed(findingsOf(Y)(now)).map((row) => beside(renamed(row, Y, X)))),
  },
  {
    row: 'finding',
    change: 'removed',
    what: 'the app has none',
    outcome: 'recomputed',
    comes: 'The next look lists what it finds.',
    act: (attacker, { now }) => attacker.remove(...findingsOf(X)(now)),
  },
  {
    row: 'finding',
    change: 'added',
    what: 'one of a rule that there is not',
    outcome: 'recomputed',
    comes: 'It is shown until somebody removes it. The log knows nothing of it.',
    act: (attacker, { now }) => {
      const row = one(listed(findingsOf(X)(now)));
      return attacker.put({ ...edited(row, { '/rule': 'webapp-none' }), rowKey: `${row.rowKey}-none` });
    },
  },
  {
    row: 'finding',
    change: 'put back',
    what: 'the findings as they were earlier',
    outcome: 'recomputed',
    comes: 'The next look lists what it finds.',
    act: (attacker, { earlier }) => attacker.put(...findingsOf(X)(earlier)),
  },
  {
    row: 'alarm',
    change: 'flipped',
    what: 'the alarm of an open intent wakes another app',
    outcome: 'trusted',
    comes:
      'Lost: how soon somebody comes back to the intent. The next event or sweep does; the log has an intent without an end.',
    act: (attacker, { now }) => attacker.put(...alarmsOf(Z)(now).map((row) => renamed(row, Z, X))),
  },
  {
    row: 'alarm',
    change: 'copied',
    what: 'the alarms of an app wake another one, too',
    outcome: 'recomputed',
    comes: 'One more look.',
    act: (attacker, { now }) => attacker.put(...alarmsOf(Z)(now).map((row) => beside(renamed(row, Z, X)))),
  },
  {
    row: 'alarm',
    change: 'removed',
    what: 'nobody is woken for an open intent',
    outcome: 'trusted',
    comes:
      'Lost: how soon somebody comes back to the intent. The next event or sweep does; the log has an intent without an end.',
    act: (attacker, { now }) => attacker.remove(...alarmsOf(Z)(now)),
  },
  {
    row: 'alarm',
    change: 'added',
    what: 'an app is woken for nothing',
    outcome: 'recomputed',
    comes: 'One more look.',
    act: (attacker, { now }) => {
      const row = one(alarmsOf(Z)(now));
      return attacker.put({ ...edited(row, { '/why': 'nothing', '/resource': X }), rowKey: `${row.rowKey}0` });
    },
  },
  {
    row: 'alarm',
    change: 'put back',
    what: 'alarms that have rung ring again',
    outcome: 'recomputed',
    comes: 'One more look.',
    act: (attacker, { earlier }) => attacker.put(...earlier.rows.filter(({ table }) => table === TABLES.alarms)),
  },
  {
    row: 'guard',
    change: 'flipped',
    what: 'Azure has asked to wait until the year 2099',
    outcome: 'recomputed',
    named: /further ahead than the service would have put it/,
    comes: 'No wait in a row is longer than a wait that the service would have stored.',
    act: (attacker, { now }) =>
      attacker.put(
        edited(one(throttle(now)), { '/until': '2099-01-01T00:00:00.000Z', '/since': '2026-03-01T12:00:00.000Z' }),
      ),
  },
  {
    row: 'guard',
    change: 'flipped',
    what: 'the last heartbeat is of the year 2099',
    outcome: 'recomputed',
    named: /further ahead than the service would have put it/,
    comes: 'The next run of housekeeping puts it right. Lost: that a silence before it is noticed.',
    act: (attacker, { now }) => attacker.put(edited(one(heartbeat(now)), { '/at': '2099-01-01T00:00:00.000Z' })),
  },
  {
    row: 'guard',
    change: 'copied',
    what: 'another subscription was asked to wait in the same way',
    outcome: 'recomputed',
    comes: 'Nothing here belongs to it.',
    act: (attacker, { now }) => attacker.put(beside(one(throttle(now)))),
  },
  {
    row: 'guard',
    change: 'removed',
    what: 'there is no heartbeat and nobody was asked to wait',
    outcome: 'recomputed',
    comes: 'Both are set anew. Lost: that a silence before it is noticed.',
    act: (attacker, { now }) => attacker.remove(one(heartbeat(now)), one(throttle(now))),
  },
  {
    row: 'guard',
    change: 'added',
    what: 'a row that means nothing',
    outcome: 'recomputed',
    comes: 'Nobody reads it.',
    act: (attacker, { now }) => attacker.put({ ...one(heartbeat(now)), rowKey: 'strange' }),
  },
  {
    row: 'guard',
    change: 'put back',
    what: 'the last heartbeat is ten hours old',
    outcome: 'recomputed',
    comes:
      'A silence with little that waits changes nothing; with much the service stops itself, and says so in the log.',
    act: (attacker, { now }) => attacker.put(edited(one(heartbeat(now)), { '/at': '2026-03-01T02:00:00.000Z' })),
  },
  {
    row: 'budget',
    change: 'flipped',
    what: 'nothing was written in this hour',
    outcome: 'trusted',
    comes: 'Lost: the limit of fixes in an hour. Each of them is in the log, which counts more than the limit.',
    act: (attacker, { now }) =>
      attacker.put(...budget(now).map((row) => edited(row, { '/grants': [], '/waiting': [], '/holding': null }))),
  },
  {
    row: 'budget',
    change: 'copied',
    what: 'the budget of a subscription stands at another one, too',
    outcome: 'recomputed',
    comes: 'Nothing here belongs to it.',
    act: (attacker, { now }) => attacker.put(...budget(now).map(beside)),
  },
  {
    row: 'budget',
    change: 'removed',
    what: 'nothing was ever written',
    outcome: 'trusted',
    comes: 'Lost: the limit of fixes in an hour. Each of them is in the log, which counts more than the limit.',
    act: (attacker, { now }) => attacker.remove(...budget(now)),
  },
  {
    row: 'budget',
    change: 'added',
    what: 'as many grants as the limit allows, to nobody',
    outcome: 'trusted',
    named: /limit of 25/,
    comes:
      'Lost: an hour, in which automatic fixes are held. The findings say that the budget holds them; the log has no such fixes.',
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
    change: 'put back',
    what: 'the budget as it was earlier',
    outcome: 'trusted',
    comes: 'Lost: the limit of fixes in an hour. Each of them is in the log, which counts more than the limit.',
    act: (attacker, { earlier }) => attacker.put(...budget(earlier)),
  },
];

/** Without the row that knows the keys of the others. */
function listed(rows: readonly StoredRow[]): StoredRow[] {
  return rows.filter(({ rowKey }) => rowKey.startsWith('f-'));
}
