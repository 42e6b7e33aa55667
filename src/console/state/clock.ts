/** The time, for what is shown as an age. */
import { signal } from '@preact/signals';

/** Milliseconds since 1970, not older than ten seconds while the page is visible. */
export const now = signal(Date.now());

/** Begins to tell the time. Called once. */
export function startClock(): void {
  const tick = () => {
    if (!document.hidden) now.value = Date.now();
  };
  setInterval(tick, 10_000);
  document.addEventListener('visibilitychange', tick);
}

/** `now`, `5 s`, `3 min`, `2 h`, `4 d`: how long something took or is ago, in its largest unit. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
