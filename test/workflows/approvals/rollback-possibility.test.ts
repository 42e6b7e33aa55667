/** What is said about a rollback beforehand is what the request answers, and costs no read of Azure and no write. */

import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { requestRollback } from '../../../src/workflows/approvals/request-rollback.ts';
import { findRollbackRefusal } from '../../../src/workflows/approvals/rollback-possibility.ts';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, storeSettings } from '../../fakes/deps.ts';
import { deliverAndSettle, rollbackOf } from '../../fakes/scenarios/scenarios.ts';
import { tracedDeps, withoutCalls } from '../../fakes/wrappers/watched.ts';
import { ada, bob, carol, fixed, TLS } from './rolling-back.ts';

type Person = typeof ada;
const [subscription = ''] = /^\/subscriptions\/[^/]+/.exec(SHOP) ?? [];
const WRITES = ['approvals.claimId', 'approvals.save', 'resources.saveState', 'audit.append', 'queue.send'];
const AZURE = ['arm.read', 'arm.write', 'activityLog.listWrites'];

async function said(deps: FakeDeps, person: Person) {
  const { refusal, asOf } = await findRollbackRefusal(
    withoutCalls(deps, [...WRITES, ...AZURE]),
    rollbackOf(deps).entry,
    person,
  );
  return { code: refusal?.code ?? 'possible', asOf };
}

async function answered(deps: FakeDeps, person: Person, ports: Deps = deps): Promise<string> {
  try {
    await requestRollback(ports, { ...rollbackOf(deps), person });
    return 'possible';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('the answer before a request is that of the request', () => {
  const named = { scopes: [{ scope: subscription, approvers: ['dddddddd-0000-4000-8000-00000000000d'] }] };

  test.each<[string, Partial<Settings>, Person, string]>([
    ['mode audit', { mode: 'audit' }, bob, 'audit-mode'],
    ['the stop', { stopped: { reason: 'night' } }, bob, 'stopped'],
    ['a user who is not among the named approvers', named, bob, 'forbidden'],
    ['a changer', {}, bob, 'own-change'],
    ['anybody else', {}, ada, 'possible'],
  ])('for %s', async (_, settings, person, expected) => {
    const { deps } = await fixed();
    storeSettings(deps, settings);
    const { code, asOf } = await said(deps, person);
    expect([code, asOf]).toEqual([expected, deps.stored.resourceStates.get(SHOP.toLowerCase())?.evaluatedAt]);
    expect(await answered(deps, person)).toBe(expected);
  });

  test('for a value that has changed, once it was evaluated', async () => {
    const { deps, host } = await fixed({ mode: 'autofix' });
    storeSettings(deps, { mode: 'audit' });
    deps.arm.change(SHOP, 'config/web', TLS, '1.1');
    expect([(await said(deps, ada)).code, await answered(deps, ada)]).toEqual(['audit-mode', 'moved']);
    await deliverAndSettle(host, 'later', SHOP);
    expect([(await said(deps, ada)).code, await answered(deps, ada)]).toEqual(['moved', 'moved']);
  });

  test('for one that was requested: by the same person, and by another', async () => {
    const { deps } = await fixed();
    expect(await answered(deps, ada)).toBe('possible');
    for (const [person, expected] of [
      [ada, 'possible'],
      [carol, 'decided'],
    ] as const) {
      expect([(await said(deps, person)).code, await answered(deps, person)]).toEqual([expected, expected]);
    }
  });

  test('for an entry about something that was not written', async () => {
    const { deps } = await fixed();
    const intended = deps.stored.entries.find(({ kind }) => kind === 'fix.intended');
    if (!intended) throw new Error('there is no intent');
    const { refusal, asOf } = await findRollbackRefusal(deps, intended, ada);
    expect([refusal?.code, asOf]).toEqual(['not-reversible', null]);
  });

  test('asks no Activity Log where the request asks it', async () => {
    const { deps } = await fixed();
    deps.clock.advance(3600);
    expect((await said(deps, bob)).code).toBe('own-change');
    const calls: string[] = [];
    expect(await answered(deps, bob, tracedDeps(deps, calls))).toBe('own-change');
    expect(calls).toContain('activityLog.listWrites');
  });

  test('reads no more than the state, the events, the settings and the approval', async () => {
    const { deps } = await fixed();
    const calls: string[] = [];
    await findRollbackRefusal(tracedDeps(deps, calls), rollbackOf(deps).entry, ada);
    expect([...new Set(calls)].filter((name) => [...WRITES, ...AZURE].includes(name))).toEqual([]);
  });
});
