/** The state that is read last before a request, so that a stop, a freeze or an exemption takes effect at once. */

import { expect, test } from 'vitest';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { createExemption } from '../../../src/workflows/exemptions/grant-exemption.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import { checkBeforeWrite } from '../../../src/workflows/reconcile/check-before-write.ts';
import { event } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps, START, storeSettings } from '../../fakes/deps.ts';

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
