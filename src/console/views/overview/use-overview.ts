/** What the overview asks the API for: eleven calls, because each metric of the history is a call of its own. */

import { withQuery } from '../../api/client.ts';
import type { ApprovalBrief, FindingGroup, History, ListPage } from '../../api/types.ts';
import { type Loaded, useGet } from '../../state/use-get.ts';

/** As many as an answer has at most. */
export const MOST_EXPIRING = 100;

export interface Asked {
  readonly scope: string;
  /** The first day of the period. */
  readonly first: string;
}

export function useOverview({ scope, first }: Asked) {
  const resource = scope || null;
  const metric = (name: string) => withQuery('/history', { metric: name, step: 'day', from: first, scope: resource });
  const approvals = (query: Readonly<Record<string, string>>) =>
    withQuery('/approvals', { ...query, view: 'brief', total: 'true', resource });
  return {
    rules: useGet<{ items: readonly FindingGroup[] }>(withQuery('/findings', { group: 'rule', resource }), [
      'findings',
    ]),
    failing: useGet<History>(metric('failing')),
    compliance: useGet<History>(metric('compliance')),
    fixes: useGet<History>(metric('fixes'), ['audit']),
    timeToFix: useGet<History>(metric('timeToFix')),
    ages: useGet<History>(metric('approvals')),
    timeToDecision: useGet<History>(metric('timeToDecision')),
    expiring: useGet<ListPage<ApprovalBrief>>(
      approvals({ status: 'pending', sort: 'expires', limit: String(MOST_EXPIRING) }),
      ['approvals'],
    ),
    blocked: useGet<ListPage<ApprovalBrief>>(approvals({ status: 'blocked,unknown', limit: '1' }), ['approvals']),
    held: useGet<ListPage<object>>(
      withQuery('/findings', { decision: 'hold', view: 'brief', total: 'true', limit: 1, resource }),
      ['findings'],
    ),
    log: useGet<{ valid: boolean; reason?: string }>('/audit/verify'),
  };
}

export type Overview = ReturnType<typeof useOverview>;

/** The first error of several calls. */
export function firstError(calls: readonly Loaded<unknown>[]): Loaded<unknown> | undefined {
  return calls.find(({ error }) => error !== null);
}
