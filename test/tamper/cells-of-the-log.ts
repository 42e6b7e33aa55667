/** Cells about the rows that make the log unique and complete: pointers, heads of chains, anchors. */
import { decisionId } from '../../src/workflows/approvals/record-decision.ts';
import type { Cell } from './cell.ts';
import { approvalOf, at, entriesOf, headOf, one, pointersOf, textAt } from './places.ts';
import { edited } from './rows.ts';
import { DEBUGGING, X, Y } from './scene.ts';

const VERIFIED = /^verification: /m;
const NOT_CONTINUED = /a chain of the audit log is not continued[\s\S]*^verification: /m;
const STANDS =
  'The chain is not continued, so nothing is written whose records belong to it; an error and verification name the head.';

export const CELLS_OF_THE_LOG: readonly Cell[] = [
  {
    row: 'pointer',
    change: 'edited',
    what: 'its content differs from its entry',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Its signature is wrong: verification names it.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(pointersOf('approval.requested', X)(now)), { '/message': 'Nobody asked.' })),
  },
  {
    row: 'pointer',
    change: 'copied',
    what: 'it holds the entry of another record',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'The entry that it holds has another id: verification names it.',
    act: (attacker, { now }) =>
      attacker.put(at(one(pointersOf('fix.applied', X)(now)), one(pointersOf('fix.applied', Y)(now)))),
  },
  {
    row: 'pointer',
    change: 'removed',
    what: 'an entry has none',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Verification names an entry without its pointer.',
    act: (attacker, { now }) => attacker.remove(one(pointersOf('fix.applied', X)(now))),
  },
  {
    row: 'pointer',
    change: 'added',
    what: 'one is where the next decision will be recorded',
    outcome: 'refused',
    named: /a row of the audit log is not as it was signed/,
    comes: 'Its signature is wrong: it is replaced when the decision is recorded, and an error names it.',
    act: (attacker, { now }) => {
      const approval = one(approvalOf(X, DEBUGGING)(now));
      const id = decisionId(textAt(approval, '/id'));
      const like = one(pointersOf('approval.requested', X)(now));
      return attacker.put({ ...edited(like, { '/id': id, '/kind': 'approval.approved' }), rowKey: `i-${id}` });
    },
  },
  {
    row: 'pointer',
    change: 'restored',
    what: 'one stays when its entry is removed',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Verification names the missing entry.',
    act: (attacker, { now }) => attacker.remove(one(entriesOf('approval.requested', X)(now))),
  },
  {
    row: 'chain head',
    change: 'edited',
    what: 'it says that there are more entries',
    outcome: 'refused',
    named: NOT_CONTINUED,
    comes: `Its signature is wrong. ${STANDS}`,
    act: (attacker, { now }) => {
      const head = one(headOf(X)(now));
      return attacker.put(edited(head, { '/seq': Number(textAt(head, '/seq')) + 1 }));
    },
  },
  {
    row: 'chain head',
    change: 'copied',
    what: 'it is that of another chain',
    outcome: 'refused',
    named: NOT_CONTINUED,
    comes: `It names another chain than its row. ${STANDS}`,
    act: (attacker, { now }) => attacker.put(at(one(headOf(X)(now)), one(headOf(Y)(now)))),
  },
  {
    row: 'chain head',
    change: 'removed',
    what: 'the chain has none',
    outcome: 'refused',
    named: NOT_CONTINUED,
    comes: `A chain is not started twice. ${STANDS}`,
    act: (attacker, { now }) => attacker.remove(...headOf(X)(now)),
  },
  {
    row: 'chain head',
    change: 'added',
    what: 'the head of a chain that does not exist',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Its signature is wrong: verification names it.',
    act: (attacker, { now }) => attacker.put({ ...edited(one(headOf(X)(now)), { '/chain': '99' }), rowKey: 'h-99' }),
  },
  {
    row: 'chain head',
    change: 'restored',
    what: 'it is an earlier one',
    outcome: 'refused',
    named: VERIFIED,
    comes:
      'Verification names the entry after its end. Entries that are recorded meanwhile have numbers that were used before.',
    act: (attacker, { earlier }) => attacker.put(...headOf(Y)(earlier)),
  },
  {
    row: 'anchor',
    change: 'edited',
    what: 'it names another number of entries',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Its signature is wrong: verification names it.',
    act: async (attacker, { now }) => {
      for (const { name, content } of now.anchors) {
        const anchor: Record<string, unknown> = JSON.parse(content);
        await attacker.putAnchor({ name, content: JSON.stringify({ ...anchor, entries: 1 }) });
      }
    },
  },
  {
    row: 'anchor',
    change: 'copied',
    what: 'an older one is in the place of the newest',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'It does not belong to its place: verification names the place.',
    act: (attacker, { now: { anchors } }) =>
      attacker.putAnchor({ name: anchors[0]?.name ?? '', content: anchors[1]?.content ?? '' }),
  },
  {
    row: 'anchor',
    change: 'removed',
    what: 'there is none',
    outcome: 'trusted',
    comes:
      'Lost: the proof that the log was not cut before. The log lines name each anchor, and a kept export holds one. A policy on the container prevents the deletion of anchors.',
    act: (attacker, { now }) => attacker.removeAnchor(...now.anchors.map(({ name }) => name)),
  },
  {
    row: 'anchor',
    change: 'added',
    what: 'one that the service did not make',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'It does not continue the one before it: verification names it.',
    act: (attacker, { now: { anchors } }) => {
      const anchor: Record<string, unknown> = JSON.parse(anchors[0]?.content ?? '');
      const content = JSON.stringify({ ...anchor, number: 3 });
      return attacker.putAnchor({ name: (anchors[0]?.name ?? '').replace('997', '996'), content });
    },
  },
  {
    row: 'anchor',
    change: 'restored',
    what: 'only earlier ones are there',
    outcome: 'trusted',
    comes:
      'Lost: the proof that the log was not cut since. The log lines name each anchor, and a kept export holds one.',
    act: (attacker, { now, earlier }) =>
      attacker.removeAnchor(
        ...now.anchors.map(({ name }) => name).filter((name) => !earlier.anchors.some((one) => one.name === name)),
      ),
  },
];
