/** The answers about approvals. */
import * as z from 'zod';
import { approval, approvalDecision } from '../../../domain/approvals/approval.ts';
import { approvalGroup } from '../../../domain/approvals/approval-groups.ts';
import { plannedRequest } from '../../../domain/changes/plan-requests.ts';
import { caller } from '../../../domain/resources/principal.ts';
import { problemDocument } from '../../framework/problem.ts';

/** With the plan. What an approval has as null is absent. */
export const approvalAnswer = approval
  .omit({ preserved: true, outbox: true })
  .extend({
    plan: z
      .array(plannedRequest)
      .describe(
        'The requests that write the changes; with `whole` the body shows only the changed properties of the body that is sent',
      ),
    changedBy: caller.exactOptional(),
    decision: approvalDecision.pick({ by: true, at: true, comment: true }).exactOptional(),
    supersededBy: z.string().exactOptional(),
  })
  .meta({ id: 'Approval' });

export const approvalGroups = z
  .strictObject({
    items: z.array(approvalGroup),
    incomplete: z
      .literal(true)
      .exactOptional()
      .describe(
        'There are more approvals of this status than can be counted at once; use the other filters. Pending ones are always counted completely',
      ),
  })
  .meta({ id: 'ApprovalGroups' });

export const decisions = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          id: z.string(),
          status: z.int().describe('The status of the same decision as a single request'),
          approval: approvalAnswer.exactOptional(),
          problem: problemDocument.exactOptional(),
        }),
      )
      .describe('In the order of the request'),
  })
  .meta({ id: 'Decisions' });
