/** Faults of one ARM request in twenty, of every kind that passes by itself. */
import type { Fault, FaultName, Simulator } from '../../simulator/simulator.ts';

/** Of all requests of a kind. */
export const FAULT_RATE = 0.05;
/** Each holds its request for the 15 s that Plumbline waits, and the batch that it is in. */
const MAX_HANGS = 2;

type Kind = Omit<Fault, 'chance' | 'match'>;

const ANY: readonly Kind[] = [
  { action: 'throttled', retryAfter: 1 },
  { action: 'throttled', retryAfter: 2 },
  { action: 'server-error', status: 500 },
  { action: 'server-error', status: 502 },
  { action: 'server-error', status: 503 },
  { action: 'reset' },
  // The answer comes late; other changes happen in between.
  { action: 'delay', milliseconds: 500 },
];
const WRITES: readonly Kind[] = [
  { action: 'conflicting-write' },
  // The write takes effect, and its answer is lost.
  { action: 'apply-then-reset' },
  { action: 'accepted-empty' },
];
const SITES: readonly Kind[] = [{ action: 'busy-site' }];
const CONTAINER_APPS: readonly Kind[] = [{ action: 'busy-app' }, { action: 'busy-environment' }];

/** The faults, with their probabilities. */
export function soakFaults(): Fault[] {
  const hang: Fault = { action: 'hang', chance: 0.001, times: MAX_HANGS };
  return [
    hang,
    ...evenly({ method: 'GET' }, ANY),
    ...['PATCH', 'PUT'].flatMap((method) => [
      ...evenly({ method, path: '/providers/Microsoft.App/' }, [...ANY, ...WRITES, ...CONTAINER_APPS]),
      ...evenly({ method, path: '/providers/Microsoft.Web/' }, [...ANY, ...WRITES, ...SITES]),
    ]),
  ];
}

function evenly(match: NonNullable<Fault['match']>, kinds: readonly Kind[]): Fault[] {
  return kinds.map((kind) => ({ ...kind, match, chance: FAULT_RATE / kinds.length }));
}

export interface InjectedFaults {
  /** ARM requests of the service. */
  readonly requests: number;
  /** How many of them had a fault, by its name. */
  readonly injected: ReadonlyMap<FaultName, number>;
}

/** Makes the simulator fail, and counts; its own list of requests is kept short. */
export function injectFaults(simulator: Simulator): InjectedFaults {
  for (const fault of soakFaults()) simulator.addFault(fault);
  const injected = new Map<FaultName, number>();
  let requests = 0;
  simulator.onRequest(({ fault }, phase) => {
    if (phase === 'before') return;
    requests++;
    if (fault) injected.set(fault, (injected.get(fault) ?? 0) + 1);
    if (simulator.requests.length > 1000) simulator.clearRequests();
  });
  return {
    get requests() {
      return requests;
    },
    injected,
  };
}
