/** Guarantee 4: an intent without an outcome is resolved by re-reading, to applied, failed or unknown; each by itself. */

import { beforeEach, describe, expect, it } from 'vitest';
import { digestReason } from '../../../src/domain/approvals/digests.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import type { Snapshot } from '../../../src/domain/resources/snapshot.ts';
import type { OperationState } from '../../../src/workflows/ports/azure.ts';
import type { Attempt, OpenOperation } from '../../../src/workflows/ports/resource-states.ts';
import { deferAttempts, loadIntents, resolveIntents } from '../../../src/workflows/reconcile/resolve-intents.ts';
import { intentRecord } from '../../../src/workflows/state/audit-records.ts';
import { read, resourceNamed, TLS_CHANGE } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';

const shop = resourceNamed(SHOP);

/** What is told of whatever else a write has moved, when only a later look finds that it was carried out. */
const NOT_COMPARED = {
  code: 'unread',
  text: 'A later look found it, so what else moved with the write is not known.',
};
const ftps: Change = { document: 'config/web', path: '/properties/ftpsState', from: 'AllAllowed', to: 'FtpsOnly' };

function entry(digest: string, change: Change, members: Partial<Attempt> = {}): Attempt {
  return {
    ...{ rule: `rule-${digest}`, ruleVersion: 1, purpose: 'fix', digest, changes: [change], approvalId: null },
    ...{ attemptCount: 1, state: 'open' },
    ...members,
  };
}

function operation(operationId: string, attempts: Attempt[], operationUrls: string[] = []): OpenOperation {
  const trigger = { type: 'event', eventId: `of-${operationId}` } as const;
  return { operationId, startedAt: '2026-03-01T11:00:00.000Z', trigger, attempts, operationUrls };
}

function shown(minTlsVersion: Json, ftpsState: Json = 'AllAllowed', provisioningState: Json = null): Snapshot {
  const documents = {
    resource: read({ properties: { provisioningState } }),
    'config/web': read({ properties: { minTlsVersion, ftpsState } }),
  };
  return { resource: shop, documents };
}

let deps: FakeDeps;
beforeEach(() => {
  deps = fakeDeps();
});

/** With their intents in the log. */
async function resolve(operations: readonly OpenOperation[], snapshot: Snapshot, asked: OperationState[] = []) {
  for (const { operationId, attempts } of operations) {
    const trigger = { type: 'event', eventId: `of-${operationId}` } as const;
    const intents = attempts.map((one) =>
      intentRecord({ ...auditContext, trigger }, operationId, one, [digestReason(one.digest)]),
    );
    await deps.audit.append(intents);
  }
  const urls: string[] = [];
  const arm = {
    ...deps.arm,
    pollOperation: async (url: string): Promise<OperationState> => {
      urls.push(url);
      return asked.shift() ?? { kind: 'ended' };
    },
  };
  return { ...(await resolveIntents({ ...deps, arm }, operations, snapshot, auditContext)), urls };
}

describe('what a fresh read shows decides', () => {
  const open = entry('d', TLS_CHANGE);

  it('the planned value: applied, under the operation and by the trigger of its intent, and done with', async () => {
    const { operations, records, outcomes, running } = await resolve([operation('o', [open])], shown('1.2'));
    expect([operations, running]).toEqual([[], false]);
    expect(records).toMatchObject([
      {
        kind: 'fix.applied',
        operationId: 'o',
        trigger: { type: 'event', eventId: 'of-o' },
        message: 'A later read shows the planned values.',
        ...{ reasons: [NOT_COMPARED], alsoMoved: [], arm: null },
      },
    ]);
    const end = { state: 'applied', reasons: [NOT_COMPARED], recordId: records[0]?.id };
    expect(outcomes).toEqual([{ operationId: 'o', attempt: open, intent: deps.stored.entries[0], ...end }]);
  });

  it('another value: failed, and done with: a further attempt has an intent of its own', async () => {
    const { operations, records } = await resolve([operation('o', [open], ['url'])], shown('1.1'));
    const text = 'A later read shows neither the planned values nor those before.';
    expect(records).toMatchObject([{ kind: 'fix.failed', reasons: [{ code: 'not-verified', text }], message: text }]);
    expect(operations).toEqual([]);
  });

  it.each<[string, Snapshot]>([
    ['the old value', shown('1.0')],
    ['nothing, because it could not be read', { ...shown('1.0'), documents: { resource: read({}) } }],
  ])('%s: it stays open', async (_, snapshot) => {
    const { operations, records, outcomes } = await resolve([operation('o', [open])], snapshot);
    expect([operations, records, outcomes]).toEqual([[operation('o', [open])], [], []]);
  });

  it('each entry by itself, and unknown ones again; what has ended otherwise stays as it is', async () => {
    const unknown = entry('u', ftps, { state: 'unknown' });
    const blocked = entry('b', TLS_CHANGE, { state: 'blocked' });
    const both = [operation('one', [open, unknown]), operation('two', [blocked])];
    const { operations, records } = await resolve(both, shown('1.2', 'AllAllowed'));
    expect(operations).toEqual([operation('one', [unknown]), operation('two', [blocked])]);
    expect(records.map(({ kind }) => kind)).toEqual(['fix.applied']);
    const later = await resolve(both, shown('1.2', 'FtpsOnly'));
    expect(later.operations).toEqual([operation('two', [blocked])]);
    expect(later.records.map(({ kind }) => kind)).toEqual(['fix.applied', 'fix.applied']);
  });

  it('an intent that is not in the log is none: nothing was written for it', async () => {
    const { operations, records } = await resolveIntents(deps, [operation('o', [open])], shown('1.2'), auditContext);
    expect([operations, records]).toEqual([[], []]);
  });
});

