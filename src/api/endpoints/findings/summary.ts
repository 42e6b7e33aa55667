/** The summary of findings, approvals and fixes. It is counted from the lists that the API shows, so that both always agree. */
import type { AuditEntry } from '../../../domain/audit/audit.ts';
import type { Finding } from '../../../domain/decisions/finding.ts';
import { DAY_MS, secondsBetween } from '../../../domain/resources/durations.ts';
import { SEVERITIES, type Severity, VERDICTS, type Verdict } from '../../../domain/rules/rule.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { collect, paginate } from '../../../workflows/ports/pages.ts';
import type { Summary } from './schemas.ts';

/** The mean covers this many of the latest fixes that an event led to, so that the number of reads is limited. */
const SAMPLE = 100;

export async function readSummary(deps: Deps): Promise<Summary> {
  const now = deps.clock.now().getTime();
  const [posture, approvals, fixes] = await Promise.all([
    countFindings(paginate((page) => deps.findings.list({}, page))),
    readPendingApprovals(deps),
    collect(
      paginate((page) =>
        deps.audit.list({ kind: 'fix.applied', from: new Date(now - 30 * DAY_MS).toISOString() }, page),
      ),
    ),
  ]);
  return {
    ...posture,
    approvals,
    fixes: {
      last24h: fixes.filter(({ at }) => Date.parse(at) >= now - DAY_MS).length,
      last30d: fixes.length,
    },
    meanTimeToFixSeconds: await meanTimeToFix(deps, fixes),
  };
}

async function countFindings(findings: AsyncIterable<Finding>) {
  const resources = new Set<string>();
  const verdicts = new Map<Verdict, number>();
  const severities = new Map<Severity, number>();
  const rules = new Map<string, number>();
  for await (const { resource, verdict, severity, rule } of findings) {
    const violation = verdict === 'violation' ? 1 : 0;
    resources.add(resource.id.toLowerCase());
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    severities.set(severity, (severities.get(severity) ?? 0) + violation);
    rules.set(rule, (rules.get(rule) ?? 0) + violation);
  }
  return {
    resources: resources.size,
    byVerdict: countsFor(VERDICTS, verdicts),
    bySeverity: countsFor(SEVERITIES, severities),
    byRule: [...rules]
      .map(([rule, violations]) => ({ rule, violations }))
      .sort((a, b) => b.violations - a.violations || (a.rule < b.rule ? -1 : 1)),
  };
}

async function readPendingApprovals({ approvals }: Deps): Promise<Summary['approvals']> {
  let pending = 0;
  let oldestAt: string | null = null;
  for await (const { requestedAt } of paginate((page) => approvals.list({ status: 'pending' }, page))) {
    pending += 1;
    if (oldestAt === null || requestedAt < oldestAt) oldestAt = requestedAt;
  }
  return { pending, oldestAt };
}

/** `fixes` newest first. */
async function meanTimeToFix({ events }: Deps, fixes: readonly AuditEntry[]): Promise<number | null> {
  const caused = fixes
    .flatMap(({ at, trigger }) => (trigger?.eventId ? [{ at, eventId: trigger.eventId }] : []))
    .slice(0, SAMPLE);
  const received = new Map(
    await Promise.all(
      [...new Set(caused.map(({ eventId }) => eventId))].map(
        async (eventId) => [eventId, (await events.findById(eventId))?.receivedAt] as const,
      ),
    ),
  );
  const seconds = caused.flatMap(({ at, eventId }) => {
    const from = received.get(eventId);
    return from === undefined ? [] : [Math.max(0, secondsBetween(from, at))];
  });
  return seconds.length === 0 ? null : seconds.reduce((sum, one) => sum + one, 0) / seconds.length;
}

function countsFor<K extends string>(keys: readonly K[], counts: ReadonlyMap<K, number>): Record<string, number> {
  return Object.fromEntries(keys.map((key) => [key, counts.get(key) ?? 0]));
}
