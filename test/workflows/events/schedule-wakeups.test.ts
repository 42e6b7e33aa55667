/** When a resource is looked at again by itself: for open intents, for approvals that expire, and for holds. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { StoredAttempt } from '../../../src/domain/approvals/attempt.ts';
import { scheduleWakeups } from '../../../src/workflows/events/schedule-wakeups.ts';
import type { WorkMessage } from '../../../src/workflows/ports/work.ts';
import { emptyResourceState } from '../../../src/workflows/state/resource-state.ts';
import { approval, finding } from '../../api/samples.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { contextOf, storedAttempt } from '../../fakes/reconcile-context.ts';

const EXPIRES = '2026-03-08T10:00:00.000Z';

/** What is scheduled, as minutes from now with the reason. */
async function scheduled({
  attempts = [] as readonly StoredAttempt[],
  approvals = [] as readonly Partial<Approval>[],
  open = [] as readonly string[],
  holds = [] as readonly (string | null)[],
  cause = 'wake' as WorkMessage['cause'],
  action = 'hold' as 'hold' | 'queue',
}): Promise<string[]> {
  const deps = fakeDeps();
  const { state } = await contextOf(deps);
  const rows = approvals.map((one) => ({ value: approval(one), version: '1' }));
  const context = await contextOf(deps, {
    ...{ state: { ...state, approvals: rows }, message: { resource: SHOP, cause, attempt: 0 } },
  });
  const findings = holds.map((until) => finding({ decision: { action, until, reasons: [], ceilings: [] } }));
  const stored = {
    ...emptyResourceState(resourceNamed(SHOP)),
    attempts: [...attempts],
    openApprovals: [...open],
    findings,
  };
  await scheduleWakeups(context, stored);
  const now = deps.clock.now().getTime();
  return [...deps.stored.wakeups.values()].map(({ why, at }) => `${(at - now) / 60_000} ${why}`).sort();
}

test('nothing is scheduled when nothing is open', async () => {
  expect(await scheduled({})).toEqual([]);
});

describe('an open intent', () => {
  test.each([
    [[1], 2],
    [[3], 8],
    [[1, 4, 2], 16],
    [[20], 360],
  ])('after attempts %j is looked at in %d minutes', async (numbers, minutes) => {
    const attempts = numbers.map((number, nth) => storedAttempt(`${nth}`, { number }));
    expect(await scheduled({ attempts })).toEqual([`${minutes} open intent`]);
  });

  test('does not count once it is blocked or held', async () => {
    const attempts = (['blocked', 'held'] as const).map((status) => storedAttempt(status, { status }));
    expect(await scheduled({ attempts })).toEqual([]);
    const open = storedAttempt('open', { status: 'unknown', number: 1 });
    expect(await scheduled({ attempts: [...attempts.map((one) => ({ ...one, number: 5 })), open] })).toEqual([
      '2 open intent',
    ]);
  });
});

describe('an approval that is still pending at its wake-up', () => {
  const pending = { id: 'a1', expiresAt: EXPIRES };

  test('gets another one at its end', async () => {
    expect(await scheduled({ approvals: [pending], open: ['a1'] })).toEqual(['9960 approval a1 expires']);
  });

  test.each<[string, Parameters<typeof scheduled>[0]]>([
    ['when it is decided', { approvals: [{ ...pending, status: 'approved' }], open: ['a1'] }],
    ['when it was closed just now', { approvals: [pending], open: ['a2'] }],
    ['when something else was the cause', { approvals: [pending], open: ['a1'], cause: 'event' }],
  ])('gets none %s', async (_, given) => {
    expect(await scheduled(given)).toEqual([]);
  });
});

describe('a hold', () => {
  const at = (time: string) => `2026-03-01T${time}Z`;

  test('is looked at when the first one ends, at the next full minute', async () => {
    const holds = [at('13:00:00.000'), null, at('12:29:30.000')];
    expect(await scheduled({ holds })).toEqual(['30 held until now']);
  });

  test('without a known end is not, and neither is what is not held', async () => {
    expect(await scheduled({ holds: [null] })).toEqual([]);
    expect(await scheduled({ holds: [at('13:00:00.000')], action: 'queue' })).toEqual([]);
  });
});
