/** The changers of a violation, from the resource state, waiting events and the Activity Log. */

import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/domain/resources/principal.ts';
import type { Writer } from '../../../src/domain/resources/writers.ts';
import type { ActivityEntry } from '../../../src/workflows/ports/azure.ts';
import type { StoredEvent } from '../../../src/workflows/ports/events.ts';
import type { ResourceState } from '../../../src/workflows/ports/resource-states.ts';
import {
  type ActivityQueryResult,
  activityQueryStart,
  changersOf,
  contradictsEvent,
  explainsChange,
  isChangerKnown,
  writersOfActivity,
  writersOfNewEvents,
} from '../../../src/workflows/state/changers.ts';
import { emptyResourceState } from '../../../src/workflows/state/resource-state.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const SELF = { objectId: 'OURS', appId: 'our-app' };
const person = (objectId: string, name = objectId): Caller => ({ objectId, type: 'user', name });

function event(minute: number, changedBy: Caller | null, appId: string | null = null): StoredEvent {
  const about = { operation: 'Microsoft.Web/sites/write', eventTime: null, correlationId: 'c', appId };
  return {
    event: { id: `e${minute}`, ...about, changedBy },
    ...{ resource: SHOP, receivedAt: at(minute), outcome: null, auditIds: [], reasons: [] },
  };
}

function writer(objectId: string, minute: number, differs: Partial<Writer> = {}): Writer {
  return { objectId, type: 'user', at: at(minute), since: at(minute), source: 'event', ...differs };
}

function stateWith(memory: Partial<ResourceState>, waiting: StoredEvent[] = []) {
  return {
    resourceState: { ...emptyResourceState(resourceNamed(SHOP)), ...memory },
    waitingEvents: waiting,
    identity: SELF,
  };
}

const ids = (callers: readonly Writer[]) => callers.map(({ objectId }) => objectId);

describe('the changers of a violation', () => {
  const writers = [writer('ada', 1), writer('bob', 5)];

  it('wrote after the rule was last met; for a rule that never was, all writers', () => {
    const compliantAt = { tls: at(1), cors: at(5) };
    expect(changersOf(stateWith({ writers, compliantAt: compliantAt }), 'tls')).toEqual({
      callers: [writers[1]],
      complete: true,
      since: at(1),
    });
    expect(changersOf(stateWith({ writers, compliantAt: compliantAt }), 'cors').callers).toEqual([]);
    expect(ids(changersOf(stateWith({ writers, compliantAt: compliantAt }), 'never').callers)).toEqual(['ada', 'bob']);
  });

  it('include the authors of waiting events, the latest last, each once with the latest name', () => {
    const waiting = [event(30, person('ada', 'Ada Example')), event(10, person('eve')), event(20, null)];
    const { callers } = changersOf(stateWith({ writers }, waiting), 'tls');
    expect(ids(callers)).toEqual(['bob', 'eve', 'ada']);
    expect(callers.at(-1)).toMatchObject({ name: 'Ada Example', eventId: 'e30', correlationId: 'c', since: at(1) });
  });

  it('never include Plumbline itself', () => {
    const waiting = [event(10, person('ours')), event(11, person('x'), 'OUR-APP')];
    expect(changersOf(stateWith({}, waiting), 'tls').callers).toEqual([]);
  });

  it('of a fix that is rolled back wrote since the rule was met before it', () => {
    const memory = {
      writers,
      compliantAt: { tls: at(6) },
      beforeFix: { tls: { compliantAt: at(2), unattributed: true } },
    };
    expect(changersOf(stateWith(memory), 'tls', 'rollback')).toEqual({
      callers: [writers[1]],
      complete: false,
      since: at(2),
    });
    expect(changersOf(stateWith({ ...memory, beforeFix: {} }), 'tls', 'rollback').since).toBe(at(6));
  });

  it.each<[string, Partial<ResourceState>, boolean]>([
    ['all of them', { writers }, true],
    ['nobody', {}, false],
    ['some are missing', { writers, writersTruncatedAt: at(1), compliantAt: { tls: at(0) } }, false],
    ['some are missing, for a rule that was never met', { writers, writersTruncatedAt: at(1) }, false],
    [
      'the missing ones wrote before the rule was met',
      { writers, writersTruncatedAt: at(1), compliantAt: { tls: at(1) } },
      true,
    ],
    ['the violation was found without a known changer', { writers, unattributedSince: { tls: at(3) } }, false],
    ['another violation was', { writers, unattributedSince: { cors: at(3) } }, true],
  ])('are known: %s', (_, memory, expected) => {
    expect(isChangerKnown(changersOf(stateWith(memory), 'tls'))).toBe(expected);
  });

  it('authors of new events are those of events that were not there before', () => {
    const [first, second] = [event(1, person('ada')), event(2, person('bob'))];
    expect(ids(writersOfNewEvents([first], [first, second, event(3, person('ours'))], SELF))).toEqual(['bob']);
  });
});

