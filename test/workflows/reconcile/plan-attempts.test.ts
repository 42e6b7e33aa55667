/**
 * Guarantee 10: an attempt at changes with an intent in the log runs under its operation; any other is a new
 * operation.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { attemptFrom, attemptsToStore, outcomeOf, type StoredAttempt } from '../../../src/domain/approvals/attempt.ts';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import { compareWithLog } from '../../../src/workflows/reconcile/claim.ts';
import { planAttempts } from '../../../src/workflows/reconcile/plan-attempts.ts';
import { intentRecord, outcomeRecord } from '../../../src/workflows/state/audit-records.ts';
import { TLS_CHANGE } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { gridEvent } from '../../fakes/azure/event-grid.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { contextOf, storedAttempt } from '../../fakes/reconcile-context.ts';
import { decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { recordsIn, scene } from '../../fakes/scenarios/scene.ts';
import { watchedDeps } from '../../fakes/wrappers/watched.ts';

function wanted(digest: string, approvalId: string | null = null): ChangeSet {
  const rule = { id: `rule-${digest}`, version: 1 };
  return { rule, purpose: 'fix', digest, changes: [TLS_CHANGE], preserved: [], approvalId, reasons: [] };
}

describe('planned changes become attempts', () => {
  const a = storedAttempt('a', { operationId: 'earlier', status: 'blocked', number: 2 });
  const b = storedAttempt('b', {
    operationId: 'earlier',
    status: 'unknown',
    operationUrls: ['https://management.example'],
  });
  const added = (digest: string, approvalId: string | null = null) =>
    storedAttempt(digest, { operationId: 'operation-1', approvalId });

  let deps: FakeDeps;
  beforeEach(async () => {
    deps = fakeDeps();
    await deps.audit.append([a, b].map((one) => intentRecord(auditContext, attemptFrom(one))));
  });

  /** The attempts that are made, and those that are left as they are. */
  async function planned(stored: readonly StoredAttempt[], granted: readonly ChangeSet[]) {
    const context = await contextOf(deps);
    const attempts = await compareWithLog(context, stored.map(attemptFrom), granted);
    const plan = { store: [], needed: new Set(stored.map(({ digest }) => digest)), running: false };
    const made = planAttempts(context, plan, { attempts, granted, store: [], budgetHold: null });
    return { made: attemptsToStore(made.attempts), left: attemptsToStore(made.earlier) };
  }

  it('an earlier attempt is repeated under its operation and counted, and others stay unchanged', async () => {
    expect(await planned([a, b], [wanted('a')])).toEqual({ made: [{ ...a, number: 3, status: 'open' }], left: [b] });
  });

  it('an approved change is a separate attempt', async () => {
    expect(await planned([a, b], [wanted('a', 'approval-1')])).toEqual({
      made: [added('a', 'approval-1')],
      left: [{ ...a, status: 'blocked' }, b],
    });
  });

  it('an attempt for an approval with an intent in the log continues under its operation, when the row lost it', async () => {
    const known = { ...wanted('e', 'approval-2'), operationId: 'lost' };
    const { made } = await planned([], [known, wanted('c')]);
    expect(made).toEqual([{ ...added('e', 'approval-2'), operationId: 'lost' }, added('c')]);
  });

  it('an attempt whose end is in the log, or whose intent is not, is a new operation', async () => {
    const [intent] = deps.stored.entries;
    if (!intent) throw new Error('no intent');
    await deps.audit.append([outcomeRecord(auditContext, intent, outcomeOf('applied', 'There.'))]);
    const strange = storedAttempt('x', { operationId: 'strange', status: 'held' });
    expect(await planned([a, b, strange], [wanted('a'), wanted('x')])).toEqual({
      made: [added('a'), added('x')],
      left: [b],
    });
  });

  it('new attempts are one new operation beside the existing ones', async () => {
    expect(await planned([a, b], [wanted('c'), wanted('a'), wanted('d', 'x')])).toEqual({
      made: [added('c'), { ...a, number: 3, status: 'open' }, added('d', 'x')],
      left: [b],
    });
  });
});

describe('mode approve is set between decision and write', () => {
  it('a fix without an approval is not written, an approved one is', async () => {
    let armed = false;
    const { deps, host } = scene({
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
    await host.decide(decisionOn(deps, 'approve'));
    deps.arm.change(SHOP, 'resource', '/properties/httpsOnly', false);
    armed = true;
    await host.deliver(gridEvent('second', SHOP));
    await host.settle(60);
    expect(deps.arm.valueOf(SHOP, 'config/web', '/properties/remoteDebuggingEnabled')).toBe(false);
    expect(deps.arm.valueOf(SHOP, 'resource', '/properties/httpsOnly')).toBe(false);
    expect(recordsIn(deps, 'fix.blocked')).toEqual(['fix.blocked webapp-https-only']);
    expect(deps.stored.entries.find(({ kind }) => kind === 'fix.blocked')?.reasons).toEqual([
      { code: 'mode-approve', text: 'The mode was set to approve before the write.' },
    ]);
  });
});
