/** A line on the terminal that says how far a scan is. Without a terminal nothing is written. */
import type { Output } from '../framework/context.ts';
import type { ScanEvent } from '../scan/read-targets.ts';

export interface Progress {
  onEvent(event: ScanEvent): void;
  /** Removes the line; the terminal is as it was, and stays so whatever happens after that. */
  end(): void;
}

/** The line changes at most so often, in milliseconds. */
const EVERY_MS = 100;
const BAR = 20;

export function createProgress(stderr: Output, now: () => Date): Progress {
  if (!stderr.isTerminal) return { onEvent() {}, end() {} };
  let [total, done, first] = [0, 0, 0];
  let began: number | null = null;
  let requestsLeft: number | null = null;
  let waitsUntil = 0;
  let shownAt = 0;
  let isShown = false;
  let hasEnded = false;

  function show(text: string, isForced = false): void {
    const at = now().getTime();
    if (!isForced && at - shownAt < EVERY_MS) return;
    shownAt = at;
    isShown = true;
    stderr.write(`\r${text.slice(0, Math.max(10, stderr.width - 1))}\x1b[K`);
  }

  function line(): string {
    const at = now().getTime();
    const filled = total === 0 ? 0 : Math.floor((done / total) * BAR);
    const parts = [`[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${done} of ${total}, ${total - done} left`];
    if (requestsLeft !== null) parts.push(`${requestsLeft} reads left at Azure`);
    if (waitsUntil > at) parts.push(`Azure asks to wait ${Math.ceil((waitsUntil - at) / 1000)} s`);
    else if (began !== null && done > first) parts.push(restText(((at - began) / (done - first)) * (total - done)));
    return parts.join(' · ');
  }

  return {
    onEvent(event) {
      // Azure answers what was asked before Ctrl-C.
      if (hasEnded) return;
      if (event.kind === 'listing') return show('Listing resources…', true);
      if (event.kind === 'requests-left') requestsLeft = event.requests;
      else if (event.kind === 'throttled') waitsUntil = now().getTime() + event.seconds * 1000;
      else [total, done] = [event.total, event.done];
      if (event.kind === 'listed') [began, first] = [now().getTime(), event.done];
      if (total > 0) show(line(), event.kind !== 'requests-left' && done === total);
    },
    end() {
      if (isShown) stderr.write('\r\x1b[K');
      isShown = false;
      hasEnded = true;
    },
  };
}

function restText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds < 90 ? `about ${seconds} s` : `about ${Math.ceil(seconds / 60)} min`;
}