function inquiry(entries: Partial<ActivityEntry>[], differs: { complete?: boolean; from?: number; to?: number } = {}) {
  const { complete = true, from = 30, to = 90 } = differs;
  const common = { correlationId: null, operation: 'o', at: at(60), caller: null, appId: null };
  const read = entries.map((one) => ({ ...common, ...one }));
  return {
    ...{ from: new Date(at(from)), to: new Date(at(to)) },
    result: { kind: 'read', entries: read, complete },
  } satisfies ActivityQueryResult;
}

describe('an answer of the Activity Log', () => {
  const ada = { caller: person('ADA') };
  const bob = { caller: person('bob') };

  it('gives users and applications, without Plumbline itself', () => {
    const entries = [ada, { caller: null }, { caller: person('ours') }, { ...bob, appId: 'our-app' }];
    expect(writersOfActivity(inquiry(entries), SELF)).toEqual([
      { ...writer('ada', 60, { name: 'ADA', source: 'activity-log' }) },
    ]);
  });

  it.each<[string, ActivityQueryResult, number | null, boolean]>([
    ['names somebody since then', inquiry([ada]), 30, true],
    ['names somebody before then', inquiry([ada]), 60, false],
    ['names nobody', inquiry([{}]), 30, false],
    ['is not complete', inquiry([ada], { complete: false }), 30, false],
    ['begins later', inquiry([ada], { from: 31 }), 30, false],
    ['is for a rule that was never met', inquiry([ada]), null, true],
  ])('explains a change: it %s', (_, answer, since, expected) => {
    const changers = { callers: [], complete: true, since: since === null ? null : at(since) };
    expect(explainsChange(answer, writersOfActivity(answer, SELF), changers)).toBe(expected);
  });

  it.each<[string, ActivityQueryResult, Writer, number | null, boolean]>([
    ['it shows other callers and not this person', inquiry([bob]), writer('ada', 60), null, true],
    ['it shows only Plumbline itself', inquiry([{ caller: person('ours') }]), writer('ada', 60), null, true],
    ['it shows this person', inquiry([ada, bob]), writer('ada', 60), null, false],
    ['it is empty', inquiry([]), writer('ada', 60), null, false],
    ['it names nobody', inquiry([{}]), writer('ada', 60), null, false],
    ['it is not complete', inquiry([bob], { complete: false }), writer('ada', 60), null, false],
    ['it begins less than half an hour before', inquiry([bob], { from: 31 }), writer('ada', 60), null, false],
    ['it ends less than half an hour after', inquiry([bob], { to: 89 }), writer('ada', 60), null, false],
    ['an earlier event named the person', inquiry([bob]), writer('ada', 60, { since: at(59) }), null, false],
    [
      'an earlier event named the person before the rule was met',
      inquiry([bob]),
      writer('ada', 60, { since: at(5) }),
      60,
      true,
    ],
    [
      'the Activity Log itself named the person',
      inquiry([bob]),
      writer('ada', 60, { source: 'activity-log' }),
      null,
      false,
    ],
    [
      'an unnamed caller wrote under the same correlation id',
      inquiry([bob, { correlationId: 'c' }]),
      writer('ada', 60, { correlationId: 'c' }),
      null,
      false,
    ],
    [
      'an unnamed caller wrote under another correlation id',
      inquiry([bob, { correlationId: 'd' }]),
      writer('ada', 60, { correlationId: 'c' }),
      null,
      true,
    ],
  ])('contradicts an event or not: %s', (_, answer, accused, since, expected) => {
    expect(contradictsEvent(answer, accused, since === null ? null : at(since))).toBe(expected);
  });

  it('that refuses explains and contradicts nothing', () => {
    const failure = { kind: 'blocked', code: 'x', message: 'x', retryAfter: null } as const;
    const refused: ActivityQueryResult = { ...inquiry([]), result: { kind: 'refused', failure } };
    expect(contradictsEvent(refused, writer('ada', 60), null)).toBe(false);
    expect(explainsChange(refused, [writer('ada', 60)], { callers: [], complete: true, since: null })).toBe(false);
  });
});

describe('the start of a query of the Activity Log', () => {
  const changers = { callers: [], complete: true, since: at(40) };
  const time = (minute: number) => new Date(at(minute)).getTime();

  it.each<[string, boolean, Writer | null, string | null, number | null]>([
    ['none when the changers are known', false, null, at(40), null],
    ['when the rule was last met', true, null, at(40), time(40)],
    ['as early as possible, for a rule that was never met', true, null, null, 0],
    ['half an hour before the first event that names the person', false, writer('ada', 50), null, time(20)],
    ['half an hour before the rule was met', false, writer('ada', 50), at(40), time(10)],
    ['none for an event of the last half hour', false, writer('ada', 61), at(40), null],
    ['none for a person whom it named itself', false, writer('ada', 50, { source: 'activity-log' }), at(40), null],
  ])('%s', (_, isUnknown, accused, since, expected) => {
    expect(activityQueryStart({ ...changers, since }, { isUnknown, changer: accused }, new Date(at(90)))).toBe(
      expected,
    );
  });
});
