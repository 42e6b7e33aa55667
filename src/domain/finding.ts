/** A finding: the verdict of a rule on a resource, its reason, and the decision about it. As others see it. */
import type { Change } from './change.ts';
import type { Decision } from './decide.ts';
import type { ResourceView } from './resource.ts';
import type { Reference, Severity, Tier, Verdict } from './rule.ts';

export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly resource: ResourceView;
  readonly changes: readonly Change[];
  readonly references: readonly Reference[];
  /** Since when the verdict is this one. */
  readonly since: string;
  readonly evaluatedAt: string;
  /** null unless the verdict is violation. */
  readonly decision: Decision | null;
}
