/** Several changes in several requests: each set of changes has the worst result of its own requests. */

import { describe, expect, it, test } from 'vitest';
import { type Attempt, attemptsToStore, hasEnded, recordsToLog } from '../../../src/domain/approvals/attempt.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { WriteResult } from '../../../src/workflows/ports/azure.ts';
import { applyPlan } from '../../../src/workflows/reconcile/apply-plan.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { SHOP, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';
import { attempt, contextOf } from '../../fakes/reconcile-context.ts';

const shop = resourceNamed(SHOP);
const https: Change = { document: 'resource', path: '/properties/httpsOnly', from: false, to: true };
const tls: Change = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };
const ftps: Change = { document: 'config/web', path: '/properties/ftpsState', from: 'AllAllowed', to: 'FtpsOnly' };

function entry(digest: string, ...changes: Change[]): Attempt {
  return attempt(digest, { operationId: 'o', changes });
}

type Answers = Partial<Record<'resource' | 'config/web', WriteResult>>;

async function carryOut(attempts: readonly Attempt[], answers: Answers = {}, stopped = false) {
  const deps = fakeDeps();
  seedWebApp(deps.arm, UNSAFE);
  deps.arm.onWrite = ({ document }) =>
    document === 'resource' || document === 'config/web' ? answers[document] : undefined;
  const snapshot = await deps.arm.read(shop, ['resource', 'config/web']);
  if (stopped) storeSettings(deps, { stopped: { reason: 'night' } });
  const done = await applyPlan(await contextOf(deps, { snapshot }), attempts, []);
  return {
    ...done,
    ends: Object.fromEntries(done.attempts.filter(hasEnded).map(({ digest, result }) => [digest, result.state])),
    records: recordsToLog(done.attempts),
    left: attemptsToStore(done.attempts),
    requests: deps.arm.requests.map(({ document }) => document),
  };
}

describe('the result of a set of changes', () => {
  const both = entry('both', https, tls);
  const one = entry('one', ftps);

  it('applied, when each of its requests is, and its operation is closed', async () => {
    const done = await carryOut([both, one]);
    expect([done.ends, done.left, done.retryWriteSeconds]).toEqual([{ both: 'applied', one: 'applied' }, [], null]);
    expect(done.requests).toEqual(['resource', 'config/web']);
    expect(done.records.map(({ kind, operationId }) => [kind, operationId])).toEqual([
      ['fix.applied', 'o'],
      ['fix.applied', 'o'],
    ]);
  });

  it.each<[string, Answers, Record<string, string>]>([
    [
      'blocked, when one of its requests is; a request of another document has no effect on it',
      { resource: refused('blocked', 'ScopeLocked') },
      { both: 'blocked', one: 'applied' },
      // A partly written set has ended: the rest is planned again.
    ],
    [
      'failed, when one of its requests is',
      { 'config/web': refused('invalid', 'BadRequest') },
      { both: 'failed', one: 'failed' },
    ],
    [
      'failed rather than blocked',
      { resource: refused('blocked', 'ScopeLocked'), 'config/web': refused('invalid', 'BadRequest') },
      { both: 'failed', one: 'failed' },
    ],
  ])('%s', async (_, answers, ends) => {
    const done = await carryOut([both, one], answers);
    expect([done.ends, done.left, done.retryWriteSeconds]).toEqual([ends, [], null]);
  });

  it('open, while one of its requests is to be repeated, and the next one is not sent', async () => {
    const answers = { resource: refused('throttled', 'TooManyRequests', 17) };
    const done = await carryOut([both, one], answers);
    expect([done.ends, done.records, done.left, done.retryWriteSeconds]).toEqual([
      {},
      [],
      attemptsToStore([both, one]),
      17,
    ]);
    expect(done.requests).toEqual(['resource']);
  });

  it('held, when the service was stopped in between, and the next reconcile follows at once', async () => {
    const done = await carryOut([one], {}, true);
    expect([done.ends, done.retryWriteSeconds, done.requests]).toEqual([{ one: 'blocked' }, 0, []]);
    expect(done.left).toEqual(attemptsToStore([{ ...one, status: 'held' }]));
    expect(done.attempts[0]?.result?.reasons).toEqual([{ code: 'stopped', text: 'The service was stopped: night' }]);
  });
});

describe('an attempt that is blocked', () => {
  it('waits for no operation any more; the outcome in the log is of what is attempted alone', async () => {
    const waiting = { ...entry('one', ftps), operationUrls: ['old'] };
    const done = await carryOut([waiting], { 'config/web': refused('blocked', 'ScopeLocked') });
    expect(done.left).toEqual(attemptsToStore([{ ...waiting, status: 'blocked', operationUrls: [] }]));
    expect(done.records.map(({ operationId }) => operationId)).toEqual(['o']);
  });
});

test('an attempt waits for the operations of its own requests', async () => {
  const operation = 'https://management.example/operation';
  const answers: Answers = { 'config/web': { kind: 'accepted', arm: {}, operation, retryAfter: 3600 } };
  const done = await carryOut([entry('both', tls), entry('one', https)], answers);
  expect(done.ends).toEqual({ one: 'applied' });
  expect(done.left).toMatchObject([{ digest: 'both', status: 'open', operationUrls: [operation] }]);
});
