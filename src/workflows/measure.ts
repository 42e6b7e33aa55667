/** What operators look at, measured in a bounded number of requests however much there is. Nothing is changed by it. */
import type { Mode } from '../domain/settings.ts';
import type { Tally } from '../domain/tally.ts';
import { currentSettings } from './change-settings.ts';
import type { Meters, World } from './ports.ts';

export interface Measures {
  readonly mode: Mode;
  readonly stopped: boolean;
  /** Since housekeeping last ran; null: it never did. */
  readonly heartbeatAgeSeconds: number | null;
  readonly approvals: { readonly waiting: number; readonly oldestSeconds: number };
  readonly deadLetters: number;
  readonly queues: readonly { readonly name: string; readonly messages: number; readonly oldestSeconds: number }[];
  readonly counted: Tally;
}

/** Throws StorageUnavailable. */
export async function measure(world: World, meters: Meters): Promise<Measures> {
  const [{ settings }, heartbeat, approvals, deadLetters, queues, counted] = await Promise.all([
    currentSettings(world),
    world.guards.heartbeat(),
    world.approvals.heads({ status: 'pending' }),
    world.deadLetters.count(),
    meters.queues(),
    meters.counted(),
  ]);
  const now = world.clock.now().getTime();
  const secondsSince = (at: string | null) => (at === null ? 0 : Math.max(0, (now - Date.parse(at)) / 1000));
  const oldest = approvals.heads.map(({ requestedAt }) => requestedAt).sort()[0] ?? null;
  return {
    mode: settings.mode,
    stopped: settings.stopped !== null,
    heartbeatAgeSeconds: heartbeat === null ? null : secondsSince(heartbeat),
    approvals: { waiting: approvals.heads.length, oldestSeconds: secondsSince(oldest) },
    deadLetters,
    queues: queues.map(({ name, messages, oldestAt }) => ({ name, messages, oldestSeconds: secondsSince(oldestAt) })),
    counted: { ...counted, left: freshOf(counted.left, now) },
  };
}

/** What Azure said longer ago says nothing any more: each second adds to what it would take. */
const FRESH_MS = 15 * 60_000;

function freshOf(left: Tally['left'], now: number): Tally['left'] {
  return Object.fromEntries(Object.entries(left).filter(([, { at }]) => Math.abs(now - Date.parse(at)) <= FRESH_MS));
}

/** Every five minutes, one line: alerts and the workbook ask it how things stand, and its absence tells that nothing runs. */
export async function logMeasures(world: World, meters: Meters): Promise<void> {
  const { mode, stopped, approvals, deadLetters, queues, counted } = await measure(world, meters);
  const oldestMessageSeconds = Math.max(0, ...queues.map(({ oldestSeconds }) => oldestSeconds));
  world.log.info(
    {
      mode,
      stopped,
      approvalsWaiting: approvals.waiting,
      oldestApprovalSeconds: approvals.oldestSeconds,
      deadLetters,
      queues: Object.fromEntries(queues.map(({ name, messages }) => [name, messages])),
      oldestMessageSeconds,
      requestsLeft: Object.fromEntries(Object.entries(counted.left).map(([name, { requests }]) => [name, requests])),
    },
    'measured',
  );
}
