/**
 * The health gate: whether Plumbline's identity may read metrics, what its gates have found, and how Azure Monitor answers for
 * the scratch app. Names, lag and missing minutes of metrics could not be verified before a deployment.
 */
import { z } from 'zod';
import { LAG_MINUTES } from '../../src/domain/health/metrics.ts';
import { MINUTE_MS, timeAfter } from '../../src/domain/resources/durations.ts';
import { METRICS_READ } from '../../src/domain/rules/permissions.ts';
import type { Check, CheckContext } from './checks.ts';
import { checkAction } from './identity-action.ts';
import { notSeen, otherwise, type Seen, seen } from './observation.ts';

export const metrics: Check = {
  name: 'metrics can be read',
  run: (context) =>
    checkAction(context, {
      action: METRICS_READ,
      use: gateCounts,
      without: 'health gates see the state of an app only, so most apps that a fix breaks are not noticed',
    }),
};

async function gateCounts({ service }: CheckContext): Promise<string> {
  const { body } = await service.ask('/metrics', { signedIn: true });
  const counts = [...String(body).matchAll(/^plumbline_health_gates_total\{outcome="(\w+)"\} (\d+)$/gm)];
  if (counts.length === 0) return 'no health gate has ended yet';
  return `health gates have ended: ${counts.map(([, outcome, count]) => `${outcome} ${count}`).join(', ')}`;
}

const explained = z.object({
  healthGates: z.array(z.object({ status: z.string(), reasons: z.array(z.object({ text: z.string() })) })).default([]),
});

/** What the last gate of the scratch app found. It ends after the run that began it, so the next run shows it. */
export async function lastGate({ service, deployment }: CheckContext): Promise<Seen> {
  const found = await service.get(`/explain?resource=${encodeURIComponent(deployment.app.id)}`, explained);
  const ended = found?.healthGates.find(({ status }) => status !== 'open');
  if (!ended) return notSeen('no health gate of the scratch app has ended within seven days; --drift begins one');
  const said = `${ended.status}: ${ended.reasons.map(({ text }) => text).join(' ')}`;
  return /cannot be read|Azure Monitor has no|without metrics/.test(said) ? otherwise(said) : seen(said);
}

const MINUTES = 30;

/** Asks as a health gate does, as the user who runs the command. */
export async function latestMetrics({ deployment: { health, app } }: CheckContext): Promise<Seen> {
  if (health === null) return notSeen('only a deployment in Azure is asked');
  const now = new Date();
  const answer = await health.readMetrics(app, timeAfter(now, -MINUTES * MINUTE_MS), now);
  if (answer.kind === 'unread') {
    return /AuthorizationFailed/.test(answer.text) ? notSeen(`you may not: ${answer.text}`) : otherwise(answer.text);
  }
  const known = answer.points.filter(({ requests }) => requests !== null);
  const busy = known.filter(({ requests }) => (requests ?? 0) > 0);
  const checks = `${answer.healthChecks.length} points of its health check`;
  const shown = `${known.length} of the last ${MINUTES} minutes have a number of requests, ${known.length - busy.length} of them 0; ${checks}`;
  const newest = busy.map(({ at }) => Date.parse(at) + MINUTE_MS).sort((a, b) => b - a)[0];
  if (newest === undefined) return notSeen(`the app had no requests, so the lag does not show: ${shown}`);
  const age = (now.getTime() - newest) / MINUTE_MS;
  return seen(
    `the newest minute with requests ended ${age.toFixed(1)} min ago (a gate waits ${LAG_MINUTES}); ${shown}`,
  );
}
