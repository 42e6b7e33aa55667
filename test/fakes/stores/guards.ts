/** The heartbeat of the service, the subscriptions that Azure throttles, and the roll-outs. */
import { createHash } from 'node:crypto';
import type { Rollout } from '../../../src/domain/approvals/rollout.ts';
import { longestThrottle, type Throttle } from '../../../src/domain/decisions/throttle.ts';
import type { Guards, Requester, Rollouts } from '../../../src/workflows/ports/guards.ts';
import { isPlainId, newestFirst, nextRow, pageOf, type Row, versioned } from './rows.ts';

export interface StoredGuards {
  heartbeat: string | null;
  readonly throttles: Map<string, Throttle>;
  /** Of sweeps alone. */
  readonly sweepThrottles?: Map<string, Throttle>;
}

export function fakeGuards(stored: StoredGuards): Guards {
  const { throttles, sweepThrottles = new Map<string, Throttle>() } = stored;
  const throttleOf = (subscriptionId: string, requester: Requester = 'change') => {
    const followed = requester === 'sweep' ? [throttles, sweepThrottles] : [throttles];
    return longestThrottle(followed.flatMap((one) => one.get(subscriptionId.toLowerCase()) ?? []));
  };
  return {
    read: async (subscriptionId, requester) => ({
      heartbeat: stored.heartbeat,
      throttle: throttleOf(subscriptionId, requester),
    }),
    readThrottle: async (subscriptionId, requester) => throttleOf(subscriptionId, requester),
    readHeartbeat: async () => stored.heartbeat,
    writeHeartbeat: async (at) => {
      stored.heartbeat = at.toISOString();
    },
    storeThrottle: async (subscriptionId, throttle, requester) => {
      const rows = requester === 'sweep' ? sweepThrottles : throttles;
      const key = subscriptionId.toLowerCase();
      const before = rows.get(key);
      if (!before || before.until < throttle.until) rows.set(key, throttle);
    },
  };
}

/** Roll-outs under versions, newest first by their ids. */
export function fakeRollouts(rows: Map<string, Row<Rollout>>): Rollouts {
  const listOpen: Rollouts['listOpen'] = async () =>
    [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .filter(([, { value }]) => !value.isReleased || value.outbox.length > 0)
      .flatMap(([, row]) => versioned(row) ?? []);
  return {
    idOf: ({ at, revision, rule, scope }) => {
      const hash = createHash('sha256').update(`${revision} ${rule} ${scope}`).digest('hex');
      return `r${newestFirst(at)}${hash.slice(0, 12)}`;
    },
    get: async (id) => (isPlainId(id) ? versioned(rows.get(id)) : null),
    save: async (one, version) => {
      const saved = nextRow(rows.get(one.id), one, version);
      rows.set(one.id, saved);
      return String(saved.version);
    },
    remove: async (id) => {
      rows.delete(id);
    },
    listOpen,
    listRecentOpen: listOpen,
    list: async (statuses, page) =>
      pageOf(
        [...rows.values()].map(({ value }) => value).filter(({ status }) => statuses?.includes(status) ?? true),
        ({ id }) => id,
        page,
      ),
    removeBefore: async (at) => {
      for (const [id, { value }] of rows) if (value.isReleased && value.startedAt < at.toISOString()) rows.delete(id);
    },
  };
}
