/** A finding: the verdict of a rule on a resource, its reason, and the decision about it. */

import type { ResourceView } from '../resources/resource.ts';
import type { Evaluation } from '../rules/evaluate.ts';
import type { Reference, Severity, Tier, Verdict } from '../rules/rule.ts';
import type { Decision } from './decide.ts';

export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly resource: ResourceView;
  readonly changes: Evaluation['changes'];
  readonly references: readonly Reference[];
  /** When the verdict changed to this one. */
  readonly since: string;
  readonly evaluatedAt: string;
  /** Null unless the verdict is violation. */
  readonly decision: Decision | null;
}
