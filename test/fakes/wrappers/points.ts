/**
 * The calls of a run without a fault, and what is stored before each of them. A run is repeated exactly until its fault. So
 * faults at two calls have the same effect when nothing that matters differs between them, and one of them is enough.
 */
import { createHash } from 'node:crypto';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { FakeDeps } from '../deps.ts';
import { watchedDeps } from './watched.ts';

interface Point {
  /** The action of the host that makes the call. */
  readonly action: number;
  /** What is stored before the call, and the time. */
  readonly before: string;
  /** What the call changes is stored there. Other fakes have a state of their own. */
  readonly changesOnlyStored: boolean;
  /** How often the workflows have asked for the time. */
  readonly clockReads: number;
}
export type Points = readonly Point[];

export interface Recording {
  readonly deps: Deps;
  readonly points: Points;
  /** The host begins another action. */
  nextAction(): void;
}

/** `ports`: the ports that the workflows use, by default the fakes. */
export function recordPoints(deps: FakeDeps, ports: Deps = deps): Recording {
  const points: Point[] = [];
  let action = 0;
  let clockReads = 0;
  const { clock } = ports;
  const now = () => {
    clockReads += 1;
    return clock.now();
  };
  return {
    points,
    nextAction: () => {
      action += 1;
    },
    deps: watchedDeps({ ...ports, clock: { now, sleep: clock.sleep } }, (name, call) => {
      const changesOnlyStored = STORED.test(name) || (name === 'arm.read' && deps.arm.onRead === null);
      points.push({ action, before: fingerprint(deps), changesOnlyStored, clockReads });
      return call();
    }),
  };
}

/** This call (from 1) leaves everything as it is: it reads, or there is nothing to change. */
export function changesNothing(points: Points, at: number): boolean {
  const [here, next] = [points[at - 1], points[at]];
  return here?.changesOnlyStored === true && here.action === next?.action && here.before === next.before;
}

/** A process that ends before this call (from 1) leaves what it leaves when it ends before the call before. */
export function isSameBefore(points: Points, at: number): boolean {
  return at > 1 && changesNothing(points, at - 1);
}

/** A process that ends after this call (from 1) leaves what it leaves when it ends after the call before. */
export function isSameAfter(points: Points, at: number): boolean {
  return points[at - 2]?.action === points[at - 1]?.action && changesNothing(points, at);
}

/** A process that ends after this call (from 1) leaves what it leaves when it ends before the next call. */
export function isBeforeNext(points: Points, at: number): boolean {
  const [here, next] = [points[at - 1], points[at]];
  return here !== undefined && here.action === next?.action;
}

/** Nobody asks for the time between this call (from 1) and the next. So the clock may as well jump at the next. */
export function isSameTime(points: Points, at: number): boolean {
  const [here, next] = [points[at - 1], points[at]];
  return here !== undefined && here.clockReads === next?.clockReads;
}

/** The fakes of these calls have no state but what is stored, or the calls only read it. */
const STORED = new RegExp(
  [
    '^(events|exemptions|findings|guards|scans|settings|wakeups|counts)\\.',
    '^(approvals|deadLetters|resources|audit)\\.(load|get|list|find|contains)',
    '^(audit.updateIndex|arm.getIdentity)$',
  ].join('|'),
);

function fingerprint({ stored, clock }: FakeDeps): string {
  const { logged: _logged, counters: _counters, ...kept } = stored;
  const text = JSON.stringify([clock.now(), kept], (_, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );
  return createHash('sha256').update(text).digest('base64');
}
