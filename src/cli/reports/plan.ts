/** What autofix would write over the whole scan, and the role actions that it would need. */
import type { PlannedRequest } from '../../domain/changes/plan-requests.ts';
import type { ResourceView } from '../../domain/resources/resource.ts';
import { actionsOf, rolesFor } from '../../domain/rules/permissions.ts';
import type { Report } from './report.ts';

export interface PlanTotals {
  /** Rules by what becomes of their violations. */
  readonly rules: readonly { readonly rule: string; readonly action: string; readonly resources: number }[];
  /** Requests that autofix sends by itself, and those that wait for an approval. */
  readonly requests: number;
  readonly queued: number;
  readonly resources: number;
  /** The actions that the identity needs in addition to the reader's. */
  readonly actions: readonly string[];
  /** Actions that Azure checks on other resources: subnets, identities, environments, workspaces. */
  readonly linkedActions: readonly string[];
}

export function planTotals(report: Report): PlanTotals {
  const counts = new Map<string, { rule: string; action: string; resources: number }>();
  const totals = { requests: 0, queued: 0, resources: 0 };
  for (const { plan } of report.resources()) {
    if (!plan || plan.fixes.length === 0) continue;
    totals.resources += 1;
    totals.requests += plan.requests.length;
    totals.queued += plan.queued.length;
    for (const { rule, action } of plan.fixes) {
      const key = `${rule} ${action}`;
      const count = counts.get(key) ?? { rule, action, resources: 0 };
      count.resources += 1;
      counts.set(key, count);
    }
  }
  const fixing = new Set([...counts.values()].map(({ rule }) => rule));
  const { writer, linked } = rolesFor(report.rules.filter(({ id }) => fixing.has(id)));
  const hasFixes = fixing.size > 0;
  return {
    ...totals,
    rules: [...counts.values()].sort(
      (a, b) => a.action.localeCompare(b.action) || b.resources - a.resources || (a.rule < b.rule ? -1 : 1),
    ),
    actions: hasFixes ? actionsOf(writer.strict) : [],
    linkedActions: hasFixes ? actionsOf(linked) : [],
  };
}

export interface ResourcePlan {
  readonly resource: ResourceView;
  readonly requests: readonly PlannedRequest[];
  readonly queued: readonly PlannedRequest[];
}

/** The requests, resource by resource. */
export function* plansOf(report: Report): Generator<ResourcePlan> {
  for (const { resource, plan } of report.resources()) {
    if (plan && plan.fixes.length > 0) yield { resource, requests: plan.requests, queued: plan.queued };
  }
}

/** What becomes of a violation under mode autofix. */
export const PLAN_WORDS: Readonly<Record<string, string>> = {
  fix: 'fixed at once',
  hold: 'fixed when its window or freeze allows',
  queue: 'fixed after an approval',
};
