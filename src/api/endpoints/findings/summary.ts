/**
 * The summary of findings, approvals and fixes, from counts that are kept with the rows: three requests, whatever there is.
 * Until the rows of an earlier version are counted, the lists are counted, so that the numbers are always right.
 */
import { type FindingCounts, partsOfLabel } from '../../../domain/decisions/finding-counts.ts';
import { DAY_MS, timeAfter } from '../../../domain/resources/durations.ts';
import { SEVERITIES, VERDICTS } from '../../../domain/rules/rule.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { TIMED_FIXES } from '../../../workflows/ports/metrics.ts';
import { countFindings, listFixes } from '../../../workflows/state/count-lists.ts';
import type { Summary } from './schemas.ts';

/** The ports that the summary reads. */
type Sources = Pick<Deps, 'counts' | 'approvals' | 'findings' | 'audit' | 'events'> & {
  readonly clock: Pick<Deps['clock'], 'now'>;
};

export async function readSummary(deps: Sources): Promise<Summary> {
  const now = deps.clock.now();
  const monthAgo = timeAfter(now, -30 * DAY_MS);
  const [findings, { heads }, fixes] = await Promise.all([
    deps.counts.readFindings().then((kept) => kept ?? countFindings(deps)),
    deps.approvals.listHeads({ status: ['pending'] }),
    deps.counts.readFixes(monthAgo).then((kept) => kept ?? listFixes(deps, monthAgo)),
  ]);
  const dayAgo = timeAfter(now, -DAY_MS).toISOString();
  const timed = fixes.flatMap(({ seconds }) => seconds ?? []).slice(0, TIMED_FIXES);
  return {
    ...postureOf(findings),
    approvals: { pending: heads.length, oldestAt: heads.map(({ requestedAt }) => requestedAt).sort()[0] ?? null },
    fixes: { last24h: fixes.filter(({ at }) => at >= dayAgo).length, last30d: fixes.length },
    meanTimeToFixSeconds: timed.length === 0 ? null : timed.reduce((sum, one) => sum + one, 0) / timed.length,
  };
}

function postureOf({
  resources,
  findings,
}: FindingCounts): Pick<Summary, 'resources' | 'byVerdict' | 'bySeverity' | 'byRule'> {
  const byVerdict = zeros(VERDICTS);
  const bySeverity = zeros(SEVERITIES);
  const rules = new Map<string, number>();
  for (const [label, count] of Object.entries(findings)) {
    const { rule, verdict, severity } = partsOfLabel(label);
    const violations = verdict === 'violation' ? count : 0;
    byVerdict[verdict] = (byVerdict[verdict] ?? 0) + count;
    bySeverity[severity] = (bySeverity[severity] ?? 0) + violations;
    rules.set(rule, (rules.get(rule) ?? 0) + violations);
  }
  const byRule = [...rules]
    .map(([rule, violations]) => ({ rule, violations }))
    .sort((a, b) => b.violations - a.violations || (a.rule < b.rule ? -1 : 1));
  return { resources, byVerdict, bySeverity, byRule };
}

function zeros(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 0]));
}
