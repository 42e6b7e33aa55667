/** The form of an exemption. */
import { describe, expect, test } from 'vitest';
import { exemptionRequest } from '../../../../src/api/endpoints/exemptions.ts';
import {
  dayAfter,
  endOfDay,
  leftOf,
  newDraft,
  previewRequestsOf,
  problemsOf,
  requestsOf,
} from '../../../../src/console/views/exemptions/exemption-form.ts';
import { exemptionProblems } from '../../../../src/domain/approvals/exemption.ts';
import { rules } from '../../../../src/rules/index.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const DAY = 86_400_000;
const TARGET = {
  scope: '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop',
  rule: 'webapp-min-tls',
};
const filled = { ...newDraft('Ada Lovelace', NOW), reason: 'The partner migrates in March.' };

test('it opens with the person as owner and 30 days', () => {
  const { owner, lastDay } = newDraft('Ada Lovelace', NOW);
  expect(owner).toBe('Ada Lovelace');
  expect(lastDay).toBe(dayAfter(NOW, 30));
  const left = Date.parse(endOfDay(lastDay, NOW) ?? '') - NOW.getTime();
  expect(left).toBeGreaterThanOrEqual(30 * DAY);
  expect(left).toBeLessThan(32 * DAY);
});

test('a filled form is a request that the service takes, one for each target', () => {
  const targets = [TARGET, { ...TARGET, rule: 'webapp-https-only' }];
  const requests = requestsOf({ ...filled, ticket: ' CHG-1 ' }, targets, NOW);
  expect(requests.map(({ rule }) => rule)).toEqual(['webapp-min-tls', 'webapp-https-only']);
  for (const request of requests) {
    const { ticket = null, ...parsed } = exemptionRequest.parse(request);
    expect(ticket).toBe('CHG-1');
    expect(exemptionProblems({ ...parsed, ticket }, rules, NOW)).toEqual([]);
  }
  expect(requestsOf(filled, [TARGET], NOW)[0]).not.toHaveProperty('ticket');
});

test('the longest end is one that the service takes', () => {
  const [request] = requestsOf({ ...filled, lastDay: dayAfter(NOW, 365) }, [TARGET], NOW);
  if (!request) throw new Error('no request');
  const parsed = exemptionRequest.parse(request);
  expect(exemptionProblems({ ...parsed, ticket: null }, rules, NOW)).toEqual([]);
  expect(Date.parse(request.expires) - NOW.getTime()).toBeGreaterThan(364 * DAY);
});

test('what it covers is asked for before owner and reason are there', () => {
  const [request] = previewRequestsOf(newDraft('', NOW), [TARGET], NOW) ?? [];
  expect(exemptionRequest.safeParse(request).success).toBe(true);
  expect(previewRequestsOf({ lastDay: '2026-02-31' }, [TARGET], NOW)).toBeNull();
  expect(previewRequestsOf(newDraft('', NOW), [], NOW)).toBeNull();
});

describe('messages by field', () => {
  test.each([
    ['no target', filled, [], { targets: 'Choose at least one check.' }],
    [
      'nothing typed',
      { ...newDraft(' ', NOW) },
      [TARGET],
      { owner: 'Enter a person or a team.', reason: 'Enter a reason.' },
    ],
    [
      'a day that is none',
      { ...filled, lastDay: '2026-02-31' },
      [TARGET],
      { lastDay: 'Enter a date, such as 2030-12-31.' },
    ],
    ['yesterday', { ...filled, lastDay: dayAfter(NOW, -1) }, [TARGET], { lastDay: 'Choose today or a later day.' }],
    ['too late', { ...filled, lastDay: dayAfter(NOW, 366) }, [TARGET], { lastDay: 'Choose a day within 365 days.' }],
    [
      'too long',
      { ...filled, owner: 'a'.repeat(201), ticket: 'a'.repeat(201) },
      [TARGET],
      {
        owner: 'Enter 200 characters or fewer.',
        ticket: 'Enter 200 characters or fewer.',
      },
    ],
    ['nothing wrong', filled, [TARGET], {}],
  ])('%s', (_, draft, targets, problems) => expect(problemsOf(draft, targets, NOW)).toEqual(problems));
});

test.each([
  [30, 30, 'plain', 1],
  [30, 6, 'soon', 0.2],
  [30, 0, 'ended', 0],
] as const)('of %i days %i are left: %s', (days, left, tone, share) => {
  const createdAt = new Date(NOW.getTime() - (days - left) * DAY).toISOString();
  const expires = new Date(NOW.getTime() + left * DAY).toISOString();
  expect(leftOf({ createdAt, expires }, NOW)).toEqual({ days: left, tone, share });
});
