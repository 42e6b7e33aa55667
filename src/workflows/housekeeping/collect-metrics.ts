/** Collects the metrics for operators, in a bounded number of requests. It changes nothing. */

import type { Rollout } from '../../domain/approvals/rollout.ts';
import type { Counters } from '../../domain/audit/counters.ts';
import { type Evidence, namesOf } from '../../domain/estate/evidence.ts';
import { MINUTE_MS } from '../../domain/resources/durations.ts';
import type { Mode } from '../../domain/resources/reasons.ts';
import { hasStages } from '../../domain/rules/rollout-starts.ts';
import type { Deps } from '../ports/deps.ts';
import type { MetricsSource } from '../ports/metrics.ts';
import { loadSettings } from '../settings/change-settings.ts';

export interface ServiceMetrics {
  readonly mode: Mode;
  readonly stopped: boolean;
  /** Scopes with a stop of their own. */
  readonly stoppedScopes: number;
  /** Seconds since housekeeping last ran; null when it never did. */
  readonly heartbeatAgeSeconds: number | null;
  readonly approvals: { readonly waiting: number; readonly oldestSeconds: number };
  readonly deadLetters: number;
  /** Open roll-outs. */
  readonly rollouts: Readonly<Record<'running' | 'stopped', number>>;
  readonly queues: readonly { readonly name: string; readonly messages: number; readonly oldestSeconds: number }[];
  readonly counters: Counters;
  /** What looks have shown about rows of Resource Graph: by type of row and leaf, in order. */
  readonly leaves: readonly LeafMetrics[];
}

export interface LeafMetrics {
  readonly type: string;
  readonly leaf: string;
  /** Looks that agreed since the last difference, and differences so far. */
  readonly agreed: number;
  readonly differed: number;
}

/** Throws StorageUnavailable. */
export async function collectMetrics(deps: Deps, metrics: MetricsSource): Promise<ServiceMetrics> {
  const [{ settings }, heartbeat, approvals, deadLetters, queues, counted, evidence] = await Promise.all([
    loadSettings(deps),
    deps.guards.readHeartbeat(),
    deps.approvals.listHeads({ status: ['pending'] }),
    deps.deadLetters.count(),
    metrics.readQueues(),
    metrics.readCounters(),
    deps.evidence.load(),
  ]);
  const open = hasStages(settings) ? await deps.rollouts.listOpen() : [];
  const rolloutsOf = (status: Rollout['status']) => open.filter(({ value }) => value.status === status).length;
  const now = deps.clock.now().getTime();
  const secondsSince = (at: string | null) => (at === null ? 0 : Math.max(0, (now - Date.parse(at)) / 1000));
  const oldest = approvals.heads.map(({ requestedAt }) => requestedAt).sort()[0] ?? null;
  return {
    mode: settings.mode,
    stopped: settings.stopped !== null,
    stoppedScopes: settings.scopes.filter((one) => one.stopped).length,
    heartbeatAgeSeconds: heartbeat === null ? null : secondsSince(heartbeat),
    approvals: { waiting: approvals.heads.length, oldestSeconds: secondsSince(oldest) },
    deadLetters,
    rollouts: { running: rolloutsOf('running'), stopped: rolloutsOf('stopped') },
    queues: queues.map(({ name, messages, oldestAt }) => ({ name, messages, oldestSeconds: secondsSince(oldestAt) })),
    counters: { ...counted, remaining: recentOf(counted.remaining, now) },
    leaves: evidence === null ? [] : leavesOf(evidence.value),
  };
}

function leavesOf({ leaves }: Evidence): LeafMetrics[] {
  return Object.entries(leaves)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { agreed, differed }]) => ({ ...namesOf(key), agreed, differed }));
}

/** An older quota is useless: each second adds to the requests that Azure takes. */
const MAX_AGE_MS = 15 * MINUTE_MS;

function recentOf(remaining: Counters['remaining'], now: number): Counters['remaining'] {
  return Object.fromEntries(
    Object.entries(remaining).filter(([, { at }]) => Math.abs(now - Date.parse(at)) <= MAX_AGE_MS),
  );
}

/** Logs one line every five minutes. Alerts and the workbook query it. When it is missing, nothing runs. */
export async function logMetrics(deps: Deps, metrics: MetricsSource): Promise<void> {
  const measured = await collectMetrics(deps, metrics);
  const { mode, stopped, stoppedScopes, approvals, deadLetters, rollouts, queues, counters } = measured;
  const oldestMessageSeconds = Math.max(0, ...queues.map(({ oldestSeconds }) => oldestSeconds));
  deps.log.info(
    {
      mode,
      stopped,
      stoppedScopes,
      approvalsWaiting: approvals.waiting,
      oldestApprovalSeconds: approvals.oldestSeconds,
      deadLetters,
      rolloutsStopped: rollouts.stopped,
      queues: Object.fromEntries(queues.map(({ name, messages }) => [name, messages])),
      oldestMessageSeconds,
      requestsLeft: Object.fromEntries(
        Object.entries(counters.remaining).map(([name, { requests }]) => [name, requests]),
      ),
    },
    'measured',
  );
}
