/**
 * The process may end at any line. Every way is walked once in peace; then again and again, ending before or after its
 * first, second, third, ... call to the world, until it is through. Each time the world must come to the same end.
 */
import { afterAll, describe, expect, test } from 'vitest';
import type { Approval } from '../../src/domain/approval.ts';
import { crashingWorld } from '../world/crashes.ts';
import { createHost } from '../world/host.ts';
import { type MemoryWorld, memoryWorld } from '../world/memory-world.ts';
import { WAYS, type Way } from '../world/ways.ts';

let total = 0;
afterAll(() => console.info(`crash points: ${total}`));

describe.each(WAYS)('promises 1, 4 and 8: a crash at any line, on the way of $title', (way) => {
  // A message of a dead process shows again soon, before any alarm rings; or late, when housekeeping was there already.
  test.for([
    ['before', 30],
    ['after', 600],
  ] as const)('%s a call, the message being back after %i s, leaves what no crash leaves', async ([when, seconds]) => {
    const peaceful = await walked(way, null, when, seconds);
    const expected = endOf(peaceful.world);
    expect(expected.waiting).toBe(0);
    expect(expected.unresolved).toBe(0);
    let points = 0;
    for (;;) {
      const { world, crashed, name } = await walked(way, points + 1, when, seconds);
      if (!crashed) break;
      points += 1;
      expect({ ...endOf(world), name }).toEqual({ ...expected, name });
      expect(await world.audit.verify()).toMatchObject({ valid: true });
    }
    expect(points).toBe(peaceful.calls);
    total += points;
  });
});

async function walked(way: Way, at: number | null, when: 'before' | 'after', afterCrashSeconds: number) {
  const world = memoryWorld();
  const crashing = crashingWorld(world, at, when);
  const host = createHost(world, { ports: crashing.world, afterCrashSeconds, restart: crashing.restart });
  await way.walk(host, world);
  await host.settle();
  return {
    world,
    crashed: crashing.crashed(),
    calls: crashing.calls.length,
    name: `crashed ${when} call ${at}, ${crashing.calls.at(-1)}`,
  };
}

/** Everything that must not depend on a crash. */
function endOf({ arm, stored }: MemoryWorld) {
  const memories = [...stored.memories.values()];
  return {
    waiting: stored.events.filter(({ outcome }) => outcome === null).length,
    facts: factsIn(stored.entries).sort(),
    // One intent serves all attempts at a change.
    operations: new Set(stored.entries.flatMap(({ operationId }) => operationId ?? [])).size,
    writes: arm.writes.map(({ method, path }) => `${method} ${path}`).sort(),
    approvals: [...stored.approvals.values()].map(({ value }) => approvalEnd(value)).sort(),
    exemptions: [...stored.exemptions.values()].map(({ value: { rule } }) => rule),
    open: memories.flatMap(({ openApprovals }) => openApprovals).length,
    unresolved: memories.flatMap(({ operations }) => operations).filter(isUnresolved).length,
    findings: stored.findings.map(({ rule, verdict, decision }) => `${rule} ${verdict} ${decision?.action}`),
    queue: stored.queue.length,
    told: new Set(stored.told.map(({ id }) => id)).size,
  };
}

/** A further attempt that fails, too, says so; every other fact is there once. */
function factsIn(entries: MemoryWorld['stored']['entries']): string[] {
  const named = (one: (typeof entries)[number]) => `${one.kind} ${one.rule}`;
  const failed = entries.filter(({ kind }) => kind === 'fix.failed').map(named);
  return [...new Set(failed), ...entries.filter(({ kind }) => kind !== 'fix.failed').map(named)];
}

function approvalEnd({ rule, status, auditIds, unlogged }: Approval): string {
  return `${rule.id} ${status}, ${auditIds.length} facts in the log, ${unlogged.length} not`;
}

function isUnresolved({ entries }: { entries: readonly { state: string }[] }): boolean {
  return entries.some(({ state }) => state === 'open' || state === 'unknown');
}
