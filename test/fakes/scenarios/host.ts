/**
 * The platform around the workflows. Event Grid delivers an event until it is accepted. A queue delivers a message
 * until it is handled or has failed too often. Housekeeping runs when a wakeup is due. Users and timers repeat what
 * failed. Only the host moves the clock.
 */

import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { type DecisionRequest, recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { type RollbackRequest, requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import {
  clearFailure,
  recordDeadLetter,
  recordFailure,
} from '../../../src/workflows/dead-letters/record-dead-letter.ts';
import { receiveEvent } from '../../../src/workflows/events/receive-event.ts';
import { runHousekeeping } from '../../../src/workflows/housekeeping/housekeeping.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { sweepMessage, workMessage } from '../../../src/workflows/ports/work.ts';
import { throttledDeps } from '../azure/throttled.ts';
import type { FakeDeps } from '../deps.ts';
import type { QueuedMessage, QueuedSweep } from '../stores/queues.ts';
import { Crash } from '../wrappers/crashing.ts';
import { handleSweepWork, handleWork } from './handle.ts';

const DELIVERIES = 10;
/** Housekeeping misses a message of a health gate this long after its time. */
const LATE_MS = 2 * 60_000 + 1;
/** A message becomes visible again this long after its handler threw: `visibilityTimeout` in host.json. */
const AFTER_ERROR_SECONDS = 30;
/** A request that fails this often is a fault of the test or of the code under test. */
const PATIENCE = 50;

export interface HostOptions {
  /** The ports that the workflows use; by default the fakes themselves. */
  readonly ports?: Deps;
  /** How long a message stays invisible after its process crashed. */
  readonly afterCrashSeconds?: number;
  /** The default of `settle`; one hour. */
  readonly restSeconds?: number;
  /** Called after a crash, before the next action. */
  restart?(): void;
  /** Called before each action: a request, a message, a run of housekeeping. */
  onAction?(): void;
}

export interface Host {
  /** Runs an action of a user or a timer, and repeats it until it succeeds. Throws Refusal. */
  ask<T>(action: (deps: Deps) => Promise<T>): Promise<T>;
  /** Event Grid delivers an event, and repeats it until it is accepted. */
  deliver(event: JsonObject): Promise<void>;
  /** A user decides. Throws Refusal. */
  decide(request: DecisionRequest): Promise<Approval>;
  /** A user requests a rollback. Throws Refusal. */
  rollBack(request: RollbackRequest): Promise<Approval>;
  /** Handles the next visible message; false when there is none. */
  work(): Promise<boolean>;
  /** Moves the clock and handles everything that is due within so many seconds. */
  settle(withinSeconds?: number): Promise<void>;
}

export function createHost(deps: FakeDeps, options: HostOptions = {}): Host {
  const { stored, clock } = deps;
  /** A process: its throttling policy remembers until it ends. */
  const start = () => throttledDeps(options.ports ?? deps);
  let ports: Deps = start();
  /** Milliseconds. */
  let housekeptAt = Number.NEGATIVE_INFINITY;

  /** Runs an action and restarts the process after a crash. Returns the error, or null. */
  async function survive(action: () => Promise<unknown>): Promise<{ error: unknown } | null> {
    options.onAction?.();
    try {
      await action();
      return null;
    } catch (error) {
      if (error instanceof Crash) {
        options.restart?.();
        ports = start();
      }
      return { error };
    }
  }

  /** The message of both queues that becomes visible first; at the same time one of a sweep comes last. */
  function earliest(): Queued | undefined {
    const [fast, slow] = [firstOf(stored.queue), firstOf(stored.sweeps)];
    if (fast && (!slow || fast.visibleAt <= slow.visibleAt)) {
      const done = () => void stored.queue.splice(stored.queue.indexOf(fast), 1);
      return { taken: fast, queue: 'reconcile', done, run: () => handleWork(ports, workMessage.parse(fast.message)) };
    }
    if (!slow) return undefined;
    const done = () => void stored.sweeps.splice(stored.sweeps.indexOf(slow), 1);
    return { taken: slow, queue: 'sweep', done, run: () => handleSweepWork(ports, sweepMessage.parse(slow.message)) };
  }

  async function handle({ taken, queue, done, run }: Queued): Promise<void> {
    taken.taken += 1;
    if (taken.taken > DELIVERIES) {
      if ((await survive(() => recordDeadLetter(ports, queue, taken.message))) === null) done();
      // The poison queue repeats its deliveries, too.
      else taken.visibleAt = clock.now().getTime() + AFTER_ERROR_SECONDS * 1000;
      return;
    }
    taken.visibleAt = clock.now().getTime() + (options.afterCrashSeconds ?? AFTER_ERROR_SECONDS) * 1000;
    const failure = await survive(async () => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof Crash)) await recordFailure(ports, taken.message, error);
        throw error;
      }
      if (taken.taken > 1) await clearFailure(ports, taken.message);
    });
    if (failure === null) done();
    else if (!(failure.error instanceof Crash)) taken.visibleAt = clock.now().getTime() + AFTER_ERROR_SECONDS * 1000;
  }

  async function ask<T>(action: (deps: Deps) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      let answer: { readonly value: T } | undefined;
      const failure = await survive(async () => {
        answer = { value: await action(ports) };
      });
      if (answer && failure === null) return answer.value;
      if (failure?.error instanceof Refusal || tries === PATIENCE) throw failure?.error;
      clock.advance(5);
    }
  }

  /** When the next wakeup is due for housekeeping, which runs every minute, by the clock of the workflows. */
  function nextAlarm(): number {
    const ahead = ports.clock.now().getTime() - clock.now().getTime();
    // The message of a health gate may be lost: housekeeping sends it again when it is late.
    let gate: string | null = null;
    for (const { value } of stored.openGates.values()) {
      const at = value.next?.at ?? value.startedAt;
      if (gate === null || at < gate) gate = at;
    }
    const late = gate === null ? Number.POSITIVE_INFINITY : Date.parse(gate) + LATE_MS;
    return Math.max(housekeptAt + 60_000, Math.min(late, ...[...stored.wakeups.values()].map(({ at }) => at - ahead)));
  }

  return {
    ask,

    deliver: (event) => ask((baseDeps) => receiveEvent(baseDeps, event)),
    decide: (request) => ask((baseDeps) => recordDecision(baseDeps, request)),
    rollBack: (request) => ask((baseDeps) => requestRollback(baseDeps, request)),

    async work() {
      const next = earliest();
      if (next === undefined || next.taken.visibleAt > clock.now().getTime()) return false;
      await handle(next);
      return true;
    },

    async settle(withinSeconds = options.restSeconds ?? 3600) {
      const end = clock.now().getTime() + withinSeconds * 1000;
      for (let steps = 0; steps < 2000; steps += 1) {
        const message = earliest()?.taken.visibleAt ?? Number.POSITIVE_INFINITY;
        const alarm = nextAlarm();
        const next = Math.min(message, alarm);
        if (next > Math.max(end, clock.now().getTime())) return;
        clock.advanceTo(new Date(next));
        if (message <= clock.now().getTime()) await this.work();
        else {
          housekeptAt = clock.now().getTime();
          await survive(() => runHousekeeping(ports));
        }
      }
      throw new Error(`the queues never become empty: ${JSON.stringify(stored.queue)}`);
    },
  };
}

interface Queued {
  readonly taken: QueuedMessage | QueuedSweep;
  readonly queue: string;
  done(): void;
  run(): Promise<unknown>;
}

function firstOf<T extends { readonly visibleAt: number; readonly id: number }>(queue: readonly T[]): T | undefined {
  let first: T | undefined;
  for (const one of queue) {
    if (!first || one.visibleAt < first.visibleAt || (one.visibleAt === first.visibleAt && one.id < first.id))
      first = one;
  }
  return first;
}
