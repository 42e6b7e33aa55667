/** Asks again and again, at the pace of poll-pace.ts. */
import { IDLE_MS, pollDelay } from './poll-pace.ts';

export interface Poller {
  /** The person did something. */
  input(): void;
  /** This page changed something, so more changes follow. */
  changed(): void;
  /** Asks at once. */
  now(): void;
  /** The page is visible, or not: then nothing is asked. */
  show(isVisible: boolean): void;
}

/** What came of asking: whether it was answered, and the seconds that the service asked to wait. */
export interface Asked {
  readonly ok: boolean;
  readonly retryAfter: number | null;
}

/** After a change of one's own its effect is stored a moment later. */
const AFTER_CHANGE_MS = 500;

/** Begins at once if the page is visible. `ask` never rejects; it is not called while it runs. `random` is from 0 to 1. */
export function startPoller(ask: () => Promise<Asked>, isVisible: boolean, random: () => number = Math.random): Poller {
  let [lastInput, lastChange, failures, visible]: [number, number | null, number, boolean] = [
    Date.now(),
    null,
    0,
    isVisible,
  ];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let isWantedAgain = false;

  function schedule(milliseconds: number): void {
    clearTimeout(timer);
    if (visible) timer = setTimeout(() => void run(), milliseconds);
  }

  async function run(): Promise<void> {
    if (isAsking) {
      isWantedAgain = true;
      return;
    }
    isAsking = true;
    const { ok, retryAfter } = await ask();
    isAsking = false;
    failures = ok ? 0 : failures + 1;
    const delay = pollDelay({ now: Date.now(), lastInput, lastChange, failures, retryAfter }, random());
    schedule(isWantedAgain && ok ? 0 : delay);
    isWantedAgain = false;
  }

  schedule(0);
  return {
    input() {
      const wasIdle = Date.now() - lastInput > IDLE_MS;
      lastInput = Date.now();
      if (wasIdle) schedule(0);
    },
    changed() {
      lastChange = Date.now();
      schedule(AFTER_CHANGE_MS);
    },
    now: () => schedule(0),
    show(isNow) {
      visible = isNow;
      schedule(0);
    },
  };
}
