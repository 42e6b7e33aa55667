/**
 * Looks at neighbours before a fix is blamed: other apps of the same kind in the resource group that Plumbline did not write
 * meanwhile. When one of them fell ill at the same time, the cause is not known. Nothing is read unless an app looks worse.
 */
import type { HealthGate } from '../../domain/health/gate.ts';
import { judgeHealthCheck } from '../../domain/health/health-check.ts';
import { BEFORE_MINUTES, judgeMetrics, windowOf } from '../../domain/health/metrics.ts';
import { MINUTE_MS, timeAfter } from '../../domain/resources/durations.ts';
import { parseResourceId, type Resource } from '../../domain/resources/resource.ts';
import type { Deps } from '../ports/deps.ts';
import { collect, paginate } from '../ports/storage.ts';

const MOST_NEIGHBOURS = 5;
/** An app that answered so many requests before was not ill then. */
const FEWEST_ANSWERED = 10;
const NOT_READ = { points: [], healthChecks: [] };

/** A neighbour that fell ill since the write, as a sentence; null when none did. */
export async function illNeighbour(deps: Deps, gate: HealthGate, maximumErrorShare: number): Promise<string | null> {
  const resource = parseResourceId(gate.resource.id);
  if (!resource) return null;
  for (const neighbour of await neighboursOf(deps, gate, resource)) {
    const readAt = deps.clock.now();
    const startedAt = new Date(gate.startedAt);
    const { from, to } = windowOf(startedAt, readAt);
    const [state, metrics] = await Promise.all([
      deps.health.readState(neighbour),
      deps.health.readMetrics(neighbour, from, to),
    ]);
    const { points, healthChecks } = metrics.kind === 'read' ? metrics : NOT_READ;
    const before = points.filter(({ at }) => timeAfter(at, MINUTE_MS) <= startedAt);
    const answered = before.reduce((sum, { requests, failed }) => sum + (requests ?? 0) - (failed ?? 0), 0);
    const isIllNow = state.condition === 'ill' && answered >= FEWEST_ANSWERED;
    const isWorse =
      judgeHealthCheck(healthChecks, { startedAt, readAt })?.kind === 'worse' ||
      judgeMetrics({ points, startedAt, readAt, maximumErrorShare }).kind === 'worse';
    if (isIllNow || isWorse) {
      return `${neighbour.name}, which was not written, fell ill at the same time`;
    }
  }
  return null;
}

async function neighboursOf(deps: Deps, gate: HealthGate, resource: Resource): Promise<Resource[]> {
  const group = resource.id.split('/').slice(0, 5).join('/');
  const since = timeAfter(gate.startedAt, -BEFORE_MINUTES * MINUTE_MS).toISOString();
  const [keys, ended, open] = await Promise.all([
    deps.findings.listResources(group, '', null),
    collect(paginate((page) => deps.healthGates.list({ scope: group, endedSince: since }, page))),
    collect(paginate((page) => deps.healthGates.list({ scope: group, status: ['open', 'worse'] }, page))),
  ]);
  const written = new Set([...ended, ...open].map((one) => one.resource.id.toLowerCase()));
  return keys
    .filter((key) => key !== resource.key && !written.has(key))
    .flatMap((key) => parseResourceId(key) ?? [])
    .filter(({ kind }) => kind === resource.kind)
    .slice(0, MOST_NEIGHBOURS);
}
