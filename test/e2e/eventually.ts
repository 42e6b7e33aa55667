/** Waits for what must come: asks again and again, never longer than it is allowed to, and tells what it saw last. */
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 100;

/**
 * What `probe` gives as soon as it gives something. A probe that throws, as `expect` does, or gives undefined, null or
 * false is asked again; when the time is over, its last error is thrown.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  seconds = 30,
): Promise<Exclude<T, undefined | null | false>> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    let trouble: unknown = 'nothing';
    try {
      const found = await probe();
      if (isThere(found)) return found;
      trouble = found;
    } catch (error) {
      trouble = error;
    }
    if (Date.now() > until) {
      const seen = trouble instanceof Error ? trouble.message : String(trouble);
      throw new Error(`${what} did not come within ${seconds} s; last seen: ${seen}`, { cause: trouble });
    }
    await sleep(EVERY_MS);
  }
}

function isThere<T>(found: T): found is Exclude<T, undefined | null | false> {
  return found !== undefined && found !== null && found !== false;
}
