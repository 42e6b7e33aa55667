/** The state that is read last before a request, so that a stop, a freeze or an exemption takes effect at once. */

import { describe, expect, test } from 'vitest';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import { memberOf } from '../../../src/domain/approvals/rollout.ts';
import { waitingRollout } from '../../../src/domain/approvals/rollout-steps.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { createExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import type { StoredSettings } from '../../../src/workflows/ports/settings.ts';
import { checkBeforeWrite } from '../../../src/workflows/reconcile/check-before-write.ts';
import { event } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps, START, storeSettings } from '../../fakes/deps.ts';

const shop = resourceNamed(SHOP);
const rule = { id: 'webapp-min-tls', version: 1 };
const fix: ChangeSet = { rule, purpose: 'fix', digest: 'd', changes: [], preserved: [], approvalId: null, reasons: [] };
const approved: ChangeSet = { ...fix, approvalId: 'a', decidedBy: 'ADA' };

test('an exemption that was created meanwhile blocks a fix, but no rollback', async () => {
  const deps = fakeDeps();
  const granted = { scope: SHOP, rule: rule.id, owner: 'Shop', reason: 'An old scanner.', ticket: null };
  const expires = '2026-03-09T12:00:00.000Z';
  expect(await checkBeforeWrite({ deps, resource: shop }, [fix], [])).toBeNull();
  await createExemption(deps, { ...granted, expires }, { type: 'user', objectId: 'o' });
  expect(await checkBeforeWrite({ deps, resource: shop }, [fix], [])).toMatchObject({
    state: 'blocked',
    causeCode: 'exempt',
  });
  expect(await checkBeforeWrite({ deps, resource: shop }, [{ ...approved, purpose: 'rollback' }], [])).toBeNull();
});

function written(id: string, objectId: string): StoredEvent {
  const { event: sample, ...rest } = event({ resource: SHOP, outcome: null, receivedAt: START });
  return { ...rest, event: { ...sample, id, changedBy: { objectId, type: 'user' } } };
}

test('a new event of the approver blocks the approved write', async () => {
  const deps = fakeDeps();
  const [other, own] = [written('other', 'bob'), written('own', 'ada')];
  await deps.events.store(other);
  expect(await checkBeforeWrite({ deps, resource: shop }, [approved], [])).toBeNull();
  await deps.events.store(own);
  expect(await checkBeforeWrite({ deps, resource: shop }, [approved], [other])).toMatchObject({
    state: 'blocked',
    causeCode: 'own-change',
  });
  // Earlier events were known to the plan, and a fix without a decision has no decider.
  expect(await checkBeforeWrite({ deps, resource: shop }, [approved], [other, own])).toBeNull();
  expect(await checkBeforeWrite({ deps, resource: shop }, [fix], [])).toBeNull();
  storeSettings(deps, { approvals: { ...settingsSchema.parse({}).approvals, separationOfDuties: false } });
  expect(await checkBeforeWrite({ deps, resource: shop }, [approved], [other])).toBeNull();
});

describe('a roll-out', () => {
  const rollout = { stages: [1], bakeMinutes: 5 };
  const starts = [{ rule: rule.id, scope: '/', except: [], ...rollout, isEvaluated: true }];

  /** Settings with stages, and what began with them. */
  function begun(beside: Partial<StoredSettings>) {
    const deps = fakeDeps();
    storeSettings(deps, { rollout });
    const row = deps.stored.settings;
    if (row) deps.stored.settings = { ...row, value: { ...row.value, ...beside } };
    return deps;
  }
  const check = (deps: FakeDeps, changeSet: ChangeSet) => checkBeforeWrite({ deps, resource: shop }, [changeSet], []);

  test.each<[string, Partial<StoredSettings>, string | null]>([
    [
      'that the settings began meanwhile',
      { rollouts: [{ revision: 1, at: START, by: { type: 'user' }, starts }] },
      'rollout',
    ],
    ['of a rule that is new', { knownRules: [] }, 'rollout'],
    ['of no rule', { knownRules: [rule.id] }, null],
  ])('%s: what holds an automatic write, and nothing that a person decided', async (_, beside, cause) => {
    const deps = begun(beside);
    expect((await check(deps, fix))?.causeCode ?? null).toBe(cause);
    expect(await check(deps, approved)).toBeNull();
  });

  test('that was stopped meanwhile holds an app of its stage', async () => {
    const deps = begun({});
    const [start] = starts;
    if (!start) throw new Error('there is a start');
    const by = { type: 'user' as const };
    const waiting = waitingRollout(start, { id: 'r1', revision: 1, at: START, actor: by });
    const progress = { stage: 1, apps: 1, pending: 1, left: 0 };
    const running = { ...waiting, status: 'running' as const, progress, members: [memberOf(shop)], stageAt: START };
    await deps.rollouts.save(running, null);
    expect(await check(deps, fix)).toBeNull();
    await deps.rollouts.save(
      { ...running, status: 'stopped', stopped: { at: START, reason: 'Ill.', resource: null } },
      '1',
    );
    expect(await check(deps, fix)).toMatchObject({ state: 'blocked', causeCode: 'rollout' });
  });
});

test('guarantee 15: a stop of automatic writes blocks fixes, and neither what was approved nor a rollback of a health gate', async () => {
  const deps = fakeDeps();
  const codeOf = async (changeSet: ChangeSet) =>
    (await checkBeforeWrite({ deps, resource: shop }, [changeSet], []))?.causeCode ?? null;
  const scope = SHOP.split('/').slice(0, 3).join('/');
  const ordered: ChangeSet = { ...fix, purpose: 'rollback', approvalId: 'a', byHealthGate: true };
  storeSettings(deps, { scopes: [{ scope, stopped: { reason: 'x', automaticOnly: true } }] });
  expect([await codeOf(fix), await codeOf(approved), await codeOf(ordered)]).toEqual(['stopped', null, null]);
  storeSettings(deps, { scopes: [{ scope, stopped: { reason: 'x' } }] });
  expect([await codeOf(approved), await codeOf(ordered)]).toEqual(['stopped', 'stopped']);
  const until = new Date(deps.clock.now().getTime() + 60_000).toISOString();
  storeSettings(deps, { scopes: [{ scope, frozen: { until, reason: 'x' } }] });
  expect([await codeOf(approved), await codeOf(ordered)]).toEqual(['frozen', null]);
});
