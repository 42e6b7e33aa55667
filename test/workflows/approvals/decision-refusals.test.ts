/** A refused decision says what is wrong and what to do. A repeated decision is not refused. */
import { describe, expect, test } from 'vitest';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import { Refusal } from '../../../src/domain/approvals/refusal.ts';
import type { Settings } from '../../../src/domain/rules/settings.ts';
import { type DecisionRequest, recordDecision } from '../../../src/workflows/approvals/record-decision.ts';
import { ADA, BOB } from '../../fakes/azure/event-grid.ts';
import { RISKY, SHOP } from '../../fakes/azure/resources.ts';
import { storeSettings } from '../../fakes/deps.ts';
import { decisionOn, deliverAndSettle } from '../../fakes/scenarios/scenarios.ts';
import { scene } from '../../fakes/scenarios/scene.ts';

const ada = { objectId: ADA.objectId, name: 'Ada' };
const bob = { objectId: BOB.objectId, name: 'Bob' };
const AT = '2026-03-01T12:00:00.000Z';
const approved = { by: bob, at: AT, comment: null, decision: 'approve', changerUnknown: false } as const;

async function refusal(
  differs: Partial<Approval>,
  request: Partial<DecisionRequest>,
  settings: Partial<Settings> = {},
) {
  const { deps, host } = scene({ app: RISKY });
  await deliverAndSettle(host, 'first', SHOP);
  const wanted = { ...decisionOn(deps, 'approve'), ...request };
  for (const [id, { value, version }] of deps.stored.approvals) {
    deps.stored.approvals.set(id, { value: { ...value, ...differs }, version: version + 1 });
  }
  storeSettings(deps, settings);
  const answer = await recordDecision(deps, wanted).catch((error: unknown) => error);
  if (!(answer instanceof Refusal)) throw new Error(`it was not refused: ${JSON.stringify(answer)}`);
  const { code, message, members } = answer;
  return { code, message, members };
}

describe('the message of a refusal', () => {
  const named = { scopes: [{ scope: SHOP, approvers: ['99999999-0000-4000-8000-000000000001'] }] };

  test.each<[string, Partial<Approval>, Partial<DecisionRequest>, Partial<Settings>, string]>([
    ['an unknown approval', {}, { approvalId: 'x' }, {}, "There is no approval 'x'."],
    ['expired', { expiresAt: AT }, {}, {}, `This approval expired at ${AT}.`],
    ['decided', { status: 'approved', decision: approved }, {}, {}, `Bob decided this approval at ${AT}: approve.`],
    ['cleared', { status: 'cleared' }, {}, {}, 'What this approval would change is already right.'],
    [
      'superseded',
      { status: 'superseded' },
      {},
      {},
      'The resource changed after this approval was shown; look at the new one.',
    ],
    [
      'another digest',
      {},
      { digest: 'sha256:other' },
      {},
      'The digest is not that of this approval; look at it again and decide what you see.',
    ],
    ['audit', {}, {}, { mode: 'audit' }, 'Mode audit writes nothing; an operator must choose another mode first.'],
    ['stopped', {}, {}, { stopped: { reason: 'night' } }, 'The service is stopped: night'],
    [
      'stopped in its scope',
      {},
      {},
      { scopes: [{ scope: SHOP, stopped: { reason: 'fair' } }] },
      'Writes here are stopped: fair',
    ],
    [
      'a user who is no approver',
      {},
      {},
      named,
      'The settings name the approvers of this resource (scopes[].approvers), and neither you nor a group in your token is one of them.',
    ],
    [
      'an own change',
      {},
      { person: bob },
      {},
      'You changed this resource yourself, so somebody else must approve the change.',
    ],
  ])('%s', async (_, differs, request, settings, message) => {
    expect((await refusal(differs, request, settings)).message).toBe(message);
  });

  test('names the successor of a superseded approval, and has no other members', async () => {
    const successor = await refusal({ status: 'superseded', supersededBy: 'next' }, {});
    expect(successor).toMatchObject({ code: 'superseded', members: { supersededBy: 'next' } });
    expect((await refusal({ status: 'cleared' }, {})).members).toEqual({});
  });
});

describe('the expiry of an approval', () => {
  test.each([
    ['in its last moment it can be decided', '2026-03-01T12:00:30.001Z', 'approved'],
    ['at its end it has expired', '2026-03-01T12:00:30.000Z', 'expired'],
  ])('%s', async (_, expiresAt, expected) => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    expect(deps.clock.now().toISOString()).toBe('2026-03-01T12:00:30.000Z');
    const request = decisionOn(deps, 'approve');
    for (const [id, { value, version }] of deps.stored.approvals) {
      deps.stored.approvals.set(id, { value: { ...value, expiresAt }, version: version + 1 });
    }
    const answer = await recordDecision(deps, request).catch((error: unknown) => error);
    expect(answer).toMatchObject(expected === 'expired' ? { code: expected } : { status: expected });
  });

  test('a decided approval that waits for its write does not expire', async () => {
    const late = { status: 'approved', decision: approved, expiresAt: AT } as const;
    expect((await refusal(late, {})).code).toBe('decided');
  });
});

describe('repeating a decision', () => {
  test.each<[string, 'approve' | 'reject', Partial<DecisionRequest>, string]>([
    ['approving an approved one', 'approve', {}, 'the same'],
    ['rejecting a rejected one without a digest', 'reject', { digest: null }, 'the same'],
    ['rejecting a rejected one with another digest', 'reject', { digest: 'sha256:other' }, 'the same'],
    ['approving another digest', 'approve', { digest: 'sha256:other' }, 'decided'],
    ['rejecting an approved one', 'approve', { decision: 'reject' }, 'decided'],
    ['another user', 'approve', { person: { objectId: 'carol', name: 'Carol' } }, 'decided'],
  ])('%s: %s, then again', async (_, decision, again, expected) => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const request = { ...decisionOn(deps, decision), person: ada };
    const first = await recordDecision(deps, request);
    const answer = await recordDecision(deps, { ...request, ...again }).catch((error: unknown) => error);
    if (expected === 'the same') expect(answer).toEqual(first);
    else expect(answer).toMatchObject({ code: expected });
  });

  test('the wakeup that replaces a lost message is set for a minute later and cancelled', async () => {
    const { deps, host } = scene({ app: RISKY });
    await deliverAndSettle(host, 'first', SHOP);
    const before = [...deps.stored.wakeups.values()];
    const rings: Date[] = [];
    const alarms = {
      ...deps.wakeups,
      schedule: async (...given: Parameters<typeof deps.wakeups.schedule>) => {
        rings.push(given[1]);
        return deps.wakeups.schedule(...given);
      },
    };
    await recordDecision({ ...deps, wakeups: alarms }, decisionOn(deps, 'approve'));
    expect(rings).toEqual([new Date(deps.clock.now().getTime() + 60_000)]);
    expect([...deps.stored.wakeups.values()]).toEqual(before);
  });
});
