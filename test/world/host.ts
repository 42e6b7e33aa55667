/**
 * Plays the platform around the workflows: Event Grid delivers until it is taken, the queue hands out a message until it is
 * handled or given up, housekeeping runs when an alarm is due, people and timers repeat what failed. Time moves only here.
 */
import type { Approval } from '../../src/domain/approval.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { askRollback, type RollbackRequest } from '../../src/workflows/ask-rollback.ts';
import { buryMessage, forgetFailure, noteFailure } from '../../src/workflows/bury-message.ts';
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
/** What fails longer than this is no passing trouble, but a fault of the test or of what it tests. */
const PATIENCE = 50;

export interface HostOptions {
  /** What the workflows are given, when that is not the world itself. */
  readonly ports?: World;
  /** How long a message stays hidden when its process died. */
  readonly afterCrashSeconds?: number;
  /** How long it takes to come to rest, when nothing else is said; an hour. */
  readonly restSeconds?: number;
  /** Called when the process died, before anything goes on. */
  restart?(): void;
}

export interface Host {
  /** Somebody asks for something, or a timer fires: and again, until it neither fails nor dies. Throws Refusal. */
  ask<T>(action: (world: World) => Promise<T>): Promise<T>;
  /** Event Grid delivers an event, and again until it is taken. */
  deliver(event: JsonObject): Promise<void>;
  /** A person decides. Throws Refusal. */
  decide(request: DecisionRequest): Promise<Approval>;
  /** A person has a fix put back. Throws Refusal. */
  rollBack(request: RollbackRequest): Promise<Approval>;
  /** Handles the next visible message; false when there is none. */
  work(): Promise<boolean>;
  /** Handles what comes up within so many seconds, moving the clock to it, until nothing does. */
  settle(withinSeconds?: number): Promise<void>;
}

export function createHost(world: MemoryWorld, options: HostOptions = {}): Host {
  const { stored, clock } = world;
  const ports = options.ports ?? world;
  /** Milliseconds. */
  let housekeptAt = Number.NEGATIVE_INFINITY;

  /** Carries something out; after a crash the process starts again. What it failed with, or null. */
  async function survive(action: () => Promise<unknown>): Promise<{ error: unknown } | null> {
    try {
      await action();
      return null;
    } catch (error) {
      if (error instanceof Crash) options.restart?.();
      return { error };
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
      if ((await survive(() => buryMessage(ports, queue, taken.message))) === null) done();
      // The poison queue delivers again, too.
      else taken.visibleAt = clock.now().getTime() + AFTER_ERROR_SECONDS * 1000;
      return;
    }
    taken.visibleAt = clock.now().getTime() + (options.afterCrashSeconds ?? AFTER_ERROR_SECONDS) * 1000;
    const failure = await survive(async () => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof Crash)) await noteFailure(ports, taken.message, error);
        throw error;
      }
      if (taken.taken > 1) await forgetFailure(ports, taken.message);
    });
    if (failure === null) done();
    else if (!(failure.error instanceof Crash)) taken.visibleAt = clock.now().getTime() + AFTER_ERROR_SECONDS * 1000;
  }

  async function ask<T>(action: (world: World) => Promise<T>): Promise<T> {
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

  /** When the next alarm rings for housekeeping, which runs every minute: by the clock of whoever sets and reads it. */
  function nextAlarm(): number {
    const ahead = ports.clock.now().getTime() - clock.now().getTime();
    const rings = [...stored.alarms.values()].map(({ at }) => at - ahead);
    return Math.max(housekeptAt + 60_000, Math.min(Number.POSITIVE_INFINITY, ...rings));
  }

  return {
    ask,

    deliver: (event) => ask((given) => receiveEvent(given, event)),
    decide: (request) => ask((given) => recordDecision(given, request)),
    rollBack: (request) => ask((given) => askRollback(given, request)),

    async work() {
      const now = clock.now().getTime();
      const next = earliest(waiting().filter(({ taken }) => taken.visibleAt <= now));
      if (next) await handle(next);
      return next !== undefined;
    },

    async settle(withinSeconds = options.restSeconds ?? 3600) {
      const end = clock.now().getTime() + withinSeconds * 1000;
      for (let steps = 0; steps < 2000; steps += 1) {
        const message = earliest(waiting())?.taken.visibleAt ?? Number.POSITIVE_INFINITY;
        const alarm = nextAlarm();
        const next = Math.min(message, alarm);
        if (next > Math.max(end, clock.now().getTime())) return;
        clock.advanceTo(new Date(next));
        if (message <= clock.now().getTime()) await this.work();
        else {
          housekeptAt = clock.now().getTime();
          await survive(() => housekeep(ports));
        }
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
