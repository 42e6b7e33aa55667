/**
 * Guarantee 4: an intent without an outcome is resolved by reading again, to applied, failed or unknown, each on its
 * own.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import {
  attemptFrom,
  attemptsToStore,
  hasEnded,
  recordsToLog,
  type StoredAttempt,
} from '../../../src/domain/approvals/attempt.ts';
import type { ChangeSet } from '../../../src/domain/approvals/change-set.ts';
import type { Change } from '../../../src/domain/changes/change.ts';
import type { Json } from '../../../src/domain/resources/json.ts';
import type { Snapshot } from '../../../src/domain/resources/snapshot.ts';
import type { OperationState } from '../../../src/workflows/ports/azure.ts';
import { planAttempts } from '../../../src/workflows/reconcile/plan-attempts.ts';
import { resolveIntents } from '../../../src/workflows/reconcile/resolve-intents.ts';
import { intentRecord } from '../../../src/workflows/state/audit-records.ts';
import { read, resourceNamed } from '../../domain/examples.ts';
import { auditContext } from '../../fakes/audit-context.ts';
import { SHOP } from '../../fakes/azure/resources.ts';
import { type FakeDeps, fakeDeps } from '../../fakes/deps.ts';
import { contextOf, storedAttempt } from '../../fakes/reconcile-context.ts';

const shop = resourceNamed(SHOP);

/** The reason for other moved values, when only a later reconcile finds that the write was carried out. */
const NOT_COMPARED = {
  code: 'unread',
  text: 'A later look found it, so what else moved with the write is not known.',
};
const ftps: Change = { document: 'config/web', path: '/properties/ftpsState', from: 'AllAllowed', to: 'FtpsOnly' };

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
async function resolve(stored: readonly StoredAttempt[], snapshot: Snapshot, answers: OperationState[] = []) {
  for (const one of stored) {
    const trigger = { type: 'event', eventId: one.operationId } as const;
    await deps.audit.append([intentRecord({ ...auditContext, trigger }, attemptFrom(one))]);
  }
  return resolveUnlogged(stored, snapshot, answers);
}

async function resolveUnlogged(stored: readonly StoredAttempt[], snapshot: Snapshot, answers: OperationState[] = []) {
  const urls: string[] = [];
  const pollOperation = async (url: string): Promise<OperationState> => {
    urls.push(url);
    return answers.shift() ?? { kind: 'ended' };
  };
  const context = await contextOf({ ...deps, arm: { ...deps.arm, pollOperation } }, { snapshot });
  const resourceState = { ...context.state.resourceState, attempts: stored };
  const resolved = await resolveIntents({ ...context, state: { ...context.state, resourceState } });
  const { attempts, running } = resolved;
  return { attempts, running, left: attemptsToStore(attempts), records: recordsToLog(attempts), urls };
}

describe('a fresh read decides', () => {
  const open = storedAttempt('d');

  it('the planned value: applied, under the operation and trigger of its intent, and closed', async () => {
    const { left, records, attempts, running } = await resolve([open], shown('1.2'));
    expect([left, running]).toEqual([[], false]);
    expect(records).toMatchObject([
      {
        kind: 'fix.applied',
        operationId: 'of-d',
        trigger: { type: 'event', eventId: 'of-d' },
        message: 'A later read shows the planned values.',
        ...{ reasons: [NOT_COMPARED], alsoMoved: [], arm: null },
      },
    ]);
    expect(attempts).toMatchObject([
      { ...open, intent: deps.stored.entries[0], result: { state: 'applied', reasons: [NOT_COMPARED] } },
    ]);
    expect(attempts[0]?.result?.record).toEqual(records[0]);
  });

  it('another value: failed and closed, and a further attempt has a new intent', async () => {
    const { left, records } = await resolve([{ ...open, operationUrls: ['url'] }], shown('1.1'));
    const text = 'A later read shows neither the planned values nor those before.';
    expect(records).toMatchObject([{ kind: 'fix.failed', reasons: [{ code: 'not-verified', text }], message: text }]);
    expect(left).toEqual([]);
  });

  it.each<[string, Snapshot]>([
    ['the old value', shown('1.0')],
    ['no value, because it could not be read', { ...shown('1.0'), documents: { resource: read({}) } }],
  ])('%s: it stays open', async (_, snapshot) => {
    const { left, records, attempts } = await resolve([open], snapshot);
    expect([left, records, attempts.map(({ result }) => result)]).toEqual([[open], [], [undefined]]);
  });

  it('each attempt is resolved on its own, unknown ones too, and ended ones stay unchanged', async () => {
    const unknown = storedAttempt('u', { operationId: 'of-d', changes: [ftps], status: 'unknown' });
    const blocked = storedAttempt('b', { status: 'blocked' });
    const all = [open, unknown, blocked];
    const { left, records } = await resolve(all, shown('1.2', 'AllAllowed'));
    expect(left).toEqual([unknown, blocked]);
    expect(records.map(({ kind }) => kind)).toEqual(['fix.applied']);
    const later = await resolve(all, shown('1.2', 'FtpsOnly'));
    expect(later.left).toEqual([blocked]);
    expect(later.records.map(({ kind }) => kind)).toEqual(['fix.applied', 'fix.applied']);
  });

  it('an intent that is not in the log is dropped, because nothing was written for it', async () => {
    const { left, records } = await resolveUnlogged([open], shown('1.2'));
    expect([left, records]).toEqual([[], []]);
  });
});

