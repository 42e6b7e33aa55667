/** Approvals under versions, newest first by their ids. */
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { ApprovalHead } from '../../../src/domain/approvals/approval-groups.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { ApprovalQuery, Approvals } from '../../../src/workflows/ports/approvals.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { fits, isPlainId, newestFirstIds, nextRow, pageOf, type Row, versioned } from './rows.ts';

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
    list: async (query, page) => pageOf(matching(rows, query), ({ id }) => id, page),
    listHeads: async (query) => ({ heads: matching(rows, query).map(headOf), complete: true }),
  };
}

function matching(rows: Map<string, Row<Approval>>, { status, resource, rule }: ApprovalQuery): Approval[] {
  return [...rows.values()]
    .map(({ value }) => value)
    .filter(
      (one) =>
        fits(status, one.status) &&
        fits(rule, one.rule.id) &&
        (resource === undefined || isInScope(one.resource.id, resource)),
    );
}

function headOf({ rule, resource, requestedAt }: Approval): ApprovalHead {
  return { rule: rule.id, resource: resource.id, requestedAt, impact: rule.impact };
}
