/** Cells about approvals and the decisions in them. */
import { approval } from '../../src/domain/approvals/approval.ts';
import { digestOf, valueAt } from '../../src/domain/changes/change.ts';
import type { Json } from '../../src/domain/resources/json.ts';
import { decisionId } from '../../src/workflows/approvals/record-decision.ts';
import { resourceNamed } from '../fakes/azure/arm.ts';
import type { Cell } from './cell.ts';
import { approvalOf, mainRow, memoryOf, one, textAt } from './places.ts';
import { type Attacker, edited, renamed, type StoredRow } from './rows.ts';
import { DEBUGGING, MARY, OLGA, TLS, TLS_PATH, W, X, Y } from './scene.ts';

const NAMED = /^(warn|error): /m;
/** Another change than the shown one, at a path without a rule. */
const OTHER: Json = [{ document: 'config/web', path: '/properties/webSocketsEnabled', from: false, to: true }];

export const CELLS_OF_APPROVALS: readonly Cell[] = [
  {
    row: 'approval',
    change: 'edited',
    what: 'pending becomes approved, with a decision in the name of an approver',
    outcome: 'refused',
    named: NAMED,
    comes: 'No signed decision says so: nothing is written.',
    act: (attacker, { now, at }) =>
      rework(attacker, approvalOf(X, DEBUGGING)(now), { '/status': 'approved', '/decision': forged(at) }),
  },
  {
    row: 'approval',
    change: 'edited',
    what: 'the same in its row only, and not in the copies for lists',
    outcome: 'refused',
    named: NAMED,
    comes: 'No signed decision says so: nothing is written, and it waits for a decision again.',
    act: (attacker, { now, at }) =>
      attacker.put(edited(mainRow(approvalOf(X, DEBUGGING)(now)), { '/status': 'approved', '/decision': forged(at) })),
  },
  {
    row: 'approval',
    change: 'edited',
    what: 'an approved row holds other changes under the same digest',
    outcome: 'recomputed',
    comes: 'What is written is computed from the app, and compared with the signed decision.',
    act: (attacker, { now }) => rework(attacker, approvalOf(W, DEBUGGING)(now), { '/changes': OTHER }),
  },
  {
    row: 'approval',
    change: 'edited',
    what: 'a pending row shows other changes under the same digest',
    outcome: 'refused',
    named: NAMED,
    comes: 'The digest is recomputed: nothing is written that was not shown.',
    act: (attacker, { now }) => rework(attacker, approvalOf(X, DEBUGGING)(now), { '/changes': OTHER }),
  },
  {
    row: 'approval',
    change: 'copied',
    what: 'the decided rollback of another app is listed among the open approvals of this one',
    outcome: 'refused',
    named: NAMED,
    comes: 'Its signed fix is of another resource: nothing is written.',
    act: async (attacker, { now }) => {
      const rollback = approvalOf(Y, TLS)(now);
      await rework(attacker, rollback, { '/status': 'approved' });
      await attacker.put(listing(one(memoryOf(X)(now)), textAt(mainRow(rollback), '/id')));
    },
  },
  {
    row: 'approval',
    change: 'copied',
    what: 'the same, and the row names this app wherever it named the other',
    outcome: 'refused',
    named: NAMED,
    comes: 'The signed decision and the signed fix are of another resource: nothing is written.',
    act: async (attacker, { now }) => {
      const rollback = approvalOf(Y, TLS)(now);
      const row = edited(renamed(mainRow(rollback), Y, X), { '/status': 'approved' });
      await attacker.putApproval(rollback, withDigest(row).value);
      await attacker.put(listing(one(memoryOf(X)(now)), textAt(mainRow(rollback), '/id')));
    },
  },
  {
    row: 'approval',
    change: 'removed',
    what: 'a pending approval is missing',
    outcome: 'recomputed',
    comes: 'The next reconcile requests it again.',
    act: (attacker, { now }) => attacker.remove(...approvalOf(X, DEBUGGING)(now)),
  },
  {
    row: 'approval',
    change: 'removed',
    what: 'the copy for lists is missing',
    outcome: 'recomputed',
    comes: 'No list by status shows it until it is saved again. The copies are made from its row.',
    act: (attacker, { now }) =>
      attacker.remove(...approvalOf(X, DEBUGGING)(now).filter(({ rowKey }) => rowKey.startsWith('x-status-'))),
  },
  {
    row: 'approval',
    change: 'added',
    what: 'an approved rollback that nobody requested, which names a real fix of this app',
    outcome: 'refused',
    named: NAMED,
    comes: 'No signed decision says so: nothing is written.',
    act: async (attacker, { now, at }) => {
      const row = renamed(mainRow(approvalOf(Y, TLS)(now)), Y, X);
      const id = `${textAt(row, '/id').slice(0, -3)}abc`;
      const changes: Json = [{ document: 'config/web', path: TLS_PATH, from: '1.2', to: '1.0' }];
      const places = {
        '/id': id,
        '/status': 'approved',
        '/decision': forged(at),
        '/changes': changes,
        '/outbox': [],
      };
      await attacker.putApproval([], withDigest(edited(row, places)).value);
      await attacker.put(listing(one(memoryOf(X)(now)), id));
    },
  },
  {
    row: 'approval',
    change: 'restored',
    what: 'an approval that was carried out is pending again',
    outcome: 'recomputed',
    comes: 'No resource state lists it as open, and the app is compliant: it has no effect.',
    act: (attacker, { now, earlier }) =>
      attacker.putApproval(approvalOf(Y, DEBUGGING)(now), mainRow(approvalOf(Y, DEBUGGING)(earlier)).value),
  },
  {
    row: 'decision',
    change: 'edited',
    what: 'another person has decided',
    outcome: 'refused',
    named: NAMED,
    comes: 'The signed decision is of somebody else: nothing is written.',
    act: (attacker, { now }) =>
      rework(attacker, approvalOf(W, DEBUGGING)(now), {
        '/decision/by': { objectId: OLGA.objectId, name: 'Olga' },
      }),
  },
  {
    row: 'decision',
    change: 'copied',
    what: 'the decision about another app is in the approval of this one',
    outcome: 'refused',
    named: NAMED,
    comes: 'The signed decision is about another approval: nothing is written.',
    act: (attacker, { now }) => {
      const decision = valueAt(mainRow(approvalOf(Y, DEBUGGING)(now)).value, '/decision');
      return rework(attacker, approvalOf(X, DEBUGGING)(now), { '/status': 'approved', '/decision': decision });
    },
  },
  {
    row: 'decision',
    change: 'removed',
    what: 'a decision that waits for its write is missing, and its approval is pending',
    outcome: 'trusted',
    comes: 'Lost: the write, until somebody decides again. The log has an approval.approved without an intent.',
    act: (attacker, { now }) =>
      rework(attacker, approvalOf(W, DEBUGGING)(now), { '/status': 'pending', '/decision': null }),
  },
  {
    row: 'decision',
    change: 'added',
    what: 'a decision without a decider, with its record waiting to be logged',
    outcome: 'refused',
    named: NAMED,
    comes: 'The record has no signature of the service: it is dropped, and nothing is written.',
    act: (attacker, { now, at }) => {
      const rows = approvalOf(X, DEBUGGING)(now);
      const { value } = mainRow(rows);
      const id = textAt(mainRow(rows), '/id');
      const record: Json = {
        ...{ id: decisionId(id), at: at.toISOString(), kind: 'approval.approved' },
        ...{ resource: valueAt(value, '/resource'), rule: DEBUGGING, mode: 'autofix', operationId: null },
        ...{ approvalId: id, actor: { type: 'user', objectId: MARY.objectId, name: 'Mary' } },
        ...{ changes: valueAt(value, '/changes'), alsoMoved: [], reasons: [], arm: null, message: 'Fine.' },
        ...{ trigger: { type: 'decision' }, hash: 'a'.repeat(64), keyId: 'k2', signature: 'AAAA' },
      };
      return rework(attacker, rows, { '/status': 'approved', '/decision': forged(at), '/outbox': [record] });
    },
  },
  {
    row: 'decision',
    change: 'restored',
    what: 'the row as it was before the decision',
    outcome: 'trusted',
    comes: 'Lost: the write, until somebody decides again. The log has an approval.approved without an intent.',
    act: (attacker, { now, earlier }) =>
      attacker.putApproval(approvalOf(W, DEBUGGING)(now), mainRow(approvalOf(W, DEBUGGING)(earlier)).value),
  },
];

/** Other values at these paths of an approval, with its copies. */
function rework(attacker: Attacker, rows: readonly StoredRow[], places: Readonly<Record<string, Json>>): Promise<void> {
  return attacker.putApproval(rows, edited(mainRow(rows), places).value);
}

/** With the digest of its changes, which everybody can compute. */
function withDigest(row: StoredRow): StoredRow {
  const { resource, rule, purpose, changes } = approval.parse(row.value);
  return edited(row, { '/digest': digestOf(resourceNamed(resource.id), rule, purpose, changes) });
}

function forged(at: Date): Json {
  const by = { objectId: MARY.objectId, name: 'Mary' };
  return { by, at: at.toISOString(), comment: 'Fine.', decision: 'approve', changerUnknown: false };
}

/** The state of an app with one more open approval. */
function listing(memory: StoredRow, id: string): StoredRow {
  const listed = valueAt(memory.value, '/openApprovals');
  return edited(memory, { '/openApprovals': [...(Array.isArray(listed) ? listed : []), id] });
}
