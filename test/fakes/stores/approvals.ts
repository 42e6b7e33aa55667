/** Approvals under versions, newest first by their ids. */
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import {
  type ApprovalFilters,
  approvalMatcher,
  comparePositions,
  headOf,
  isOpenOnly,
  sortPosition,
} from '../../../src/domain/approvals/approval-list.ts';
import type { Approvals } from '../../../src/workflows/ports/approvals.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { copyOf } from '../copy.ts';
import { isPlainId, newestFirstIds, nextRow, type Row, versioned } from './rows.ts';

export function fakeApprovals(rows: Map<string, Row<Approval>>): Approvals {
  const claims = new Map<string, string>();
  return {
    newId: newestFirstIds('a'),
    claimedId: async (thing) => claims.get(thing) ?? null,
    claimId: async (thing, id) => {
      const claimed = claims.get(thing) ?? id;
      claims.set(thing, claimed);
      return claimed;
    },
    get: async (id) => (isPlainId(id) ? versioned(rows.get(id)) : null),
    save: async (approval, version) => {
      const before = rows.get(approval.id);
      // No workflow deletes an approval: a missing one was deleted in the table.
      if (version !== null && !before) throw new StorageUnavailable(`approval ${approval.id} has no row`);
      const saved = nextRow(before, approval, version);
      rows.set(approval.id, saved);
      return String(saved.version);
    },
    list: async ({ sort = '-requested', total, accepts, ...filters }, { limit, after }) => {
      if ((sort !== '-requested' || total || accepts) && !isOpenOnly(filters)) {
        throw new Error('an order of final approvals');
      }
      const found = matching(rows, filters)
        .filter((one) => accepts?.(one) ?? true)
        .map((one) => ({ one, position: sortPosition(headOf(one), sort) }))
        .sort((a, b) => comparePositions(a.position, b.position, sort));
      const start = after === null ? 0 : found.findIndex(({ one }) => one.id === after);
      const items = found.slice(start, start + limit).map(({ one }) => copyOf(one));
      return { items, next: found[start + limit]?.one.id ?? null, total: total ? found.length : null };
    },
    listHeads: async (filters) => ({ heads: matching(rows, filters).map(headOf), complete: true }),
  };
}

function matching(rows: Map<string, Row<Approval>>, filters: ApprovalFilters): Approval[] {
  const matches = approvalMatcher(filters);
  return [...rows.values()].map(({ value }) => value).filter((one) => matches(headOf(one)));
}
