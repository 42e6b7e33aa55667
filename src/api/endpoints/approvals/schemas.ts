/** The answers about approvals. */
import * as z from 'zod';
import { approval, approvalDecision } from '../../../domain/approvals/approval.ts';
import { approvalGroup } from '../../../domain/approvals/approval-groups.ts';
import { mayDecideView } from '../../../domain/approvals/may-decide.ts';
import { plannedRequest } from '../../../domain/changes/plan-requests.ts';
import { caller } from '../../../domain/resources/principal.ts';
import { HARMS } from '../../../domain/rules/harm.ts';
import { pageSchema } from '../../framework/page.ts';
import { problemDocument } from '../../framework/problem.ts';

const harm = z
  .enum(HARMS)
  .nullable()
  .describe('How it would show that the change harms the app; `invisible`: the health gate cannot see it');

/** With the plan. What an approval has as null is absent. */
export const approvalAnswer = approval
  .omit({ preserved: true, outbox: true, changers: true })
  .extend({
    plan: z
      .array(plannedRequest)
      .describe(
        'The requests that write the changes; with `whole` the body shows only the changed properties of the body that is sent',
      ),
    changedBy: caller.exactOptional(),
    mayDecide: mayDecideView,
    decision: approvalDecision.pick({ by: true, at: true, comment: true }).exactOptional(),
    supersededBy: z.string().exactOptional(),
  })
  .extend({ rule: approval.shape.rule.extend({ harm }) })
  .meta({ id: 'Approval' });

/** Without the parts that are long and follow from the others. */
export const approvalBrief = approvalAnswer.omit({ plan: true, source: true }).meta({ id: 'ApprovalBrief' });

const total = z
  .int()
  .exactOptional()
  .describe('With `total=true`: how many approvals match the filters, on all pages or in all groups');

export const approvalPage = pageSchema(z.union([approvalAnswer, approvalBrief])).extend({ total });

export const approvalGroups = z
  .strictObject({
    items: z.array(approvalGroup),
    total,
    incomplete: z
      .literal(true)
      .exactOptional()
      .describe(
        'There are more approvals of these statuses than can be counted at once; use the other filters. Open ones (pending, approved, blocked, unknown) are always counted completely',
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
