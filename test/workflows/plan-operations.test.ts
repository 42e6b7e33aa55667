/** Promise 10: an attempt at changes that the log holds an intent for runs under it; anything else is a new operation. */
import { describe, expect, it } from 'vitest';
import { planOperations, type Wanted } from '../../src/workflows/apply-plan.ts';
import type { Occasion } from '../../src/workflows/facts-of.ts';
import type { OpenEntry, OpenOperation } from '../../src/workflows/ports.ts';
import { TLS_CHANGE } from '../domain/examples.ts';
import { SHOP } from '../world/apps.ts';
import { gridEvent } from '../world/event-grid.ts';
import { memoryWorld, storeSettings } from '../world/memory-world.ts';
import { factsIn, scene } from '../world/scene.ts';
import { watchedWorld } from '../world/watched-world.ts';
import { decisionOn, eventAndRest } from '../world/ways.ts';

const occasion: Occasion = {
  at: '2026-03-01T12:00:00.000Z',
  resource: { id: SHOP, type: 'Microsoft.Web/sites', name: 'Shop' },
  mode: 'autofix',
  trigger: { type: 'event', eventId: 'e' },
  service: { type: 'service' },
};

function entry(digest: string, members: Partial<OpenEntry> = {}): OpenEntry {
  return {
    ...{ rule: 'webapp-min-tls', ruleVersion: 1, purpose: 'fix', digest, changes: [TLS_CHANGE], approvalId: null },
    ...{ attempts: 1, state: 'open' },
    ...members,
  };
}

function wanted(digest: string, approvalId: string | null = null): Wanted {
  const rule = { id: 'webapp-min-tls', version: 1 };
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

  it('what was tried before is tried again under its operation, and counted; what is not wanted stays as it is', () => {
    expect(planOperations(memoryWorld(), [earlier], [wanted('a', 'approval-1')], occasion)).toEqual([
      {
        ...earlier,
        entries: [
          entry('a', { state: 'open', attempts: 3, approvalId: 'approval-1' }),
          entry('b', { state: 'unknown' }),
        ],
      },
    ]);
  });

  it('what was never tried is one new operation, beside those that are there', () => {
    const planned = planOperations(memoryWorld(), [earlier], [wanted('c'), wanted('a'), wanted('d', 'x')], occasion);
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
