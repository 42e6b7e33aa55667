/** What a decision about several approvals does, before it is made. */
import type { ApprovalBrief, Settings } from '../../api/types.ts';
import { isWithin } from '../../ui/scope/scope.ts';

export type Decision = 'approve' | 'reject';

/** From this many on the number has to be typed. */
export const MANY = 10;

export interface LeftOut {
  readonly reason: string;
  readonly items: readonly ApprovalBrief[];
}

/** The approvals that this person can decide, and the others by the reason why not. */
export function splitByRight(
  decision: Decision,
  items: readonly ApprovalBrief[],
): { readonly mine: readonly ApprovalBrief[]; readonly leftOut: readonly LeftOut[] } {
  const mine: ApprovalBrief[] = [];
  const others = new Map<string, ApprovalBrief[]>();
  for (const item of items) {
    const reason = refusalOf(decision, item);
    if (reason === null) mine.push(item);
    else others.set(reason, [...(others.get(reason) ?? []), item]);
  }
  return { mine, leftOut: [...others].map(([reason, left]) => ({ reason, items: left })) };
}

/** Whoever is an approver may reject what is pending; approving depends on the app, too. */
function refusalOf(decision: Decision, { status, mayDecide }: ApprovalBrief): string | null {
  if (decision === 'approve') return mayDecide.allowed ? null : (mayDecide.reason ?? 'You can’t approve this.');
  return status === 'pending' ? null : 'It is no longer pending.';
}

/** The number that has to be typed before; null when none. */
export function numberToType(decision: Decision, items: readonly ApprovalBrief[]): number | null {
  const isRisky = decision === 'approve' && items.some(({ rule }) => rule.impact === 'traffic');
  return items.length > MANY || (isRisky && items.length > 0) ? items.length : null;
}

export interface Effects {
  readonly traffic: number;
  readonly restarts: number;
  readonly revisions: number;
  readonly irreversible: number;
  /** Whose impact waits while their change window is closed. */
  readonly inWindow: number;
  readonly frozen: number;
  readonly apps: number;
}

type Scopes = Pick<Settings, 'scopes'>;

/** `settings` is null when they could not be read: then nothing is known of windows and freezes. */
export function effectsOf(items: readonly ApprovalBrief[], settings: Scopes | null, now: number): Effects {
  const count = (matches: (item: ApprovalBrief) => boolean) => items.filter(matches).length;
  const interrupts = ({ rule }: ApprovalBrief) => ['traffic', 'restart', 'new-revision'].includes(rule.impact);
  const scoped = (item: ApprovalBrief) =>
    (settings?.scopes ?? []).filter(({ scope }) => isWithin(item.resource.id, scope));
  return {
    traffic: count(({ rule }) => rule.impact === 'traffic'),
    restarts: count(({ rule }) => rule.impact === 'restart'),
    revisions: count(({ rule }) => rule.impact === 'new-revision'),
    irreversible: count(({ rule }) => !rule.reversible),
    inWindow: count((item) => interrupts(item) && scoped(item).some(({ window }) => window)),
    frozen: count((item) => scoped(item).some(({ frozen }) => frozen && Date.parse(frozen.until) > now)),
    apps: new Set(items.map(({ resource }) => resource.id.toLowerCase())).size,
  };
}
