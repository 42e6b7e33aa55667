/**
 * Plays the platform around the workflows: Event Grid delivers until it is taken, the queue hands out a message until it is
 * handled or given up, housekeeping runs when an alarm is due, people repeat what failed. Time moves only here.
 */
import type { Approval } from '../../src/domain/approval.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { askRollback, type RollbackRequest } from '../../src/workflows/ask-rollback.ts';
import { buryMessage, noteFailure } from '../../src/workflows/bury-message.ts';
import { housekeep } from '../../src/workflows/housekeeping.ts';
import { sweepMessage, workMessage } from '../../src/workflows/messages.ts';
import type { World } from '../../src/workflows/ports.ts';
import { receiveEvent } from '../../src/workflows/receive-event.ts';
import { reconcile } from '../../src/workflows/reconcile.ts';
import { type DecisionRequest, recordDecision } from '../../src/workflows/record-decision.ts';
import { handleSweep } from '../../src/workflows/sweep.ts';
import { Crash } from './crashes.ts';
import type { QueuedSweep } from './memory-estate.ts';
import type { QueuedMessage } from './memory-work.ts';
import type { MemoryWorld } from './memory-world.ts';

const DELIVERIES = 10;
/** A message of a handler that threw shows again after this; host.json says so. */
const AFTER_ERROR_SECONDS = 30;

export interface HostOptions {
  /** What the workflows are given, when that is not the world itself. */
  readonly ports?: World;
  /** How long a message stays hidden when its process died. */
  readonly afterCrashSeconds?: number;
  /** Called when the process died, before anything goes on. */
  restart?(): void;
}

export interface Host {
  /** Event Grid delivers an event, and again until it is taken. */
  deliver(event: JsonObject): Promise<void>;
  /** A person decides, and repeats it when the process died meanwhile. Throws Refusal. */
  decide(request: DecisionRequest): Promise<Approval>;
  /** A person has a fix put back, and repeats it when the process died meanwhile. Throws Refusal. */
  rollBack(request: RollbackRequest): Promise<Approval>;
  /** Handles the next visible message; false when there is none. */
  work(): Promise<boolean>;
  /** Handles what comes up within so many seconds, moving the clock to it, until nothing does. */
  settle(withinSeconds?: number): Promise<void>;
}

export function createHost(world: MemoryWorld, options: HostOptions = {}): Host {
  const { stored, clock } = world;
  const ports = options.ports ?? world;

  /** Carries something out; after a crash the process starts again. False when it must be tried again. */
  async function survive(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      options.restart?.();
      return false;
    }
  }

  /** What waits on both queues; of messages that show at the same time, those of the slow one come last. */
  function waiting(): Queued[] {
    const fast = stored.queue.map((taken): Queued => {
      const done = () => void stored.queue.splice(stored.queue.indexOf(taken), 1);
      return { taken, queue: 'reconcile', done, run: () => reconcile(ports, workMessage.parse(taken.message)) };
    });
    const slow = stored.sweeps.map((taken): Queued => {
      const done = () => void stored.sweeps.splice(stored.sweeps.indexOf(taken), 1);
      return { taken, queue: 'sweep', done, run: () => handleSweep(ports, sweepMessage.parse(taken.message)) };
    });
    return [...fast, ...slow];
  }

  async function handle({ taken, queue, done, run }: Queued): Promise<void> {
    taken.taken += 1;
    if (taken.taken > DELIVERIES) {
      if (await survive(() => buryMessage(ports, queue, taken.message))) done();
      return;
    }
    taken.visibleAt = clock.now().getTime() + (options.afterCrashSeconds ?? AFTER_ERROR_SECONDS) * 1000;
    let failed = false;
    const lived = await survive(async () => {
      try {
        await run();
      } catch (error) {
        if (error instanceof Crash) throw error;
        await noteFailure(ports, taken.message, error);
        failed = true;
      }
    });
    if (failed) taken.visibleAt = clock.now().getTime() + AFTER_ERROR_SECONDS * 1000;
    else if (lived) done();
  }

  async function repeated(action: () => Promise<Approval>): Promise<Approval> {
    for (;;) {
      let decided: Approval | undefined;
      await survive(async () => {
        decided = await action();
      });
      if (decided) return decided;
      clock.advance(5);
    }
  }

  return {
    async deliver(event) {
      while (!(await survive(() => receiveEvent(ports, event)))) clock.advance(10);
    },

    decide: (request) => repeated(() => recordDecision(ports, request)),
    rollBack: (request) => repeated(() => askRollback(ports, request)),

    async work() {
      const now = clock.now().getTime();
      const next = earliest(waiting().filter(({ taken }) => taken.visibleAt <= now));
      if (next) await handle(next);
      return next !== undefined;
    },

    async settle(withinSeconds = 3600) {
      const end = clock.now().getTime() + withinSeconds * 1000;
      for (let steps = 0; steps < 2000; steps += 1) {
        const message = earliest(waiting())?.taken.visibleAt ?? Number.POSITIVE_INFINITY;
        const alarm = Math.min(Number.POSITIVE_INFINITY, ...[...stored.alarms.values()].map(({ at }) => at));
        const next = Math.min(message, alarm);
        if (next > Math.max(end, clock.now().getTime())) return;
        clock.advanceTo(new Date(next));
        if (message <= clock.now().getTime()) await this.work();
        else await survive(() => housekeep(ports));
      }
      throw new Error(`it never comes to rest: ${JSON.stringify(stored.queue)}`);
    },
  };
}

interface Queued {
  readonly taken: QueuedMessage | QueuedSweep;
  readonly queue: string;
  done(): void;
  run(): Promise<unknown>;
}

function earliest(queued: readonly Queued[]): Queued | undefined {
  const order = ({ queue }: Queued) => (queue === 'sweep' ? 1 : 0);
  return [...queued].sort(
    (a, b) => a.taken.visibleAt - b.taken.visibleAt || order(a) - order(b) || a.taken.id - b.taken.id,
  )[0];
}
