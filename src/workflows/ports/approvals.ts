/** The store of approvals. */
import type { Approval } from '../../domain/approvals/approval.ts';
import type { ApprovalFilters, ApprovalHead, ApprovalSort } from '../../domain/approvals/approval-list.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

export interface Approvals {
  get(id: string): Promise<Versioned<Approval> | null>;
  /** An id that sorts newest first. */
  newId(now: Date): string;
  /** Returns the id of the one approval of a subject: this id, or the one that was claimed before. */
  claimId(subject: string, id: string): Promise<string>;
  /** The id that was claimed for a subject; null when none was. */
  claimedId(subject: string): Promise<string | null>;
  /** Saves under the loaded version (null: it is new). Throws ConflictError when another instance saved first. */
  save(approval: Approval, version: string | null): Promise<string>;
  /**
   * One page, by two table requests where pending approvals may be in it, and by three elsewhere. Those of open approvals
   * are full; others may be short. Throws Error for an order or a total of final approvals, see `isOpenOnly`.
   */
  list(query: ApprovalQuery, page: PageRequest): Promise<ApprovalPage>;
  /**
   * The heads of the approvals that match. All open ones by one request; of final ones as many as three requests read,
   * and not `complete` when there are more.
   */
  listHeads(filters: ApprovalFilters): Promise<{ readonly heads: readonly ApprovalHead[]; readonly complete: boolean }>;
}

export type ApprovalQuery = ApprovalFilters & {
  /** The latest first unless given. */
  readonly sort?: ApprovalSort;
  /** Whether to say how many approvals match. */
  readonly total?: boolean;
  /**
   * Of open approvals, only those that it accepts. It costs the reading of every approval that matches the filters; one that
   * is too large to be read with the others is counted in the total without being asked about.
   */
  readonly accepts?: (approval: ListedApproval) => boolean;
};

/** An approval in a list. `source` is null where it follows from the rule and the changes. */
export type ListedApproval = Omit<Approval, 'source' | 'outbox'> & {
  readonly source: Approval['source'] | null;
  readonly outbox?: Approval['outbox'];
};

export interface ApprovalPage extends Page<ListedApproval> {
  /** How many approvals match; null when it was not asked for. */
  readonly total: number | null;
}
