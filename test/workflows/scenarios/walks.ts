/**
 * Runs a scenario repeatedly with a fault at its first, second, third, ... call: each run must have the result of a
 * run without fault.
 */
import { expect } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { createHost } from '../../fakes/scenarios/host.ts';
import { type Scenario, WITHOUT_GATES } from '../../fakes/scenarios/scenarios.ts';
import { type Points, recordPoints } from '../../fakes/wrappers/points.ts';

export interface Walk {
  /** The ports of the workflows, with a fault at a call; null: without. */
  meet(deps: FakeDeps, at: number | null): Met;
  readonly afterCrashSeconds?: number;
  readonly restSeconds?: number;
  /** Whether a fault at this call (from 1) is the same as one that is tried at another call. */
  isSame?(points: Points, at: number): boolean;
  /** The part of the result that may depend on the hour. */
  readonly apartFrom?: keyof ReturnType<typeof endOf>;
}

export interface Met {
  readonly deps: Deps;
  /** The calls that could have met the fault, until one did. */
  readonly calls: readonly string[];
  met(): boolean;
  restart?(): void;
}

/** Returns the number of calls that a run without fault makes. Each is tried, but for those that are the same as another. */
export async function walkEveryPoint(way: Scenario, how: Walk): Promise<number> {
  const peaceful = await walked(way, how, null);
  const expected = { ...endOf(peaceful.deps), ...(how.apartFrom ? { [how.apartFrom]: null } : {}) };
  expect(expected).toMatchObject({ waiting: 0, unresolved: 0, queue: 0, letters: 0 });
  for (let at = 1; ; at += 1) {
    if (how.isSame?.(peaceful.points, at)) continue;
    const { deps, met, call } = await walked(way, how, at);
    if (!met) {
      expect(at - 1).toBe(peaceful.calls);
      return at - 1;
    }
    const where = `at call ${at}, ${call}`;
    const end = { ...endOf(deps), ...(how.apartFrom ? { [how.apartFrom]: null } : {}) };
    expect({ ...end, where }).toEqual({ ...expected, where });
  }
}

async function walked(way: Scenario, { meet, afterCrashSeconds = 30, restSeconds = 3600 }: Walk, at: number | null) {
  const deps = fakeDeps();
  // A gate looks at an app for a quarter of an hour. Its own walks have faults at each of its calls.
  storeSettings(deps, WITHOUT_GATES);
  const met = meet(deps, at);
  const recording = at === null ? recordPoints(deps, met.deps) : null;
  const host = createHost(deps, {
    ports: recording?.deps ?? met.deps,
    afterCrashSeconds,
    restSeconds,
    restart: () => met.restart?.(),
    onAction: () => recording?.nextAction(),
  });
  await way.run(host, deps);
  await host.settle();
  return { deps, points: recording?.points ?? [], met: met.met(), calls: met.calls.length, call: met.calls.at(-1) };
}

/** Everything that must not depend on a fault. */
function endOf({ arm, stored }: FakeDeps) {
  const memories = [...stored.resourceStates.values()];
  const scan = [...stored.scans.values()].at(-1);
  return {
    waiting: stored.events.filter(({ outcome }) => outcome === null).length,
    events: stored.events.filter(({ outcome }) => outcome === 'dead' || outcome === 'gone').length,
    records: recordsIn(stored.entries).sort(),
    // One intent is used by all attempts at a change.
    operations: new Set(stored.entries.flatMap(({ operationId }) => operationId ?? [])).size,
    writes: arm.writes.map(({ method, path }) => `${method} ${path}`).sort(),
    approvals: [...stored.approvals.values()].map(({ value }) => approvalEnd(value)).sort(),
    exemptions: [...stored.exemptions.values()].map(({ value: { rule } }) => rule),
    open: memories.flatMap(({ openApprovals }) => openApprovals).length,
    unresolved: memories.flatMap(({ attempts }) => attempts).filter(isUnresolved).length,
    findings: stored.findings.map(({ rule, verdict, decision }) => `${rule} ${verdict} ${decision?.action}`).sort(),
    scan: scan && { listed: scan.listed, found: scan.found.size, evaluated: scan.evaluated.size },
    letters: stored.deadLetters.size,
    notified: new Set(stored.published.map(({ id }) => id)).size,
    queue: [...stored.queue, ...stored.sweeps].length,
  };
}

/** The records that may occur several times: further failed attempts, and repeated requests of a user. */
const REPEATED = /^(fix\.failed|exemption\.|settings\.changed)/;

/** An unknown outcome until a later read is recorded only when a read has failed. */
function recordsIn(entries: FakeDeps['stored']['entries']): string[] {
  const all = entries.filter(({ kind }) => kind !== 'fix.unknown').map(({ kind, rule }) => `${kind} ${rule}`);
  return [...new Set(all.filter((record) => REPEATED.test(record))), ...all.filter((record) => !REPEATED.test(record))];
}

function approvalEnd({ rule, status, auditIds, outbox }: Approval): string {
  return `${rule.id} ${status}, ${auditIds.length} records in the log, ${outbox.length} not`;
}

function isUnresolved({ status }: { status: string }): boolean {
  return status === 'open' || status === 'unknown';
}
