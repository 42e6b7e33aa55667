/** Cells about what makes the log unique and whole: pointers, heads of chains, anchors. */
import { decisionId } from '../../src/workflows/record-decision.ts';
import type { Cell } from './cell.ts';
import { approvalOf, at, entriesOf, headOf, one, pointersOf, textAt } from './places.ts';
import { edited } from './rows.ts';
import { DEBUGGING, X, Y } from './scene.ts';

const VERIFIED = /^verification: /m;
const NOT_CONTINUED = /a chain of the audit log is not continued[\s\S]*^verification: /m;
const STANDS =
  'The chain is not continued, so nothing is written whose facts belong to it; an error and verification name the head.';

export const CELLS_OF_THE_LOG: readonly Cell[] = [
  {
    row: 'pointer',
    change: 'flipped',
    what: 'it tells another story than its entry',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Its seal does not hold: verification names it.',
    act: (attacker, { now }) =>
      attacker.put(edited(one(pointersOf('approval.requested', X)(now)), { '/message': 'Nobody asked.' })),
  },
  {
    row: 'pointer',
    change: 'copied',
    what: 'it holds the entry of another fact',
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
    what: 'one stands where the next decision will be recorded',
    outcome: 'refused',
    named: /a row of the audit log is not as it was signed/,
    comes: 'Its seal does not hold: it is replaced when the decision is recorded, and an error names it.',
    act: (attacker, { now }) => {
      const approval = one(approvalOf(X, DEBUGGING)(now));
      const id = decisionId(textAt(approval, '/id'));
      const like = one(pointersOf('approval.requested', X)(now));
      return attacker.put({ ...edited(like, { '/id': id, '/kind': 'approval.approved' }), rowKey: `i-${id}` });
    },
  },
  {
    row: 'pointer',
    change: 'put back',
    what: 'one stays when its entry is removed',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Verification names the entry that is not there.',
    act: (attacker, { now }) => attacker.remove(one(entriesOf('approval.requested', X)(now))),
  },
  {
    row: 'chain head',
    change: 'flipped',
    what: 'it says that there are more entries',
    outcome: 'refused',
    named: NOT_CONTINUED,
    comes: `Its seal does not hold. ${STANDS}`,
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
    comes: `A chain is never begun twice. ${STANDS}`,
    act: (attacker, { now }) => attacker.remove(...headOf(X)(now)),
  },
  {
    row: 'chain head',
    change: 'added',
    what: 'that of a chain that there is not',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Its seal does not hold: verification names it.',
    act: (attacker, { now }) => attacker.put({ ...edited(one(headOf(X)(now)), { '/chain': '99' }), rowKey: 'h-99' }),
  },
  {
    row: 'chain head',
    change: 'put back',
    what: 'it is the one of earlier',
    outcome: 'refused',
    named: VERIFIED,
    comes:
      'Verification names the entry behind its end. What is recorded there meanwhile has a number for the second time.',
    act: (attacker, { earlier }) => attacker.put(...headOf(Y)(earlier)),
  },
  {
    row: 'anchor',
    change: 'flipped',
    what: 'it names another number of entries',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'Its seal does not hold: verification names it.',
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
    what: 'an older one stands in the place of the newest',
    outcome: 'refused',
    named: VERIFIED,
    comes: 'It is not that of its place: verification names the place.',
    act: (attacker, { now: { anchors } }) =>
      attacker.putAnchor({ name: anchors[0]?.name ?? '', content: anchors[1]?.content ?? '' }),
  },
  {
    row: 'anchor',
    change: 'removed',
    what: 'there is none',
    outcome: 'trusted',
    comes:
      'Lost: the proof that the log was not cut before. The lines of the process name each anchor, and an export that somebody kept holds one. A policy on the container keeps anchors from being deleted.',
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
    change: 'put back',
    what: 'only those of earlier are there',
    outcome: 'trusted',
    comes:
      'Lost: the proof that the log was not cut since. The lines of the process name each anchor, and an export that somebody kept holds one.',
    act: (attacker, { now, earlier }) =>
      attacker.removeAnchor(
        ...now.anchors.map(({ name }) => name).filter((name) => !earlier.anchors.some((one) => one.name === name)),
      ),
  },
];
