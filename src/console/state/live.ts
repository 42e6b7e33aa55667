/** The state of the service, asked for again and again while the page is visible. */
import { signal } from '@preact/signals';
import { ApiError, call } from '../api/client.ts';
import type { Kind, State } from '../api/types.ts';
import { pollDelay } from './poll-pace.ts';
import { isSignedOut, loadMe } from './session.ts';

/** null until the first answer. */
export const state = signal<State | null>(null);

/** Whether the last request was answered; null before the first answer. */
export const isOnline = signal<boolean | null>(null);

/** The time of the last answer, in milliseconds since 1970. */
export const answeredAt = signal<number | null>(null);

/** The revision of a kind: another number means that something of it may have changed. null until it is known. */
export function revisionOf(kind: Kind): number | null {
  return state.value?.revisions[kind] ?? null;
}

let [lastInput, lastChange, failures]: [number, number | null, number] = [Date.now(), null, 0];
let timer: ReturnType<typeof setTimeout> | undefined;
let etag: string | null = null;
let isAsking = false;

/** Asks for the state soon, and often for a minute: called after each change that this page makes. */
export function expectChanges(): void {
  lastChange = Date.now();
  schedule(500);
}

/** Begins to ask. Called once. */
export function startLive(): void {
  for (const type of ['pointerdown', 'keydown'] as const) {
    window.addEventListener(type, onInput, { passive: true });
  }
  document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : schedule(0)));
  window.addEventListener('online', () => schedule(0));
  window.addEventListener('offline', () => {
    isOnline.value = false;
  });
  schedule(0);
}

function onInput(): void {
  const wasIdle = Date.now() - lastInput > 10 * 60_000;
  lastInput = Date.now();
  if (wasIdle) schedule(0);
}

function schedule(milliseconds: number): void {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(() => void ask(), milliseconds);
}

async function ask(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  let retryAfter: number | null = null;
  try {
    const answer = await call<State>('/state', etag === null ? {} : { headers: { 'if-none-match': etag } });
    if (answer.status !== 304) {
      etag = answer.etag;
      state.value = answer.body;
    }
    failures = 0;
    isOnline.value = true;
    answeredAt.value = Date.now();
    if (isSignedOut.peek()) void loadMe();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    failures += 1;
    retryAfter = error.retryAfter;
    isOnline.value = error.status !== 0;
  } finally {
    isAsking = false;
  }
  schedule(pollDelay({ now: Date.now(), lastInput, lastChange, failures, retryAfter }, Math.random()));
}
