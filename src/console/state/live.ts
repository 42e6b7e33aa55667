/** The state of the service, asked for again and again while the page is visible. */
import { computed, signal } from '@preact/signals';
import { ApiError, call, onAnswer } from '../api/client.ts';
import type { Kind, State } from '../api/types.ts';
import { now } from './clock.ts';
import { type Asked, type Poller, startPoller } from './poller.ts';
import { isSignedOut, loadMe } from './session.ts';

/** null until the first answer. */
export const state = signal<State | null>(null);

/** Whether the last request was answered; null before the first answer. */
export const isOnline = signal<boolean | null>(null);

/** The time of the last answer with the state, in milliseconds since 1970. */
export const answeredAt = signal<number | null>(null);

/** Whether the service answers this person. */
export const isConnected = computed(() => isOnline.value === true && !isSignedOut.value);

/** The pace has pauses of two minutes at most. */
const STALE_MS = 150_000;

/** Whether what is shown may be out of date: the service has not told its state for longer than any pause. */
export const isStale = computed(() => answeredAt.value !== null && now.value - answeredAt.value > STALE_MS);

/** The revision of a kind: another number means that something of it may have changed. null until it is known. */
export function revisionOf(kind: Kind): number | null {
  return state.value?.revisions[kind] ?? null;
}

let poller: Poller | undefined;
let etag: string | null = null;

/** Asks for the state soon, and often for a minute: called after each change that this page makes. */
export function expectChanges(): void {
  poller?.changed();
}

/** Asks for the state now. */
export function askNow(): void {
  poller?.now();
}

/** Begins to ask. Called once. */
export function startLive(): void {
  const polling = startPoller(ask, !document.hidden);
  poller = polling;
  for (const type of ['pointerdown', 'keydown'] as const) {
    window.addEventListener(type, polling.input, { passive: true });
  }
  document.addEventListener('visibilitychange', () => polling.show(!document.hidden));
  window.addEventListener('online', polling.now);
  window.addEventListener('offline', () => {
    isOnline.value = false;
  });
  onAnswer((error) => {
    if (error?.status === 0) isOnline.value = false;
  });
}

async function ask(): Promise<Asked> {
  try {
    const answer = await call<State>('/state', etag === null ? {} : { headers: { 'if-none-match': etag } });
    if (answer.status !== 304) {
      etag = answer.etag;
      state.value = answer.body;
    }
    now.value = Date.now();
    answeredAt.value = now.value;
    isOnline.value = true;
    if (isSignedOut.peek()) void loadMe();
    return { ok: true, retryAfter: null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    isOnline.value = error.status !== 0;
    return { ok: false, retryAfter: error.retryAfter };
  }
}
