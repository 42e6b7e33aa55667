/** The queue in numbers: what waits, counted by rule or by resource, from no more than the heads of approvals. */
import { IMPACTS, type Impact } from './documents.ts';

export const GROUPINGS = ['rule', 'resource'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** As much of an approval as counting needs. */
export interface ApprovalHead {
  readonly rule: string;
  /** The resource's id. */
  readonly resource: string;
  readonly requestedAt: string;
  readonly impact: Impact;
}

export interface ApprovalGroup {
  /** The id of the rule or of the resource. */
  readonly key: string;
  readonly count: number;
  /** When the one that has waited longest was asked for (ISO). */
  readonly oldest: string;
  /** The worst of them. */
  readonly impact: Impact;
}

/** The largest group first; ids of resources compare without case. */
export function groupsOf(heads: readonly ApprovalHead[], by: Grouping): ApprovalGroup[] {
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
