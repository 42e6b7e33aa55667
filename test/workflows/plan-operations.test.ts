/** Promise 10: an attempt at changes that the log holds an intent for runs under it; anything else is a new operation. */
import { beforeEach, describe, expect, it } from 'vitest';
import { digestReason } from '../../src/domain/digests.ts';
import type { Wanted } from '../../src/workflows/apply-plan.ts';
import { applied } from '../../src/workflows/conclude-plan.ts';
import { endingFact, intendedFact } from '../../src/workflows/facts-of.ts';
import { planOperations } from '../../src/workflows/plan-operations.ts';
import type { OpenEntry, OpenOperation } from '../../src/workflows/ports.ts';
import { TLS_CHANGE } from '../domain/examples.ts';
import { SHOP } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { type MemoryWorld, memoryWorld, storeSettings } from '../world/memory-world.ts';
import { occasion } from '../world/occasion.ts';
import { factsIn, scene } from '../world/scene.ts';
import { watchedWorld } from '../world/watched-world.ts';
import { decisionOn, eventAndRest } from '../world/ways.ts';

function entry(digest: string, members: Partial<OpenEntry> = {}): OpenEntry {
  return {
    ...{ rule: `rule-${digest}`, ruleVersion: 1, purpose: 'fix', digest, changes: [TLS_CHANGE], approvalId: null },
    ...{ attempts: 1, state: 'open' },
    ...members,
  };
}

function wanted(digest: string, approvalId: string | null = null): Wanted {
  const rule = { id: `rule-${digest}`, version: 1 };
  return { rule, purpose: 'fix', digest, changes: [TLS_CHANGE], kept: [], approvalId, reasons: [] };
}

describe('what is wanted becomes operations', () => {
  const earlier: OpenOperation = {
    operationId: 'earlier',
    startedAt: '2026-03-01T11:00:00.000Z',
    trigger: { type: 'sweep' },
    entries: [entry('a', { state: 'blocked', attempts: 2 }), entry('b', { state: 'unknown' })],
    waitingFor: ['https://management.example/operation'],
  };

  let world: MemoryWorld;
  beforeEach(async () => {
    world = memoryWorld();
    await world.audit.append(
      earlier.entries.map((one) => intendedFact(occasion, 'earlier', one, [digestReason(one.digest)])),
    );
  });

  it('what was tried before is tried again under its operation, and counted; what is not wanted stays as it is', async () => {
    expect(await planOperations(world, [earlier], [wanted('a')], occasion)).toEqual([
      { ...earlier, entries: [entry('a', { state: 'open', attempts: 3 }), entry('b', { state: 'unknown' })] },
    ]);
  });

  it('what a person has approved is an attempt of its own', async () => {
    const planned = await planOperations(world, [earlier], [wanted('a', 'approval-1')], occasion);
    expect(planned.map(({ operationId }) => operationId)).toEqual(['earlier', 'operation-1']);
    expect(planned[1]?.entries).toEqual([entry('a', { approvalId: 'approval-1' })]);
  });

  it('an attempt that the log holds for an approval goes on under its operation, though nobody remembers it', async () => {
    const known = { ...wanted('e', 'approval-2'), operationId: 'lost' };
    const planned = await planOperations(world, [], [known, wanted('c')], occasion);
    expect(planned.map(({ operationId, entries }) => [operationId, entries.length])).toEqual([
      ['lost', 1],
      ['operation-1', 1],
    ]);
  });

  it('what the log has an end of, or no intent, is a new operation', async () => {
    const [intent] = world.stored.entries;
    if (!intent) throw new Error('no intent');
    await world.audit.append([endingFact(occasion, intent, applied('There.'))]);
    const strange: OpenOperation = { ...earlier, operationId: 'strange', entries: [entry('x', { state: 'held' })] };
    const planned = await planOperations(world, [earlier, strange], [wanted('a'), wanted('x')], occasion);
    expect(planned.map(({ operationId }) => operationId)).toEqual(['earlier', 'operation-1']);
    expect(planned[0]?.entries).toEqual([entry('b', { state: 'unknown' })]);
    expect(planned[1]?.entries).toEqual([entry('a'), entry('x')]);
  });

  it('what was never tried is one new operation, beside those that are there', async () => {
    const planned = await planOperations(world, [earlier], [wanted('c'), wanted('a'), wanted('d', 'x')], occasion);
    expect(planned.map(({ operationId }) => operationId)).toEqual(['earlier', 'operation-1']);
    expect(planned[1]).toEqual({
      operationId: 'operation-1',
      startedAt: occasion.at,
      trigger: occasion.trigger,
      entries: [entry('c'), entry('d', { approvalId: 'x' })],
      waitingFor: [],
    });
  });
});

describe('the mode moves to approve between decision and write', () => {
  it('what nobody approved is not written, what a person approved is', async () => {
    let armed = false;
    const { world, host } = scene({
      app: { site: { httpsOnly: false }, config: { remoteDebuggingEnabled: true } },
      ports: (whole) =>
        watchedWorld(whole, async (name, go) => {
          const answer = await go();
          if (armed && name === 'audit.append' && whole.stored.entries.at(-1)?.kind === 'fix.intended') {
            armed = false;
            storeSettings(whole, { mode: 'approve' });
          }
          return answer;
        }),
    });
    await eventAndRest(host, 'first', SHOP);
    await host.decide(decisionOn(world, 'approve'));
    world.arm.change(SHOP, 'resource', '/properties/httpsOnly', false);
    armed = true;
    await host.deliver(gridEvent('second', SHOP));
    await host.settle(60);
    expect(world.arm.valueOf(SHOP, 'config/web', '/properties/remoteDebuggingEnabled')).toBe(false);
    expect(world.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(false);
    expect(factsIn(world, 'fix.blocked')).toEqual(['fix.blocked webapp-https-only']);
    expect(world.stored.entries.find(({ kind }) => kind === 'fix.blocked')?.reasons).toEqual([
      { code: 'mode-approve', text: 'The mode was set to approve before the write.' },
    ]);
  });
});
