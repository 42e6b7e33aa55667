/** Counts the lists themselves, which costs a request for each page: while no counts are kept yet, and in tests. */
import { countLabels, type FindingCounts, findingLabel } from '../../domain/decisions/finding-counts.ts';
import { secondsBetween } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';
import { type AppliedFix, TIMED_FIXES } from '../ports/metrics.ts';
import { collect, paginate } from '../ports/pages.ts';

export async function countFindings(deps: Pick<Deps, 'findings'>): Promise<FindingCounts> {
  const resources = new Set<string>();
  const labels: string[] = [];
  for await (const finding of paginate((page) => deps.findings.list({}, page))) {
    resources.add(finding.resource.id.toLowerCase());
    labels.push(findingLabel(finding));
  }
  return { resources: resources.size, findings: countLabels(labels).findings };
}

/** The applied fixes since a time, newest first. Only the latest of those that an event led to have a duration. */
export async function listFixes({ audit, events }: Pick<Deps, 'audit' | 'events'>, since: Date): Promise<AppliedFix[]> {
  const query = { kind: 'fix.applied', from: since.toISOString() } as const;
  const entries = await collect(paginate((page) => audit.list(query, page)));
  const timed = entries.filter(({ trigger }) => trigger?.eventId !== undefined).slice(0, TIMED_FIXES);
  const ids = [...new Set(timed.map(({ trigger }) => trigger?.eventId ?? ''))];
  const received = new Map(
    await Promise.all(ids.map(async (id) => [id, (await events.findById(id))?.receivedAt] as const)),
  );
  return entries.map((entry) => {
    const from = timed.includes(entry) ? received.get(entry.trigger?.eventId ?? '') : undefined;
    return { at: entry.at, seconds: from === undefined ? null : Math.max(0, secondsBetween(from, entry.at)) };
  });
}
