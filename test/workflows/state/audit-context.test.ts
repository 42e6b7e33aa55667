/** The common members of the entries of one reconcile, most of all its trigger. */

import { describe, expect, it } from 'vitest';
import type { Trigger } from '../../../src/domain/audit/audit.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import type { WorkMessage } from '../../../src/workflows/ports/work.ts';
import { auditContextOf } from '../../../src/workflows/state/audit-context.ts';
import type { ReconcileState } from '../../../src/workflows/state/reconcile-context.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { stateOf } from '../../fakes/reconcile-context.ts';

const shop = resourceNamed(SHOP);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const SELF = { objectId: 'ours', appId: 'our-app' };

function event(id: string, minute: number, by: string | null, correlationId: string | null = null): StoredEvent {
  return {
    event: {
      id,
      operation: 'Microsoft.Web/sites/write',
      eventTime: null,
      correlationId,
      changedBy: by === null ? null : { objectId: by, type: 'user' },
      appId: null,
    },
    resource: shop.key,
    receivedAt: `2026-03-01T11:${minute}:00.000Z`,
    outcome: null,
    auditIds: [],
    reasons: [],
  };
}

function brought(id: string, by?: string, correlationId?: string): Trigger {
  return {
    type: 'event',
    eventId: id,
    operation: 'Microsoft.Web/sites/write',
    ...(by === undefined ? {} : { changedBy: { objectId: by, type: 'user' } }),
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}

async function occasion(
  message: Partial<WorkMessage>,
  differs: Partial<ReconcileState> & { trigger?: Trigger | null } = {},
) {
  const { trigger, ...others } = differs;
  const whole: WorkMessage = { resource: SHOP, cause: 'event', attempt: 0, ...message };
  const state = await stateOf(fakeDeps(), shop);
  const memory = { ...state.resourceState, trigger: trigger ?? null };
  const { seal: _, ...context } = auditContextOf({
    ...{ deps: fakeDeps(), resource: shop, message: whole, startedAt: NOW },
    state: { ...state, identity: SELF, resourceState: memory, ...others },
  });
  return context;
}

describe('the trigger of a reconcile', () => {
  const waiting = [
    event('old', 10, 'ada'),
    event('echo', 40, 'ours', 'of-our-write'),
    event('new', 30, 'bob', 'deployment'),
    event('unnamed', 20, null),
  ];
  const of = (id: string) => ({ event: { id, receivedAt: '2026-03-01T11:00:00.000Z' } });

  it.each<[string, Partial<WorkMessage>, Trigger]>([
    ['a sweep, with events waiting', { cause: 'sweep' }, { type: 'sweep' }],
    ['a scan', { cause: 'scan' }, { type: 'scan' }],
    ['a decision', { cause: 'decision' }, { type: 'decision' }],
    ['a request for approvals of sweep findings', { cause: 'request' }, { type: 'decision' }],
    ['the event of the message, and no other', of('old'), brought('old', 'ada')],
    ['an event with its correlation', of('new'), brought('new', 'bob', 'deployment')],
    ['an event without a name', of('unnamed'), brought('unnamed')],
    [
      'an event of its own write: then the newest change of somebody else',
      of('echo'),
      brought('new', 'bob', 'deployment'),
    ],
  ])('%s', async (_, message, expected) => {
    expect((await occasion(message, { waitingEvents: waiting })).trigger).toEqual(expected);
  });

  it('the order of the events does not matter', async () => {
    const reversed = await occasion(of('echo'), { waitingEvents: waiting.toReversed() });
    expect(reversed.trigger).toEqual(brought('new', 'bob', 'deployment'));
  });

  it('an event of its own write, when nobody else has changed anything', async () => {
    const alone = await occasion(of('echo'), { waitingEvents: [event('echo', 40, 'ours', 'of-our-write')] });
    expect(alone.trigger).toEqual(brought('echo', 'ours', 'of-our-write'));
  });

  it('without an event it is the stored one, and for a new resource the sweep', async () => {
    const trigger = brought('earlier', 'ada');
    expect((await occasion({ cause: 'wake' }, { waitingEvents: waiting, trigger })).trigger).toEqual(trigger);
    expect((await occasion({ cause: 'wake' })).trigger).toEqual({ type: 'sweep' });
  });
});

describe('the actor', () => {
  it('is the service, with its object id when that is known', async () => {
    expect(await occasion({})).toMatchObject({
      at: NOW.toISOString(),
      resource: { id: SHOP },
      mode: 'autofix',
      service: { type: 'service', name: 'Plumbline', objectId: 'ours' },
    });
    const unknown = await occasion({}, { identity: { objectId: null, appId: null } });
    expect(unknown.service).toEqual({ type: 'service', name: 'Plumbline' });
  });
});
