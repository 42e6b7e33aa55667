/** The state that a reconcile loads before it reads, and which events are of Plumbline's own writes. */

import { describe, expect, it } from 'vitest';
import { viewOf } from '../../../src/domain/resources/resource.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import { isOwnWrite } from '../../../src/workflows/state/changers.ts';
import { factsBeforePlan } from '../../../src/workflows/state/decision-input.ts';
import { openApprovals } from '../../../src/workflows/state/reconcile-context.ts';
import { emptyResourceState } from '../../../src/workflows/state/resource-state.ts';
import { approval } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { contextOf, stateOf } from '../../fakes/reconcile-context.ts';

const shop = resourceNamed(SHOP);
const sweep = { id: 's', startedAt: '2026-03-01T12:00:00.000Z' };

describe('guarantee 2: Plumbline’s own writes never count as changes by others', () => {
  const by = (objectId: string | null, appId: string | null): StoredEvent => ({
    event: {
      ...{ id: 'e', operation: 'Microsoft.Web/sites/write', eventTime: null, correlationId: null, appId },
      changedBy: objectId === null ? null : { objectId, type: 'app' },
    },
    ...{ resource: SHOP, receivedAt: '2026-03-01T12:00:00.000Z', outcome: null, auditIds: [], reasons: [] },
  });

  it.each<[string, StoredEvent, { objectId: string | null; appId: string | null }, boolean]>([
    ['by its object id', by('ours', null), { objectId: 'ours', appId: 'app' }, true],
    ['by its object id, in any casing', by('ours', null), { objectId: 'OURS', appId: null }, true],
    ['by its application id', by('somebody', 'app'), { objectId: 'ours', appId: 'app' }, true],
    ['by its application id, in any casing', by(null, 'App'), { objectId: null, appId: 'aPP' }, true],
    ['by neither', by('somebody', 'another'), { objectId: 'ours', appId: 'app' }, false],
    ['by an unknown caller', by(null, null), { objectId: 'ours', appId: 'app' }, false],
    ['by an unnamed identity, while its own is unknown', by('somebody', 'app'), { objectId: null, appId: null }, false],
    ['by an unknown caller, while its own identity is unknown', by(null, null), { objectId: null, appId: null }, false],
  ])('%s', (_, event, self, ours) => {
    expect(isOwnWrite(event, self)).toBe(ours);
  });
});

describe('the loaded state', () => {
  it('of a new resource is empty', async () => {
    const state = await stateOf(fakeDeps(), shop);
    expect(state).toMatchObject({ version: null, approvals: [], waitingEvents: [], exemptions: [] });
    expect(state.resourceState).toEqual(emptyResourceState(shop));
    expect(state.resourceState).toMatchObject({
      gone: false,
      evaluatedAt: null,
      openApprovals: [],
      attempts: [],
      findings: [],
    });
  });

  it.each(['sweep', 'scan', 'event'] as const)('a failing fix is tried again by a sweep only: %s', async (cause) => {
    const message = { resource: SHOP, cause, attempt: 0, ...(cause === 'event' ? {} : { sweep }) };
    const context = await contextOf(fakeDeps(), { message });
    expect(factsBeforePlan(context, []).retryFailing).toBe(cause !== 'event');
  });

  it('has the existing approvals of the resource state, and those that wait are open', async () => {
    const deps = fakeDeps();
    const resource = viewOf(shop);
    await deps.approvals.save(approval({ id: 'a', resource }), null);
    await deps.approvals.save(approval({ id: 'b', resource, status: 'applied' }), null);
    // Of another resource: somebody has changed the row.
    await deps.approvals.save(approval({ id: 'd' }), null);
    await deps.resources.saveState(shop, { ...emptyResourceState(shop), openApprovals: ['a', 'b', 'c', 'd'] }, null);
    const state = await stateOf(deps, shop);
    expect(state.approvals.map(({ value }) => value.id)).toEqual(['a', 'b']);
    expect(openApprovals(state).map(({ id }) => id)).toEqual(['a']);
  });
});
