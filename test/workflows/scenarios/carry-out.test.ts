/** Several changes and several requests: each set of changes ends as the worst of its own requests, and nothing else. */

import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { WriteResult } from '../../../src/workflows/ports/azure.ts';
import type { Attempt, OpenOperation } from '../../../src/workflows/ports/resource-states.ts';
import { applyPlan } from '../../../src/workflows/reconcile/apply-plan.ts';
import { resourceNamed } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { refused } from '../../fakes/azure/arm.ts';
import { SHOP, seedWebApp, UNSAFE } from '../../fakes/azure/resources.ts';
import { fakeDeps, storeSettings } from '../../fakes/deps.ts';

const shop = resourceNamed(SHOP);
const https: Change = { document: 'resource', path: '/properties/httpsOnly', from: false, to: true };
const tls: Change = { document: 'config/web', path: '/properties/minTlsVersion', from: '1.0', to: '1.2' };
const ftps: Change = { document: 'config/web', path: '/properties/ftpsState', from: 'AllAllowed', to: 'FtpsOnly' };

function want(digest: string, ...changes: Change[]): ChangeSet {
  return {
    rule: { id: digest, version: 1 },
    purpose: 'fix',
    digest,
    changes,
    preserved: [],
    approvalId: null,
    reasons: [],
  };
}

function entry(digest: string, changes: readonly Change[], members: Partial<Attempt> = {}): Attempt {
  const open = {
    rule: digest,
    ruleVersion: 1,
    purpose: 'fix',
    approvalId: null,
    attemptCount: 1,
    state: 'open',
  } as const;
  return { ...open, digest, changes, ...members };
}

function operation(operationId: string, attempts: Attempt[], operationUrls: string[] = []): OpenOperation {
  return { operationId, startedAt: auditContext.at, trigger: auditContext.trigger, attempts, operationUrls };
}

type Answers = Partial<Record<'resource' | 'config/web', WriteResult>>;

async function carryOut(changeSets: ChangeSet[], operations: OpenOperation[], answers: Answers = {}, stopped = false) {
  const deps = fakeDeps();
  seedWebApp(deps.arm, UNSAFE);
  deps.arm.onWrite = ({ document }) =>
    document === 'resource' || document === 'config/web' ? answers[document] : undefined;
  const lease = await deps.leases.acquire(shop);
  if (!lease) throw new Error('the lease is taken');
  const before = await deps.arm.read(shop, ['resource', 'config/web']);
  if (stopped) storeSettings(deps, { stopped: { reason: 'night' } });
  const done = await applyPlan(deps, lease, shop, before, { changeSets, operations, events: [] }, auditContext);
  const ends = Object.fromEntries(done.outcomes.map((end) => [end.attempt.digest, end.state]));
  return { ...done, ends, requests: deps.arm.requests.map(({ document }) => document) };
}

describe('how a set of changes ends', () => {
  const both = entry('both', [https, tls]);
  const one = entry('one', [ftps]);

  it('applied, when each of its requests is: and nothing is left of its operation', async () => {
    const done = await carryOut([want('both', https, tls), want('one', ftps)], [operation('o', [both, one])]);
    expect([done.ends, done.operations, done.retryWriteSeconds]).toEqual([
      { both: 'applied', one: 'applied' },
      [],
      null,
    ]);
    expect(done.requests).toEqual(['resource', 'config/web']);
    expect(done.records.map(({ kind, operationId }) => [kind, operationId])).toEqual([
      ['fix.applied', 'o'],
      ['fix.applied', 'o'],
    ]);
  });

  it.each<[string, Answers, Record<string, string>, Attempt[]]>([
    [
      'blocked, when one of its requests is; that of another document does not matter to the others',
      { resource: refused('blocked', 'ScopeLocked') },
      { both: 'blocked', one: 'applied' },
      // What was carried out in part has ended: the rest is planned anew.
      [],
    ],
    [
      'failed, when one of its requests is',
      { 'config/web': refused('invalid', 'BadRequest') },
      { both: 'failed', one: 'failed' },
      [],
    ],
    [
      'failed rather than blocked',
      { resource: refused('blocked', 'ScopeLocked'), 'config/web': refused('invalid', 'BadRequest') },
      { both: 'failed', one: 'failed' },
      [],
    ],
  ])('%s', async (_, answers, ends, left) => {
    const done = await carryOut([want('both', https, tls), want('one', ftps)], [operation('o', [both, one])], answers);
    expect([done.ends, done.operations, done.retryWriteSeconds]).toEqual([
      ends,
      left.length > 0 ? [operation('o', left)] : [],
      null,
    ]);
  });

  it('open, while one of its requests is to be repeated; the one after it is not sent', async () => {
    const answers = { resource: refused('throttled', 'TooManyRequests', 17) };
    const operations = [operation('o', [both, one])];
    const done = await carryOut([want('both', https, tls), want('one', ftps)], operations, answers);
    expect([done.ends, done.records, done.operations, done.retryWriteSeconds]).toEqual([{}, [], operations, 17]);
    expect(done.requests).toEqual(['resource']);
  });

  it('held, when the stop came in between: another look follows at once', async () => {
    const done = await carryOut([want('one', ftps)], [operation('o', [one])], {}, true);
    expect([done.ends, done.retryWriteSeconds, done.requests]).toEqual([{ one: 'blocked' }, 0, []]);
    expect(done.operations).toEqual([operation('o', [{ ...one, state: 'held' }])]);
    expect(done.outcomes[0]?.reasons).toEqual([{ code: 'stopped', text: 'The service was stopped: night' }]);
  });
});

describe('an operation of which nothing is wanted now', () => {
  const ended = entry('other', [tls], { state: 'blocked' });

  it('stays as it is, with what it waits for; the intent in the log is of what is wanted alone', async () => {
    const idle = operation('idle', [ended], ['https://management.example/idle']);
    const done = await carryOut([want('one', ftps)], [idle, operation('o', [entry('one', [ftps])], ['old'])], {
      'config/web': refused('blocked', 'ScopeLocked'),
    });
    expect(done.operations).toEqual([idle, operation('o', [entry('one', [ftps], { state: 'blocked' })])]);
    expect(done.records.map(({ operationId }) => operationId)).toEqual(['o']);
  });
});
