/** The checks of a running deployment: they run in order, each with its result and what to do about a failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Deployment } from './deployment.ts';
import { type Service, serviceAt } from './service.ts';

export type Result =
  | { readonly state: 'ok' | 'not-checked'; readonly said: string }
  | { readonly state: 'failed'; readonly said: string; readonly todo: string };

export interface Check {
  readonly name: string;
  run(context: CheckContext): Promise<Result>;
}

export type CheckResult = Result & { readonly name: string };

export const observedEvent = z.object({
  eventId: z.string(),
  receivedAt: z.string(),
  operation: z.string(),
  changedBy: z.object({ objectId: z.string() }).nullable(),
  outcome: z.string().nullable(),
  reasons: z.array(z.object({ text: z.string() })),
});
export type ObservedEvent = z.infer<typeof observedEvent>;

/** One run: its deployment, and what earlier checks found for later ones. */
export interface CheckContext {
  readonly deployment: Deployment;
  readonly service: Service;
  /** How long a check waits for what must happen. */
  readonly patienceSeconds: number;
  /** When the scratch change was answered, in milliseconds since 1970 by our clock, and the events known before it. */
  change?: { readonly at: number; readonly known: ReadonlySet<string> };
  /** The event of the scratch change. */
  event?: ObservedEvent;
  /** The dead letters that were there before. */
  letters?: ReadonlySet<string>;
  /** The id of the entry that says that the violation of this run was fixed, and who wrote. */
  fix?: { readonly entry: string; readonly by: string | undefined; readonly known: ReadonlySet<string> };
}

export function createContext(deployment: Deployment, patienceSeconds: number): CheckContext {
  return { deployment, service: serviceAt(deployment), patienceSeconds };
}

/** Runs the checks in order; an unexpected error is a failure of its check and does not end the run. */
export async function runChecks(
  context: CheckContext,
  checks: readonly Check[],
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, run } of checks) {
    const result = { name, ...(await run(context).catch(unexpected)) };
    onResult(result);
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

/** The first result of `probe` that is not null; null when the time is over. It is called at least once. */
export async function pollUntil<T>(seconds: number, probe: () => Promise<T | null>): Promise<T | null> {
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
