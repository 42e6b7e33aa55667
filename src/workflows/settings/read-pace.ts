/**
 * The pace of sweeps, scans and requests: by reads, at most half of what Resource Manager gives a subscription. Whoever
 * queues looks reserves the time of their reads in a row that all instances share. When messages were late and became
 * visible together, the process that handles them spaces them out.
 */
import { reserveReads, secondsUntilRead } from '../../domain/decisions/read-pace.ts';
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { rulesFor, type Settings } from '../../domain/rules/settings.ts';
import type { Deps, SweepPorts } from '../ports/deps.ts';
import type { WorkMessage } from '../ports/work.ts';

/**
 * The reads that a look at a resource takes: one for each document of its own. Documents that many resources share are
 * read once in ten minutes, and are not counted.
 */
export function readsOfLook(deps: Pick<Deps, 'rules' | 'options'>, settings: Settings, id: string): number {
  const resource = parseResourceId(id);
  if (!resource) return 1;
  const rules = rulesFor(settings, deps.rules, resource, { workspaceId: deps.options.workspaceId });
  const named = rules.flatMap(({ rule, parameters }) => rule.requiredDocuments?.(parameters) ?? rule.documents);
  const own = [...new Set<DocumentName>(['resource', ...named])].filter((name) => {
    const definition = documentOf(resource.kind, name);
    return definition !== null && definition.shared !== true;
  });
  return own.length;
}

/** Queues looks, in this order, each when its reads may begin. Returns the seconds until the reads after them may. */
export async function queueLooks(
  deps: Deps,
  subscriptionId: string,
  settings: Settings,
  messages: readonly WorkMessage[],
): Promise<number> {
  const perSecond = deps.options.pauses.sweepReadsPerSecond;
  const planned = messages.map((message) => ({ ...message, reads: readsOfLook(deps, settings, message.resource) }));
  const total = planned.reduce((sum, { reads }) => sum + reads, 0) / perSecond;
  const now = deps.clock.now();
  const reservation = { from: (await deps.sweepRuns.reserve(subscriptionId, total, now)).getTime() };
  let before = 0;
  for (const message of planned) {
    await deps.sweeps.send(message, secondsUntilRead(reservation, before, now.getTime()));
    before += message.reads / perSecond;
  }
  return secondsUntilRead(reservation, total, now.getTime());
}

/** The pace of one process; its reservations are not stored. */
export function createReadPace(readsPerSecond: number, now: () => Date): SweepPorts['pace'] {
  const until = new Map<string, number>();
  return {
    reserve(subscriptionId, reads) {
      const at = now().getTime();
      const reservation = reserveReads(until.get(subscriptionId) ?? 0, reads / readsPerSecond, at);
      if (until.size >= MAX_SUBSCRIPTIONS) until.clear();
      until.set(subscriptionId, reservation.until);
      return Math.max(0, (reservation.from - at) / SECOND_MS);
    },
  };
}

/** Bounded, because messages can name any subscription. */
const MAX_SUBSCRIPTIONS = 1000;
