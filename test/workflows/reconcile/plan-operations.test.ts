/** Guarantee 10: an attempt at changes that the log holds an intent for runs under it; anything else is a new operation. */

import { beforeEach, describe, expect, it } from 'vitest';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import { digestReason } from '../../../src/domain/approvals/digests.ts';
import type { Attempt, OpenOperation } from '../../../src/workflows/ports/resource-states.ts';
import { appliedOutcome } from '../../../src/workflows/reconcile/attempt-outcomes.ts';
import { planOperations } from '../../../src/workflows/reconcile/plan-operations.ts';
import { intentRecord, outcomeRecord } from '../../../src/workflows/state/audit-records.ts';
import { TLS_CHANGE } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { factsIn, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

function entry(digest: string, members: Partial<Attempt> = {}): Attempt {
  return {
    ...{ rule: `rule-${digest}`, ruleVersion: 1, purpose: 'fix', digest, changes: [TLS_CHANGE], approvalId: null },
    ...{ attemptCount: 1, state: 'open' },
    ...members,
  };
}

function wanted(digest: string, approvalId: string | null = null): ChangeSet {
  const rule = { id: `rule-${digest}`, version: 1 };
  return { rule, purpose: 'fix', digest, changes: [TLS_CHANGE], preserved: [], approvalId, reasons: [] };
}

describe('what is wanted becomes operations', () => {
  const earlier: OpenOperation = {
    operationId: 'earlier',
    startedAt: '2026-03-01T11:00:00.000Z',
    trigger: { type: 'sweep' },
    attempts: [entry('a', { state: 'blocked', attemptCount: 2 }), entry('b', { state: 'unknown' })],
    operationUrls: ['https://management.example/operation'],
  };

  let deps: FakeDeps;
  beforeEach(async () => {
    deps = fakeDeps();
    await deps.audit.append(
      earlier.attempts.map((one) => intentRecord(auditContext, 'earlier', one, [digestReason(one.digest)])),
    );
  });

  it('what was tried before is tried again under its operation, and counted; what is not wanted stays as it is', async () => {
    expect(await planOperations(deps, [earlier], [wanted('a')], auditContext)).toEqual([
      { ...earlier, attempts: [entry('a', { state: 'open', attemptCount: 3 }), entry('b', { state: 'unknown' })] },
    ]);
  });

  it('what a person has approved is an attempt of its own', async () => {
    const planned = await planOperations(deps, [earlier], [wanted('a', 'approval-1')], auditContext);
    expect(planned.map(({ operationId }) => operationId)).toEqual(['earlier', 'operation-1']);
    expect(planned[1]?.attempts).toEqual([entry('a', { approvalId: 'approval-1' })]);
  });

  it('an attempt that the log holds for an approval goes on under its operation, though nobody remembers it', async () => {
    const known = { ...wanted('e', 'approval-2'), operationId: 'lost' };
    const planned = await planOperations(deps, [], [known, wanted('c')], auditContext);
    expect(planned.map(({ operationId, attempts }) => [operationId, attempts.length])).toEqual([
      ['lost', 1],
      ['operation-1', 1],
    ]);
  });

  it('what the log has an end of, or no intent, is a new operation', async () => {
    const [intent] = deps.stored.entries;
    if (!intent) throw new Error('no intent');
    await deps.audit.append([outcomeRecord(auditContext, intent, appliedOutcome('There.'))]);
    const strange: OpenOperation = { ...earlier, operationId: 'strange', attempts: [entry('x', { state: 'held' })] };
    const planned = await planOperations(deps, [earlier, strange], [wanted('a'), wanted('x')], auditContext);
    expect(planned.map(({ operationId }) => operationId)).toEqual(['earlier', 'operation-1']);
    expect(planned[0]?.attempts).toEqual([entry('b', { state: 'unknown' })]);
    expect(planned[1]?.attempts).toEqual([entry('a'), entry('x')]);
  });

  it('what was never tried is one new operation, beside those that are there', async () => {
    const planned = await planOperations(deps, [earlier], [wanted('c'), wanted('a'), wanted('d', 'x')], auditContext);
    expect(planned.map(({ operationId }) => operationId)).toEqual(['earlier', 'operation-1']);
    expect(planned[1]).toEqual({
      operationId: 'operation-1',
      startedAt: auditContext.at,
      trigger: auditContext.trigger,
      attempts: [entry('c'), entry('d', { approvalId: 'x' })],
      operationUrls: [],
    });
  });
});

describe('the mode moves to approve between decision and write', () => {
  it('what nobody approved is not written, what a person approved is', async () => {
    let armed = false;
    const { world, host } = scene({
      app: { site: { httpsOnly: false }, config: { remoteDebuggingEnabled: true } },
      ports: (whole) =>
        watchedDeps(whole, async (name, go) => {
          const answer = await go();
          if (armed && name === 'audit.append' && whole.stored.entries.at(-1)?.kind === 'fix.intended') {
            armed = false;
            storeSettings(whole, { mode: 'approve' });
          }
          return answer;
        }),
    });
    await deliverAndSettle(host, 'first', SHOP);
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