describe('while Azure is at work nothing is decided', () => {
  const open = [operation('o', [entry('d', TLS_CHANGE)], ['first', 'second'])];

  it.each<[string, Snapshot, OperationState[], boolean]>([
    ['its operation runs', shown('1.2'), [{ kind: 'ended' }, { kind: 'running', retryAfter: null }], true],
    ['the resource is not finished', shown('1.2', 'AllAllowed', 'Updating'), [], true],
    ['both have ended', shown('1.2'), [], false],
  ])('%s', async (_, snapshot, asked, expected) => {
    const { running, records, urls } = await resolve(open, snapshot, asked);
    expect([running, records.length]).toEqual([expected, expected ? 0 : 1]);
    expect(urls).toEqual(['first', 'second']);
  });

  it('nobody is asked when nothing is open', async () => {
    const ended = [operation('o', [entry('d', TLS_CHANGE, { state: 'held' })], ['url'])];
    const { running, operations, urls } = await resolve(ended, shown('1.2', 'AllAllowed', 'Updating'));
    expect([running, operations, urls]).toEqual([false, ended, []]);
  });
});

describe('what is not tried again now', () => {
  const open = entry('open', TLS_CHANGE);
  const unknown = entry('unknown', ftps, { state: 'unknown' });
  const held = entry('held', ftps, { state: 'held' });
  const nobody = new Set<string>();
  const none = () => false;

  /** As the log has them. */
  async function signedOf(operations: readonly OpenOperation[]) {
    await resolve(operations, shown('1.0'));
    return loadIntents(deps, operations, auditContext, () => true);
  }

  it('is unknown until a later read, and told once', async () => {
    const known = await signedOf([operation('o', [open, unknown])]);
    const { operations, records, outcomes } = deferAttempts(known, none, nobody, auditContext);
    expect(operations).toEqual([operation('o', [{ ...open, state: 'unknown' }, unknown])]);
    const text = 'The planned values were not seen, and the change may not be tried again now; a later read decides.';
    expect(records).toMatchObject([
      {
        kind: 'fix.unknown',
        trigger: { type: 'event', eventId: 'of-o' },
        ...{ reasons: [{ code: 'not-verified', text }], message: text, alsoMoved: [], arm: null },
      },
    ]);
    expect(outcomes).toMatchObject([{ operationId: 'o', attempt: open, state: 'unknown', recordId: records[0]?.id }]);
  });

  it('is left alone while it is tried; what was held is remembered only as long as the resource needs it', () => {
    const there = [operation('o', [open, held]), operation('p', [entry('gone', TLS_CHANGE, { state: 'blocked' })])];
    const given = { operations: there, signedIntents: new Map() };
    const { operations, records } = deferAttempts(
      given,
      ({ digest }) => digest === 'open',
      new Set(['held']),
      auditContext,
    );
    expect([operations, records]).toEqual([[operation('o', [open, held])], []]);
    const alone = { operations: [operation('o', [held])], signedIntents: new Map() };
    expect(deferAttempts(alone, none, nobody, auditContext).operations).toEqual([]);
  });
});
