/** What became of an attempt, and what is stored of it. */
import { describe, expect, test } from 'vitest';
import {
  attemptFrom,
  hasEnded,
  isFinal,
  isNotSent,
  isUnresolved,
  type Outcome,
  outcomeOf,
  partialOutcome,
} from '../../../src/domain/approvals/attempt.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import { TLS_CHANGE } from '../examples.ts';

const ftps: Change = { document: 'config/web', path: '/properties/ftpsState', from: 'AllAllowed', to: 'Disabled' };
const https: Change = { document: 'resource', path: '/properties/httpsOnly', from: false, to: true };
const plain = { reasons: [], alsoMoved: [], arm: null, causeCode: '' };

test('an outcome has no reasons, no side effects and no cause unless it says so', () => {
  expect(outcomeOf('applied', 'Written.')).toEqual({ ...plain, state: 'applied', message: 'Written.' });
  const reasons = [{ code: 'blocked', text: 'x' }] as const;
  expect(outcomeOf('blocked', 'No.', reasons, 'Locked')).toEqual({
    ...plain,
    ...{ state: 'blocked', message: 'No.', reasons, causeCode: 'Locked' },
  });
});

describe('an outcome of a part', () => {
  const failed = outcomeOf('failed', 'Refused.', [{ code: 'invalid', text: 'x' }]);
  const text =
    'Carried out, and it stands: config/web /properties/minTlsVersion, resource /properties/httpsOnly. Not carried out: config/web /properties/ftpsState.';

  test('has that part, and names it and the rest', () => {
    expect(partialOutcome(failed, [TLS_CHANGE, ftps, https], [TLS_CHANGE, https])).toEqual({
      ...failed,
      appliedPart: [TLS_CHANGE, https],
      reasons: [...failed.reasons, { code: 'part-applied', text }],
      message: `Refused. ${text}`,
    });
  });

  test('is the outcome itself when no part was carried out', () => {
    expect(partialOutcome(failed, [TLS_CHANGE], [])).toBe(failed);
  });
});

test.each<[string, Pick<Outcome, 'state' | 'appliedPart'>, boolean]>([
  ['applied', { state: 'applied' }, true],
  ['failed', { state: 'failed' }, true],
  ['blocked', { state: 'blocked' }, false],
  ['unknown', { state: 'unknown' }, false],
  ['unknown, of which a part was applied', { state: 'unknown', appliedPart: [TLS_CHANGE] }, true],
])('%s is final: %s', (_, outcome, final) => {
  expect(isFinal(outcome)).toBe(final);
});

test.each([
  ['what Azure blocks, whatever else is said', 'blocked', ['moved', 'blocked'], false],
  ['what Azure blocks', 'blocked', ['blocked'], false],
  ['what was held for another reason', 'blocked', ['moved'], true],
  ['what failed', 'failed', ['moved'], false],
] as const)('%s was not sent: %s', (_, state, codes, expected) => {
  expect(isNotSent({ state, reasons: codes.map((code) => ({ code, text: '' })) })).toBe(expected);
});

test('what is stored of an attempt is open until it has an intent and a result', () => {
  const stored = {
    ...{ operationId: 'o1', rule: { id: 'webapp-min-tls', version: 1 }, purpose: 'fix' as const, digest: 'd' },
    ...{ changes: [TLS_CHANGE], approvalId: null, number: 0, status: 'open' as const, operationUrls: [] },
  };
  expect(attemptFrom(stored)).toEqual({ ...stored, preserved: [], reasons: [] });
  expect(hasEnded(attemptFrom(stored))).toBe(false);
  const statuses = (['open', 'unknown', 'blocked', 'held'] as const).filter((status) => isUnresolved({ status }));
  expect(statuses).toEqual(['open', 'unknown']);
});
