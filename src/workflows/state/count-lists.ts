/** Counts the lists themselves, which costs a request for each page: while no counts are kept yet, and in tests. */
import { briefOf, type ResourceBrief } from '../../domain/decisions/finding-briefs.ts';
import { countLabels, type FindingCounts, findingLabel } from '../../domain/decisions/finding-counts.ts';
import { secondsBetween } from '../../domain/resources/durations.ts';
import type { Deps } from '../ports/deps.ts';
import { type AppliedFix, TIMED_FIXES } from '../ports/metrics.ts';
import { collect, paginate } from '../ports/storage.ts';

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

/** What becomes of all resources in brief. */
export interface BriefVisitor {
  visit(brief: ResourceBrief): void;
}

/**
 * Shows every resource that has findings to a visitor, in no order, and returns the visitor. While findings of an earlier
 * version are missing in the briefs, the list itself is read.
 */
export async function visitResources<V extends BriefVisitor>(deps: Pick<Deps, 'findings'>, begin: () => V): Promise<V> {
  const visited = await visitBriefs(deps, begin());
  if (visited !== null) return visited;
  const visitor = begin();
  for (const brief of (await listBriefs(deps)).values()) visitor.visit(brief);
  return visitor;
}

/** The same, but null while findings of an earlier version are missing. */
export async function visitBriefs<V extends BriefVisitor>(
  { findings }: Pick<Deps, 'findings'>,
  visitor: V,
): Promise<V | null> {
  return (await findings.visitBriefs((brief) => visitor.visit(brief))) ? visitor : null;
}

async function listBriefs({ findings }: Pick<Deps, 'findings'>): Promise<ReadonlyMap<string, ResourceBrief>> {
  const briefs = new Map<string, ResourceBrief>();
  for await (const finding of paginate((page) => findings.list({}, page))) {
    const key = finding.resource.id.toLowerCase();
    const one = briefOf(finding.resource.id, [finding], null);
    const known = briefs.get(key);
    if (one) briefs.set(key, known ? mergeBriefs(known, one) : one);
  }
  return briefs;
}

function mergeBriefs(known: ResourceBrief, one: ResourceBrief): ResourceBrief {
  const evaluatedAt = known.evaluatedAt < one.evaluatedAt ? one.evaluatedAt : known.evaluatedAt;
  return { ...known, evaluatedAt, findings: [...known.findings, ...one.findings] };
}
