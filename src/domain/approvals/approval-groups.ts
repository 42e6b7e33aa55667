/** Counts approvals in groups. Counting needs only the heads of approvals. */
import * as z from 'zod';
import { IMPACTS, type Impact } from '../resources/documents.ts';
import { type Infer, time } from '../resources/schema.ts';
import { SEVERITIES } from '../rules/rule.ts';
import type { ApprovalHead } from './approval-list.ts';

export const GROUPINGS = ['rule', 'resource', 'resourceGroup', 'subscription', 'severity'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const count = z.int();

export const approvalGroup = z.strictObject({
  key: z
    .string()
    .describe(
      'The id of the rule, of the resource, of the resource group or of the subscription, or the severity. What is in no resource group is in the group of its subscription',
    ),
  count,
  oldest: time.describe('When the oldest approval of the group was requested'),
  impact: z.enum(IMPACTS).describe('The worst impact in the group'),
  bySeverity: z.strictObject({ critical: count, high: count, medium: count, low: count, info: count }),
});
export type ApprovalGroup = Infer<typeof approvalGroup>;

const NONE: ApprovalGroup['bySeverity'] = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };

/** The largest group first; those of severities the worst first. Ids of resources and scopes compare without case. */
export function groupApprovals(heads: readonly ApprovalHead[], by: Grouping): ApprovalGroup[] {
  const groups = new Map<string, ApprovalGroup>();
  for (const head of heads) {
    const key = keyOf(head, by);
    const found = groups.get(key.toLowerCase());
    const bySeverity = found?.bySeverity ?? NONE;
    groups.set(key.toLowerCase(), {
      key: found?.key ?? key,
      count: (found?.count ?? 0) + 1,
      oldest: found && found.oldest < head.requestedAt ? found.oldest : head.requestedAt,
      impact: worse(found?.impact ?? head.impact, head.impact),
      bySeverity: { ...bySeverity, [head.severity]: bySeverity[head.severity] + 1 },
    });
  }
  if (by === 'severity') return SEVERITIES.flatMap((severity) => groups.get(severity) ?? []);
  return [...groups.values()].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

function keyOf({ rule, severity, resource }: ApprovalHead, by: Grouping): string {
  switch (by) {
    case 'rule':
      return rule;
    case 'severity':
      return severity;
    case 'resource':
      return resource;
    case 'resourceGroup':
      return /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(resource)?.[0] ?? subscriptionOf(resource);
    case 'subscription':
      return subscriptionOf(resource);
  }
}

function subscriptionOf(resource: string): string {
  return resource.split('/').slice(0, 3).join('/');
}

function worse(a: Impact, b: Impact): Impact {
  return IMPACTS.indexOf(a) < IMPACTS.indexOf(b) ? a : b;
}
