/** Cells about the state of an app between two reconciles: resource state, operations, events. */
import { valueAt } from '../../src/domain/changes/change.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import { hashOf } from '../../src/storage/table/keys.ts';
import { BOB } from '../fakes/azure/event-grid.ts';
import type { Cell } from './cell.ts';
import { approvalOf, at, eventsOf, mainRow, memoryOf, one, pointersOf, textAt } from './places.ts';
import { edited, renamed, type StoredRow } from './rows.ts';
import { DEBUGGING, MARY, TLS, TLS_PATH, W, X, Y, Z } from './scene.ts';

const DOCUMENT = 'config/web';

export const CELLS_OF_MEMORY: readonly Cell[] = [
  {
    row: 'resource state',
    change: 'edited',
    what: 'the changers are removed, and a changer approves',
    outcome: 'refused',
    named: /You changed this resource yourself/,
    approver: BOB,
    comes: 'The approval names the changer, too, and so does the next event: 403.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(memoryOf(X)(now)), { '/writers': [], '/unattributedSince': {}, '/beforeFix': {} })),
  },
  {
    row: 'resource state',
    change: 'edited',
    what: 'the next reconcile is due in the year 2099',
    outcome: 'recomputed',
    named: /too far in the future; ignored/,
    comes: 'A time in a row counts only up to the longest time that the service would have stored.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(memoryOf(X)(now)), { '/recheckAt': '2099-01-01T00:00:00.000Z' })),
  },
  {
    row: 'resource state',
    change: 'copied',
    what: 'the state of another app, named as this one',
    outcome: 'recomputed',
    comes: 'The next reconcile evaluates the app again.',
    act: (attacker, { now }) => {
      const mine = one(memoryOf(X)(now));
      return attacker.put(at(mine, renamed(one(memoryOf(Y)(now)), Y, X)));
    },
  },
  {
    row: 'resource state',
    change: 'removed',
    what: 'the app has no state',
    outcome: 'recomputed',
    comes: 'The next reconcile evaluates the app again. Lost: who changed it before.',
    act: (attacker, { now }) => attacker.remove(...memoryOf(X)(now)),
  },
  {
    row: 'resource state',
    change: 'added',
    what: 'a rejection that nobody made, until the year 2099',
    outcome: 'recomputed',
    named: /too far in the future; ignored/,
    comes: 'A time in a row counts only up to the longest time that the service would have stored.',
    act: (attacker, { now }) => {
      const digest = textAt(mainRow(approvalOf(X, DEBUGGING)(now)), '/digest');
      const declined: Json = {
        [digest]: { status: 'rejected', at: '2026-03-01T12:00:00.000Z', until: '2099-01-01T00:00:00.000Z' },
      };
      return attacker.put(edited(one(memoryOf(X)(now)), { '/declined': declined, '/openApprovals': [] }));
    },
  },
  {
    row: 'resource state',
    change: 'restored',
    what: 'an earlier state of the app',
    outcome: 'recomputed',
    comes: 'The next reconcile evaluates the app again.',
    act: (attacker, { earlier }) => attacker.put(...memoryOf(X)(earlier)),
  },
  {
    row: 'operation',
    change: 'edited',
    what: 'a raised counter of attempts, and an intent that had ended is open again',
    outcome: 'recomputed',
    comes: 'An intent ends once: its end is in the log, and nothing is added to it.',
    act: async (attacker, { now }) => {
      const intent = one(pointersOf('fix.intended', X)(now));
      const attempt: Json = {
        ...{ operationId: textAt(intent, '/operationId'), rule: { id: TLS, version: 1 }, purpose: 'fix' },
        ...{ digest: 'sha256:00', approvalId: null, number: 5, status: 'open', operationUrls: [] },
        changes: [{ document: DOCUMENT, path: TLS_PATH, from: '1.0', to: '1.2' }],
      };
      await attacker.put(edited(one(memoryOf(X)(now)), { '/attempts': [attempt] }));
    },
  },
  {
    row: 'operation',
    change: 'copied',
    what: 'an open operation of another app in the state of one that has the planned values',
    outcome: 'refused',
    named: /^(warn|error): /m,
    comes: 'The signed intent is of another resource: no end is recorded, and it is dropped.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(memoryOf(W)(now)), { '/attempts': valueAt(one(memoryOf(Z)(now)).value, '/attempts') })),
  },
  {
    row: 'operation',
    change: 'removed',
    what: 'an intent without outcome is missing',
    outcome: 'recomputed',
    comes: 'The violation is fixed under a new intent. Lost: the end of the first intent in the log.',
    act: (attacker, { now }) => attacker.put(edited(one(memoryOf(Z)(now)), { '/attempts': [] })),
  },
  {
    row: 'operation',
    change: 'added',
    what: 'an operation that nobody intended, on an app that has the planned values',
    outcome: 'recomputed',
    comes: 'No signed intent says so: no end is recorded, and it is dropped.',
    act: (attacker, { now }) => {
      const operation = valueAt(
        renamed(one(memoryOf(Z)(now)), 'before-operation', 'forged-operation').value,
        '/attempts',
      );
      return attacker.put(edited(one(memoryOf(W)(now)), { '/attempts': operation }));
    },
  },
  {
    row: 'operation',
    change: 'restored',
    what: 'the operation as it was before its outcome was recorded as unknown',
    outcome: 'recomputed',
    comes: 'The outcome is not recorded again.',
    act: (attacker, { now }) => attacker.put(edited(one(memoryOf(Z)(now)), { '/attempts/0/status': 'open' })),
  },
  {
    row: 'event',
    change: 'edited',
    what: 'another person changed the app',
    outcome: 'recomputed',
    comes: 'Concluded events are shown, and decide nothing.',
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
    comes: 'Lost: the events that `GET /api/explain` shows.',
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
    change: 'restored',
    what: 'a concluded event waits again',
    outcome: 'recomputed',
    comes: 'The next reconcile concludes it.',
    act: (attacker, { now }) => {
      const row = one(eventsOf(X)(now));
      return attacker.put(...waitingRows(row, textAt(row, '/event/id')));
    },
  },
];

/** The rows of a waiting event, under an id. */
function waitingRows(like: StoredRow, id: string): StoredRow[] {
  const row = edited(like, { '/event/id': id, '/outcome': null, '/auditIds': [], '/reasons': [] });
  const app = textAt(row, '/resource').toLowerCase();
  return ['i', 'w'].map((prefix) => ({ ...row, partitionKey: hashOf(app), rowKey: `${prefix}-${hashOf(id)}` }));
}
