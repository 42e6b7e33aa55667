/** Cells about what is remembered of an app between two looks: its memory, the operations in it, its events. */
import { valueAt } from '../../src/domain/change.ts';
import type { Json } from '../../src/domain/json.ts';
import { hashOf } from '../../src/storage/keys.ts';
import { BOB } from '../world/event-grid.ts';
import type { Cell } from './cell.ts';
import { approvalOf, at, eventsOf, mainRow, memoryOf, one, pointersOf, textAt } from './places.ts';
import { edited, renamed, type StoredRow } from './rows.ts';
import { DEBUGGING, MARY, TLS, TLS_PATH, W, X, Y, Z } from './scene.ts';

const DOCUMENT = 'config/web';

export const CELLS_OF_MEMORY: readonly Cell[] = [
  {
    row: 'memory',
    change: 'flipped',
    what: 'nobody is known to have changed the app, and who changed it approves',
    outcome: 'refused',
    named: /You changed this resource yourself/,
    approver: BOB,
    comes: 'The card names the changer, too, and so does the next event: 403.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(memoryOf(X)(now)), { '/writers': [], '/unexplained': {}, '/beforeFix': {} })),
  },
  {
    row: 'memory',
    change: 'flipped',
    what: 'nothing is to be looked at before the year 2099',
    outcome: 'recomputed',
    named: /further ahead than the service would have put it/,
    comes: 'No wait in a row is longer than a wait that the service would have stored.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(memoryOf(X)(now)), { '/lookAgainAt': '2099-01-01T00:00:00.000Z' })),
  },
  {
    row: 'memory',
    change: 'copied',
    what: 'the memory of another app, named as this one',
    outcome: 'recomputed',
    comes: 'The next look judges the app anew.',
    act: (attacker, { now }) => {
      const mine = one(memoryOf(X)(now));
      return attacker.put(at(mine, renamed(one(memoryOf(Y)(now)), Y, X)));
    },
  },
  {
    row: 'memory',
    change: 'removed',
    what: 'the app was never seen',
    outcome: 'recomputed',
    comes: 'The next look judges the app anew. Lost: who changed it before.',
    act: (attacker, { now }) => attacker.remove(...memoryOf(X)(now)),
  },
  {
    row: 'memory',
    change: 'added',
    what: 'a rejection that nobody made, until the year 2099',
    outcome: 'recomputed',
    named: /further ahead than the service would have put it/,
    comes: 'No wait in a row is longer than a wait that the service would have stored.',
    act: (attacker, { now }) => {
      const digest = textAt(mainRow(approvalOf(X, DEBUGGING)(now)), '/digest');
      const declined: Json = {
        [digest]: { status: 'rejected', at: '2026-03-01T12:00:00.000Z', until: '2099-01-01T00:00:00.000Z' },
      };
      return attacker.put(edited(one(memoryOf(X)(now)), { '/declined': declined, '/openApprovals': [] }));
    },
  },
  {
    row: 'memory',
    change: 'put back',
    what: 'the memory as it was earlier',
    outcome: 'recomputed',
    comes: 'The next look judges the app anew.',
    act: (attacker, { earlier }) => attacker.put(...memoryOf(X)(earlier)),
  },
  {
    row: 'operation',
    change: 'flipped',
    what: 'a raised counter of attempts, and an intent that had ended is open again',
    outcome: 'recomputed',
    comes: 'An intent ends once: its end is in the log, and nothing is added to it.',
    act: async (attacker, { now }) => {
      const intent = one(pointersOf('fix.intended', X)(now));
      const operation: Json = {
        ...{
          operationId: textAt(intent, '/operationId'),
          startedAt: '2026-03-01T12:00:30.000Z',
          trigger: { type: 'sweep' },
        },
        entries: [
          {
            ...{
              rule: TLS,
              ruleVersion: 1,
              purpose: 'fix',
              digest: 'sha256:00',
              approvalId: null,
              attempts: 5,
              state: 'open',
            },
            changes: [{ document: DOCUMENT, path: TLS_PATH, from: '1.0', to: '1.2' }],
          },
        ],
        waitingFor: [],
      };
      await attacker.put(edited(one(memoryOf(X)(now)), { '/operations': [operation] }));
    },
  },
  {
    row: 'operation',
    change: 'copied',
    what: 'an open operation of another app in the memory of one that has the planned values',
    outcome: 'refused',
    named: /^(warn|error): /m,
    comes: 'The signed intent is of another resource: no end of it is told, and it is dropped.',
    act: (attacker, { now }) =>
      attacker.put(
        edited(one(memoryOf(W)(now)), { '/operations': valueAt(one(memoryOf(Z)(now)).value, '/operations') }),
      ),
  },
  {
    row: 'operation',
    change: 'removed',
    what: 'an intent without outcome is forgotten',
    outcome: 'recomputed',
    comes: 'The violation is fixed under a new intent. Lost: the end of the first one, which the log then lacks.',
    act: (attacker, { now }) => attacker.put(edited(one(memoryOf(Z)(now)), { '/operations': [] })),
  },
  {
    row: 'operation',
    change: 'added',
    what: 'an operation that nobody intended, on an app that has the planned values',
    outcome: 'recomputed',
    comes: 'No signed intent says so: no end of it is told, and it is dropped.',
    act: (attacker, { now }) => {
      const operation = valueAt(
        renamed(one(memoryOf(Z)(now)), 'before-operation', 'forged-operation').value,
        '/operations',
      );
      return attacker.put(edited(one(memoryOf(W)(now)), { '/operations': operation }));
    },
  },
  {
    row: 'operation',
    change: 'put back',
    what: 'the operation as it was before its outcome was told to be unknown',
    outcome: 'recomputed',
    comes: 'The outcome that is told already is told once.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(memoryOf(Z)(now)), { '/operations/0/entries/0/state': 'open' })),
  },
  {
    row: 'event',
    change: 'flipped',
    what: 'another person changed the app',
    outcome: 'recomputed',
    comes: 'Events that were looked at are shown, and decide nothing.',
    act: (attacker, { now }) =>
      attacker.put(
        ...eventsOf(X)(now).map((row) =>
          edited(row, { '/event/changedBy': { objectId: 'framed', name: 'Framed', type: 'user' } }),
        ),
      ),
  },
  {
    row: 'event',
    change: 'copied',
    what: 'an event of another app waits at this one',
    outcome: 'recomputed',
    comes: 'An event says where to look; the state decides.',
    act: (attacker, { now }) => {
      const row = renamed(one(eventsOf(Y)(now)), Y, X);
      const rows = waitingRows(row, 'copied');
      return attacker.put(...rows);
    },
  },
  {
    row: 'event',
    change: 'removed',
    what: 'the app has no events',
    outcome: 'recomputed',
    comes: 'Lost: what explain tells of them.',
    act: (attacker, { now }) => attacker.remove(...eventsOf(X)(now)),
  },
  {
    row: 'event',
    change: 'added',
    what: 'seven events in the name of an approver',
    outcome: 'trusted',
    named: /own|changed this resource/i,
    comes: 'Lost: that approver, for this app, until the Activity Log contradicts it. The request names the changer.',
    act: (attacker, { now }) => {
      const by: Json = { objectId: MARY.objectId, name: 'Mary', type: 'user' };
      const like = edited(one(eventsOf(X)(now)), { '/event/changedBy': by });
      return attacker.put(...[1, 2, 3, 4, 5, 6, 7].flatMap((number) => waitingRows(like, `forged-${number}`)));
    },
  },
  {
    row: 'event',
    change: 'put back',
    what: 'an event that was looked at waits again',
    outcome: 'recomputed',
    comes: 'The next look concludes it.',
    act: (attacker, { now }) => {
      const row = one(eventsOf(X)(now));
      return attacker.put(...waitingRows(row, textAt(row, '/event/id')));
    },
  },
];

/** The rows of an event that waits, under an id. */
function waitingRows(like: StoredRow, id: string): StoredRow[] {
  const row = edited(like, { '/event/id': id, '/outcome': null, '/auditIds': [], '/reasons': [] });
  const app = textAt(row, '/resource').toLowerCase();
  return ['i', 'w'].map((prefix) => ({ ...row, partitionKey: hashOf(app), rowKey: `${prefix}-${hashOf(id)}` }));
}
