/** The revisions: one request for a change, none without one, and nothing is lost with a process. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../../../src/storage/open-storage.ts';
import type { SweepProgress } from '../../../src/workflows/ports/sweeps.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, approval, finding, record, time } from '../samples.ts';

const account = useAccount();
const LETTER = { at: time(0), queue: 'plumbline-reconcile', resource: app('shop').id, message: '{}' };
let count = 0;

async function requestsOf(work: () => Promise<unknown>): Promise<number> {
  account.requests();
  await work();
  return account.requests().table;
}

/** The kinds whose revision differs after some work. */
async function movedBy(reader: Storage, work: () => Promise<unknown>): Promise<string[]> {
  const before = (await reader.revisions.read()).revisions;
  await work();
  const after = (await reader.revisions.read()).revisions;
  return Object.entries(after)
    .filter(([kind, revision]) => revision !== before[kind as keyof typeof before])
    .map(([kind]) => kind);
}

/** An id as the store makes them. */
function scanId(n: number): string {
  return account.open().scans.newId(new Date(ACCOUNT_NOW.getTime() + n));
}

function next(): number {
  count += 1;
  return count;
}

function started(id: string) {
  return { id, scope: app('shop').id, startedAt: time(0), actor: { type: 'user', objectId: 'someone' } } as const;
}

function sweepOf(subscriptionId: string): SweepProgress {
  return {
    ...{
      id: 'sweep',
      subscriptionId,
      startedAt: time(0),
      progressAt: time(1),
      state: 'running',
      parts: 4,
      position: 1,
    },
    ...{ counted: 0, listed: 0, skipped: 0, queued: 0, missing: 0, notListed: 0, distrusted: null, before: null },
  };
}

function pending(storage: Storage) {
  next();
  return approval(storage.approvals.newId(new Date(ACCOUNT_NOW.getTime() - count)), app(`shop-${count}`), {
    requestedAt: time(count),
  });
}

beforeAll(async () => {
  const storage = account.open();
  await storage.counts.repair(ACCOUNT_NOW);
  await storage.revisions.heal();
});

describe('a change', () => {
  it.each<[string, (storage: Storage) => Promise<unknown>]>([
    ['approvals', (storage) => storage.approvals.save(pending(storage), null)],
    ['audit', (storage) => storage.audit.append([record(app('shop'), `fix ${next()}`)])],
    ['deadLetters', (storage) => storage.deadLetters.record(`message ${next()}`, LETTER)],
    ['findings', ({ findings }) => findings.replace(app('shop'), [finding(app('shop'), `rule-${next()}`)])],
    ['scans', ({ scans }) => scans.begin(started(scanId(next())))],
    // The list of the scans shows the latest sweep of each subscription.
    ['scans', ({ sweepRuns }) => sweepRuns.save(sweepOf(`subscription-${next()}`), null)],
  ])('gives %s another revision', async (kind, change) => {
    const storage = account.open();
    expect(
      await movedBy(account.open(), async () => {
        await change(storage);
        await storage.revisions.flush();
      }),
    ).toEqual([kind]);
  });

  it('of several kinds costs one request, and nothing costs none', async () => {
    const { findings, approvals, audit, revisions, ...storage } = account.open();
    await findings.replace(app('shop'), [finding(app('shop'), 'rule-a')]);
    await approvals.save(pending({ findings, approvals, audit, revisions, ...storage }), null);
    await audit.append([record(app('shop'), `fix ${next()}`)]);
    expect(await requestsOf(revisions.flush)).toBe(1);
    expect(await requestsOf(revisions.flush)).toBe(0);
    await audit.append([]);
    await audit.updateIndex();
    await storage.deadLetters.recordFailure('a message', 'an error');
    await storage.sweepRuns.reserve('subscription', 1, ACCOUNT_NOW);
    expect(await requestsOf(revisions.flush)).toBe(0);
  });

  it('is stored a second after it at the latest, and once a second at most', async () => {
    const work: { readonly at: number; readonly run: () => void }[] = [];
    let now = ACCOUNT_NOW.getTime();
    const storage = account.openWith({
      now: () => new Date(now),
      after: (milliseconds, run) => void work.push({ at: now + milliseconds, run }),
    });
    await storage.scans.begin(started(scanId(next())));
    expect(work.map(({ at }) => at - now)).toEqual([1000]);
    await storage.revisions.flush();
    await storage.findings.replace(app('shop'), [finding(app('shop'), 'rule-b')]);
    now += 400;
    expect(await requestsOf(storage.revisions.flush)).toBe(0);
    now += 600;
    expect(await movedBy(account.open(), storage.revisions.flush)).toEqual(['findings']);
  });
});

describe('after the end of a process', () => {
  it('housekeeping of another one finds what it changed last', async () => {
    const housekeeping = account.open();
    await housekeeping.revisions.heal();
    expect(await housekeeping.revisions.heal()).toEqual([]);
    const ended = account.open();
    await ended.approvals.save(pending(ended), null);
    await ended.findings.replace(app('shop'), [finding(app('shop'), 'rule-c', { verdict: 'unknown' })]);
    await ended.deadLetters.record('a message of a process that ended', LETTER);
    expect(await movedBy(account.open(), housekeeping.revisions.heal)).toEqual([
      'approvals',
      'deadLetters',
      'findings',
    ]);
    expect(await housekeeping.revisions.heal()).toEqual([]);
  });

  it('a new process renews them all, because not all changes show in the versions that are compared', async () => {
    expect(await account.open().revisions.heal()).toHaveLength(6);
  });

  it('a scan that ended meanwhile is no longer counted as running', async () => {
    const [ended, housekeeping] = [account.open(), account.open()];
    const id = scanId(next());
    await ended.scans.begin(started(id));
    await ended.revisions.flush();
    const before = (await housekeeping.revisions.read()).runningScans;
    await ended.scans.markListed(id);
    await housekeeping.revisions.heal();
    expect((await housekeeping.revisions.read()).runningScans).toBe(before - 1);
  });
});

describe('reading', () => {
  it('costs two requests, and one while no approval changes', async () => {
    const [storage, reader] = [account.open(), account.open()];
    await storage.approvals.save(pending(storage), null);
    await storage.revisions.flush();
    expect(await requestsOf(reader.revisions.read)).toBe(2);
    expect(await requestsOf(reader.revisions.read)).toBe(1);
    await storage.approvals.save(pending(storage), null);
    await storage.revisions.flush();
    expect(await requestsOf(reader.revisions.read)).toBe(2);
  });

  it('counts what waits', async () => {
    const storage = account.open();
    const before = await storage.revisions.read();
    const added = pending(storage);
    const version = await storage.approvals.save(added, null);
    await storage.deadLetters.record(`message ${next()}`, LETTER);
    const id = scanId(next());
    await storage.scans.begin(started(id));
    await storage.revisions.flush();
    const after = await account.open().revisions.read();
    expect(after).toMatchObject({
      approvals: { pending: before.approvals.pending + 1 },
      deadLetters: before.deadLetters + 1,
      runningScans: before.runningScans + 1,
    });
    await storage.approvals.save({ ...added, status: 'rejected' }, version);
    await storage.scans.markListed(id);
    await storage.revisions.flush();
    const { approvals, runningScans } = await storage.revisions.read();
    expect([approvals.pending, runningScans]).toEqual([before.approvals.pending, before.runningScans]);
  });
});
