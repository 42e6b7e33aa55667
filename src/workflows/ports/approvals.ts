/** The store of approvals. */
import * as z from 'zod';
import { APPROVAL_STATUSES, type Approval } from '../../domain/approvals/approval.ts';
import type { ApprovalHead } from '../../domain/approvals/approval-groups.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { type Infer, id } from '../../domain/resources/schema.ts';
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
  list(query: ApprovalQuery, page: PageRequest): Promise<Page<Approval>>;
  /**
   * The data for counting, in a bounded number of requests; not `complete` when there are more. All pending ones come from
   * kept counts, by one request.
   */
  listHeads(query: ApprovalQuery): Promise<{ readonly heads: readonly ApprovalHead[]; readonly complete: boolean }>;
}

/** The filters of the list, as requests give them. */
export const approvalQuery = z.strictObject({
  status: z.enum(APPROVAL_STATUSES).exactOptional(),
  resource: resourceScope.exactOptional(),
  rule: id.exactOptional(),
});
export type ApprovalQuery = Infer<typeof approvalQuery>;
