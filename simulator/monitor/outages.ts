// Apps that a write of the managed identity makes ill, on demand. An app is ill from the write that changes a chosen value until
// the value is again what it was before.
import type { StoredResource } from '../estate/stored-resource.ts';
import { isObject, member } from '../json/json.ts';

export const courses = ['at-once', 'slowly', 'for-a-while', 'unseen'] as const;

/**
 * at-once: its state shows it, and most requests fail. slowly: more and more requests fail, its state stays good. for-a-while: as
 * at-once, for some time. unseen: every request fails, but there are too few to say so.
 */
export type Course = (typeof courses)[number];

export interface Outage {
  /** Id of a web app, slot or container app. */
  id: string;
  /** Where the value is: `config/web` and `properties.minTlsVersion`. */
  document: string;
  property: string;
  course: Course;
  /** How long it lasts for a while; default 120. */
  seconds?: number;
}

/** How ill an app is at a time. */
export interface Illness {
  /** The share of requests that fail, beyond those that always do. */
  failedShare: number;
  /** Its state shows it. */
  isShown: boolean;
  /** Since when (ms). */
  since: number;
}

interface Kept extends Outage {
  /** Before the write that made it ill; absent: it is not ill yet. */
  healthy?: string;
  periods: { from: number; to: number | null }[];
}

const DOCUMENT = 'hidden/outage';
const MINUTE = 60_000;
const SHARE = 0.9;
const SLOWEST = 0.6;

/** The app gets ill with the next write that changes the value. Replaces its outage, if it has one. */
export function keepOutage(resource: StoredResource, outage: Outage): void {
  if (!['site', 'slot', 'containerApp'].includes(resource.kind)) throw new Error(`${resource.id} is no app.`);
  const value = member(resource.documents.get(outage.document), ...outage.property.split('.'));
  if (value === undefined) throw new Error(`${outage.document} of ${resource.id} has no ${outage.property}.`);
  resource.documents.set(DOCUMENT, { ...outage, periods: [] } satisfies Kept);
}

/** The app is well again, and always was. */
export function dropOutage(resource: StoredResource): void {
  resource.documents.set(DOCUMENT, undefined);
}

/** Called around a write: the value that decides before it, and what becomes of the app after it. */
export function watchWrite(resource: StoredResource, byService: boolean): () => void {
  const before = watchedValue(resource);
  return () => {
    const kept = keptOf(resource);
    const after = watchedValue(resource);
    if (!kept || before === after) return;
    const now = Date.now();
    if (kept.healthy !== undefined && after === kept.healthy) {
      const { healthy: _, ...rest } = kept;
      const periods = kept.periods.map((one) => ({ ...one, to: one.to ?? now }));
      resource.documents.set(DOCUMENT, { ...rest, periods });
    } else if (kept.healthy === undefined && byService && before !== undefined) {
      const periods = [...kept.periods, { from: now, to: null }];
      resource.documents.set(DOCUMENT, { ...kept, healthy: before, periods });
    }
  };
}

/** Null: it is well at that time (ms). */
export function illnessAt(resource: StoredResource, at: number): Illness | null {
  const kept = keptOf(resource);
  const period = kept?.periods.find(({ from, to }) => from <= at && (to === null || at < to));
  if (!kept || !period) return null;
  const since = period.from;
  switch (kept.course) {
    case 'slowly':
      return { failedShare: Math.min(SLOWEST, (0.1 * (at - since)) / MINUTE), isShown: false, since };
    case 'unseen':
      return { failedShare: 1, isShown: false, since };
    case 'for-a-while':
      return at < since + 1000 * (kept.seconds ?? 120) ? { failedShare: SHARE, isShown: true, since } : null;
    default:
      return { failedShare: SHARE, isShown: true, since };
  }
}

/** Too little traffic to say anything. */
export function isQuiet(resource: StoredResource): boolean {
  return keptOf(resource)?.course === 'unseen';
}

function watchedValue(resource: StoredResource): string | undefined {
  const kept = keptOf(resource);
  if (!kept) return undefined;
  return JSON.stringify(member(resource.documents.get(kept.document), ...kept.property.split('.')));
}

function keptOf(resource: StoredResource): Kept | undefined {
  const kept = resource.documents.get(DOCUMENT);
  return isKept(kept) ? kept : undefined;
}

function isKept(value: unknown): value is Kept {
  return isObject(value) && Array.isArray(value.periods);
}
