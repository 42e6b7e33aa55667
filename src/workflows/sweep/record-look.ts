/**
 * What a sweep keeps of a look at a resource: when it was, whether anything is left to try again, and how the rows by which
 * it was queued compare with what Resource Manager answered.
 */
import { COUNTERS } from '../../domain/audit/counters.ts';
import { compareRows } from '../../domain/estate/compare.ts';
import { isObject } from '../../domain/resources/json.ts';
import { parseResourceId } from '../../domain/resources/resource.ts';
import { bodyOf, type Snapshot } from '../../domain/resources/snapshot.ts';
import type { Deps } from '../ports/deps.ts';
import type { ResourceState } from '../ports/resource-states.ts';
import { retryOnConflict } from '../ports/storage.ts';
import type { SweptApp } from '../ports/sweeps.ts';
import type { WorkMessage } from '../ports/work.ts';
import { loadSettings } from '../settings/change-settings.ts';
import { calmnessOf } from './choose-looks.ts';
import { packComparison, unpackComparison } from './comparisons.ts';

/** The first whole reading of a resource, and when it began. */
export interface Reading {
  readonly at: Date;
  readonly snapshot: Snapshot;
}

/** The ports with an eye on the first reading; further ones are those before and after a write. */
export function observeReading(deps: Deps): { readonly deps: Deps; reading(): Reading | null } {
  let first: Reading | null = null;
  const arm: Deps['arm'] = {
    ...deps.arm,
    read: async (resource, names, options) => {
      const at = deps.clock.now();
      const snapshot = await deps.arm.read(resource, names, options);
      first ??= { at, snapshot };
      return snapshot;
    },
  };
  return { deps: { ...deps, arm }, reading: () => first };
}

/** Stores the result of a look. Without a reading there was none: the resource had been reconciled meanwhile. */
export async function recordLook(deps: Deps, message: WorkMessage, reading: Reading | null): Promise<void> {
  const { part } = message;
  const resource = parseResourceId(message.resource);
  if (reading === null || part === undefined || resource === null) return;
  const state = (await deps.resources.loadState(resource)).state;
  if (state === null) return;
  if (state.gone) return deps.sweepRuns.removeApps(resource.subscriptionId, part, [resource.id]);
  const { revision } = await loadSettings(deps);
  await retryOnConflict(async () => {
    const found = await deps.sweepRuns.loadApp(resource.subscriptionId, part, resource.id);
    if (found === null) return;
    const app = lookedAt(found.value, { reading, state, revision });
    await deps.sweepRuns.saveApps(resource.subscriptionId, part, [{ app, version: found.version }]);
    if (found.value.listing !== null && app.comparison !== null) countLeaves(deps, app.comparison.leaves);
  });
  if (message.marked) await deps.sweepMarks.unmark(resource, reading.at);
}

function countLeaves({ metrics }: Deps, leaves: Parameters<typeof unpackComparison>[0]): void {
  const compared = unpackComparison(leaves);
  for (const result of COUNTERS.comparedLeaves.result) {
    metrics.add('comparedLeaves', compared.filter((one) => one.result === result).length, { result });
  }
}

interface Look {
  readonly reading: Reading;
  readonly state: ResourceState;
  readonly revision: number;
}

function lookedAt(app: SweptApp, { reading, state, revision }: Look): SweptApp {
  const { at, snapshot } = reading;
  const { calm, hasViolations } = calmnessOf(state);
  const { listing } = app;
  const comparison = listing && {
    fingerprint: listing.fingerprint,
    listedAt: listing.listedAt,
    changedAt: lastChangeOf(state, snapshot),
    leaves: packComparison(compareRows(listing.rows, snapshot)),
  };
  return {
    id: app.id,
    // Not known again before the comparison is counted.
    fingerprint: comparison ? null : app.fingerprint,
    provenUnder: comparison ? null : app.provenUnder,
    lookedAt: at.toISOString(),
    complete: Object.values(snapshot.documents).every((document) => document?.status !== 'failed'),
    calm,
    revision: hasViolations ? revision : null,
    listing: null,
    comparison: comparison ?? app.comparison,
  };
}

/** When a resource was last changed: by events, by writes of Plumbline, and by the times that Azure gives. */
function lastChangeOf(state: ResourceState, snapshot: Snapshot): string | null {
  const times = [
    ...state.writers.map(({ at }) => at),
    ...Object.values(state.history).flatMap(({ fixedAt }) => fixedAt),
    ...azureTimesOf(snapshot),
  ];
  return times.sort().at(-1) ?? null;
}

function azureTimesOf(snapshot: Snapshot): string[] {
  const body = bodyOf(snapshot, 'resource');
  const properties = isObject(body?.properties) ? body.properties : {};
  const system = isObject(body?.systemData) ? body.systemData : {};
  return [properties.lastModifiedTimeUtc, system.lastModifiedAt].flatMap((value) => {
    // Without a zone it is UTC.
    const at = typeof value === 'string' ? new Date(/z$/i.test(value) ? value : `${value}Z`) : null;
    return at === null || Number.isNaN(at.getTime()) ? [] : [at.toISOString()];
  });
}
