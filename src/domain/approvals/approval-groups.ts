/** Counts pending approvals by rule or by resource. Counting needs only part of each approval. */
import * as z from 'zod';
import { IMPACTS, type Impact } from '../resources/documents.ts';
import { type Infer, time } from '../resources/schema.ts';

export const GROUPINGS = ['rule', 'resource'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** The part of an approval that counting needs. */
export const approvalHead = z.strictObject({
  rule: z.string(),
  /** The resource's id. */
  resource: z.string(),
  requestedAt: time,
  impact: z.enum(IMPACTS),
});
export type ApprovalHead = Infer<typeof approvalHead>;

export const approvalGroup = z.strictObject({
  key: z.string().describe('The id of the rule or of the resource'),
  count: z.int(),
  oldest: time.describe('When the oldest approval of the group was requested'),
  impact: z.enum(IMPACTS).describe('The worst impact in the group'),
});
export type ApprovalGroup = Infer<typeof approvalGroup>;

/** The largest group first; ids of resources compare without case. */
export function groupApprovals(heads: readonly ApprovalHead[], by: Grouping): ApprovalGroup[] {
  const groups = new Map<string, ApprovalGroup>();
  for (const head of heads) {
    const found = groups.get(head[by].toLowerCase());
    groups.set(head[by].toLowerCase(), {
      key: found?.key ?? head[by],
      count: (found?.count ?? 0) + 1,
      oldest: found && found.oldest < head.requestedAt ? found.oldest : head.requestedAt,
      impact: worse(found?.impact ?? head.impact, head.impact),
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

function worse(a: Impact, b: Impact): Impact {
  return IMPACTS.indexOf(a) < IMPACTS.indexOf(b) ? a : b;
}
