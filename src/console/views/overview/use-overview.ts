/** What the overview asks the API for: its numbers in one answer, and whether the log is whole. */
import { withQuery } from '../../api/client.ts';
import type { OverviewAnswer } from '../../api/types.ts';
import { useGet } from '../../state/use-get.ts';

export interface Asked {
  readonly scope: string;
  /** The first day of the period. */
  readonly first: string;
}

export function useOverview({ scope, first }: Asked) {
  const path = withQuery('/overview', { from: first, scope: scope || null });
  return {
    numbers: useGet<OverviewAnswer>(path, ['findings', 'approvals', 'audit']),
    log: useGet<{ valid: boolean; reason?: string }>('/audit/verify'),
  };
}
