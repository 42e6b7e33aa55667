/** A checkup of a running deployment: a list of checks, made one after the other, each with what it saw and what to do about it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './deployment.ts';
import { type Service, serviceAt } from './service.ts';

export type Result =
  | { readonly state: 'ok' | 'not-checked'; readonly said: string }
  | { readonly state: 'failed'; readonly said: string; readonly todo: string };

export interface Check {
  readonly name: string;
  run(visit: Visit): Promise<Result>;
}

export type CheckResult = Result & { readonly name: string };

export interface EventSeen {
  readonly eventId: string;
  readonly receivedAt: string;
  readonly operation: string;
  readonly changedBy: { readonly objectId: string } | null;
  readonly outcome: string | null;
  readonly reasons: readonly { readonly text: string }[];
}

/** One checkup under way: whom it is about, and what the checks before have found for those after. */
export interface Visit {
  readonly deployment: Deployment;
  readonly service: Service;
  /** How long is waited for what must come. */
  readonly patienceSeconds: number;
  /** When the scratch change was answered, in milliseconds since 1970 by our clock, and the events known before it. */
  change?: { readonly at: number; readonly known: ReadonlySet<string> };
  /** The event of the scratch change. */
  event?: EventSeen;
  /** The dead letters that were there before. */
  letters?: ReadonlySet<string>;
  /** The id of the entry that says that the violation of this checkup was fixed, and who wrote. */
  fix?: { readonly entry: string; readonly by: string | undefined; readonly known: ReadonlySet<string> };
}

export function beginVisit(deployment: Deployment, patienceSeconds: number): Visit {
  return { deployment, service: serviceAt(deployment), patienceSeconds };
}

/** Makes the checks in order; what a check meets and does not expect is a failure of it, never of the checkup. */
export async function examine(
  visit: Visit,
  checks: readonly Check[],
  tell: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, run } of checks) {
    const result = { name, ...(await run(visit).catch(unexpected)) };
    tell(result);
    results.push(result);
  }
  return results;
}

export function ok(said: string): Result {
  return { state: 'ok', said };
}

export function failed(said: string, todo: string): Result {
  return { state: 'failed', said, todo };
}

export function notChecked(said: string): Result {
  return { state: 'not-checked', said };
}

/** What `probe` gives as soon as it gives something; null when the time is over. Asked at least once. */
export async function within<T>(seconds: number, probe: () => Promise<T | null>): Promise<T | null> {
  for (const until = Date.now() + seconds * 1000; ; await sleep(POLL_MS)) {
    const found = await probe();
    if (found !== null || Date.now() >= until) return found;
  }
}

const POLL_MS = 300;

function unexpected(error: unknown): Result {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  const text = error instanceof Error ? error.message : String(error);
  return failed(`${text}${cause}`, 'Put that right first; the other checks may fail for the same reason.');
}