describe('while an operation of Azure runs nothing is decided', () => {
  const open = [storedAttempt('d', { operationUrls: ['first', 'second'] })];

  it.each<[string, Snapshot, OperationState[], boolean]>([
    ['its operation runs', shown('1.2'), [{ kind: 'ended' }, { kind: 'running', retryAfter: null }], true],
    ['the resource is still provisioning', shown('1.2', 'AllAllowed', 'Updating'), [], true],
    ['both have ended', shown('1.2'), [], false],
  ])('%s', async (_, snapshot, answers, expected) => {
    const { running, records, urls } = await resolve(open, snapshot, answers);
    expect([running, records.length]).toEqual([expected, expected ? 0 : 1]);
    expect(urls).toEqual(['first', 'second']);
  });

  it('an operation that several attempts wait for is polled once', async () => {
    const second = storedAttempt('e', { changes: [ftps], operationUrls: ['second', 'third'] });
    expect((await resolve([...open, second], shown('1.2'))).urls).toEqual(['first', 'second', 'third']);
  });

  it('no operation is polled when no attempt is open', async () => {
    const ended = [storedAttempt('d', { status: 'held', operationUrls: ['url'] })];
    const { running, left, urls } = await resolve(ended, shown('1.2', 'AllAllowed', 'Updating'));
    expect([running, left, urls]).toEqual([false, ended, []]);
  });
});

describe('what is not tried again now', () => {
  const open = storedAttempt('open');
  const unknown = storedAttempt('unknown', { changes: [ftps], status: 'unknown' });
  const held = storedAttempt('held', { changes: [ftps], status: 'held' });

  async function planned(stored: readonly StoredAttempt[], granted: readonly ChangeSet[], needed: readonly string[]) {
    const { attempts } = await resolve(stored, shown('1.0'));
    const plan = { store: [], needed: new Set(needed), running: false };
    return planAttempts(await contextOf(deps), plan, { attempts, granted, store: [], budgetHold: null });
  }

  it('is unknown until a later read, and told once', async () => {
    const { earlier } = await planned([open, unknown], [], []);
    expect(attemptsToStore(earlier)).toEqual([{ ...open, status: 'unknown' }, unknown]);
    const text = 'The planned values were not seen, and the change may not be tried again now; a later read decides.';
    const records = recordsToLog(earlier);
    expect(records).toMatchObject([
      {
        kind: 'fix.unknown',
        trigger: { type: 'event', eventId: 'of-open' },
        ...{ reasons: [{ code: 'not-verified', text }], message: text, alsoMoved: [], arm: null },
      },
    ]);
    expect(earlier.filter(hasEnded)).toMatchObject([
      { operationId: 'of-open', digest: 'open', result: { state: 'unknown', record: records[0] } },
    ]);
  });

  it.each([
    [0, { open: true, kinds: [] }],
    [7, { open: true, kinds: [] }],
    [8, { open: false, kinds: ['fix.unknown'] }],
  ])(
    'stays open when a document could not be read and the message reads again (attempt %i)',
    async (number, expected) => {
      const failed: Snapshot = {
        resource: shop,
        documents: { 'config/web': { status: 'failed', detail: 'NotAsked', retryable: true } },
      };
      const { attempts } = await resolve([open], failed);
      const context = await contextOf(deps, {
        snapshot: failed,
        message: { resource: SHOP, cause: 'event', attempt: number },
      });
      const plan = { store: [], needed: new Set<string>(), running: false };
      const { earlier } = planAttempts(context, plan, { attempts, granted: [], store: [], budgetHold: null });
      const isOpen = attemptsToStore(earlier).every(({ status }) => status === 'open');
      expect({ open: isOpen, kinds: recordsToLog(earlier).map(({ kind }) => kind) }).toEqual(expected);
    },
  );

  it('is left alone while it is tried; what was held is remembered only as long as the resource needs it', async () => {
    const there = [open, held, storedAttempt('gone', { status: 'blocked' })];
    const { attempts, earlier } = await planned(there, [attemptFrom(open)], ['held']);
    expect(attemptsToStore([...attempts, ...earlier])).toEqual([{ ...open, number: 2 }, held]);
    expect(recordsToLog(earlier)).toEqual([]);
    expect((await planned([held], [], [])).earlier).toEqual([]);
  });
});
