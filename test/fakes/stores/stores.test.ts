/** The fakes answer as the real stores do: the same tests run on both. */

import { describe, expect, it } from 'vitest';
import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { settingsSchema } from '../../../src/domain/rules/settings.ts';
import { RecordConflict } from '../../../src/workflows/ports/audit.ts';
import type { StoragePorts } from '../../../src/workflows/ports/deps.ts';
import { ConflictError, type Page, type PageRequest } from '../../../src/workflows/ports/storage.ts';
import { newSweptApp, type SweepProgress } from '../../../src/workflows/ports/sweeps.ts';
import { useAccount } from '../../storage/azurite.ts';
import { app, approval, event, finding, memory, record, SUBSCRIPTION, time } from '../../storage/samples.ts';
import { fakeDeps } from '../deps.ts';

const account = useAccount();
const BOTH: [string, () => StoragePorts][] = [
  ['in memory', fakeDeps],
  ['in Azure Tables', () => account.open()],
];

describe.each(BOTH)('stores %s', (_, open) => {
  it('list approvals newest first, filter them, and save them under the version that was read', async () => {
    const { approvals } = open();
    const ids = [0, 1, 2].map((second) => approvals.newId(new Date(time(second))));
    for (const [n, id] of ids.entries()) {
      await approvals.save(approval(id, app(`approval-${n}`), { status: n === 1 ? 'applied' : 'pending' }), null);
    }
    expect((await everything((page) => approvals.list({}, page))).map(({ id }) => id)).toEqual([...ids].reverse());
    const pending = await everything((page) => approvals.list({ status: ['pending'] }, page));
    expect(pending.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
    const { heads, complete } = await approvals.listHeads({ resource: [app('approval-1').id.toUpperCase()] });
    expect([heads.map(({ resource }) => resource), complete]).toEqual([[app('approval-1').id], true]);
    const [first = ''] = ids;
    const row = await approvals.get(first);
    if (!row) throw new Error('it was saved');
    const next = await approvals.save({ ...row.value, status: 'rejected' }, row.version);
    await expect(approvals.save(row.value, row.version)).rejects.toThrow(ConflictError);
    await expect(approvals.save(row.value, null)).rejects.toThrow(ConflictError);
    expect(await approvals.get(first)).toEqual({ value: { ...row.value, status: 'rejected' }, version: next });
    expect([await approvals.get('a-unknown'), await approvals.get('a/b')]).toEqual([null, null]);
    expect([await approvals.claimId('thing', 'a-1'), await approvals.claimId('thing', 'a-2')]).toEqual(['a-1', 'a-1']);
  });

  it('list exemptions newest first, and a page begins where the last one ended although rows were removed meanwhile', async () => {
    const { exemptions } = open();
    const ids = [0, 1, 2].map((second) => exemptions.newId(new Date(time(second))));
    const scopes = [
      SUBSCRIPTION.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'),
      app('one').id,
      app('on').id,
    ];
    for (const [n, id] of ids.entries()) await exemptions.save(exemption(id, scopes[n] ?? ''), null);
    const above = await exemptions.listForResource(app('One'));
    expect(above.map(({ id }) => id).sort()).toEqual([ids[1], ids[0]]);
    const { items, next } = await exemptions.list({ limit: 1, after: null });
    expect(items.map(({ id }) => id)).toEqual([ids[2]]);
    for (const id of [ids[2] ?? '', 'x-unknown', 'x/y']) await exemptions.remove(id);
    expect((await exemptions.list({ limit: 1, after: next })).items.map(({ id }) => id)).toEqual([ids[1]]);
    const row = await exemptions.get(ids[0] ?? '');
    if (!row) throw new Error('it was saved');
    await exemptions.save({ ...row.value, removedAt: time(1) }, row.version);
    await expect(exemptions.save(row.value, row.version)).rejects.toThrow(ConflictError);
    expect([await exemptions.get('x-unknown'), await exemptions.get('x/y')]).toEqual([null, null]);
  });

  it('keep an event once for each resource, and its first outcome', async () => {
    const { events } = open();
    const [one, other] = [app('event-one'), app('event-other')];
    const isDead = { outcome: 'dead', auditIds: ['1'], reasons: [] } as const;
    for (const [n, id] of ['a', 'b', 'c'].entries()) await events.store(event(id, one, time(n)));
    await events.store(event('a', other, time(9)));
    expect((await events.store(event('a', { ...one, id: one.id.toUpperCase() }, time(8)))).receivedAt).toBe(time(0));
    await events.store(event('none', null));
    const named = async (list: Promise<readonly { event: { id: string } }[]>) =>
      (await list).map(({ event: { id } }) => id);
    expect(await named(events.listWaiting(one))).toEqual(['a', 'b', 'c']);
    expect(await named(events.listRecent(one, 2))).toEqual(['c', 'b']);
    expect(await events.countWaitingResources(25)).toEqual({ resources: 3, complete: true });
    expect(await events.countWaitingResources(1)).toMatchObject({ complete: false });
    await events.conclude(one, ['a', 'unknown'], isDead);
    await events.conclude(one, ['a', 'b'], { ...isDead, outcome: 'evaluated' });
    expect(await events.get(one, 'a')).toMatchObject(isDead);
    expect(await events.get(other, 'a')).toMatchObject({ outcome: null });
    expect(await events.findById('a')).toMatchObject({ outcome: null });
    for (const id of ['a', 'b', 'unknown']) await events.reopen(one, id);
    expect(await named(events.listWaiting(one))).toEqual(['a', 'c']);
    expect([await events.get(one, 'unknown'), await events.findById('unknown')]).toEqual([null, null]);
  });

  it('list findings newest first, and replace all of a resource', async () => {
    const { findings } = open();
    const [one, other] = [app('finding-one'), app('finding-other')];
    const held = { action: 'hold', until: time(9), reasons: [], ceilings: [] } as const;
    await findings.replace(one, [
      finding(one, 'rule-b', { since: time(1) }),
      finding(one, 'rule-a', { since: time(1), severity: 'low' }),
      finding(one, 'rule-c', { since: time(3), decision: held, evaluatedAt: time(5) }),
    ]);
    await findings.replace(other, [finding(other, 'rule-a', { since: time(2), verdict: 'compliant', decision: null })]);
    const rules = async (query: Parameters<typeof findings.list>[0]) =>
      (await everything((page) => findings.list(query, page))).map(({ rule }) => rule);
    expect(await rules({})).toEqual(['rule-c', 'rule-a', 'rule-a', 'rule-b']);
    expect(await rules({ resource: one.id.toUpperCase(), severity: 'high' })).toEqual(['rule-c', 'rule-b']);
    expect(await rules({ rules: ['rule-b', 'rule-c'] })).toEqual(['rule-c', 'rule-b']);
    expect([await rules({ rules: [] }), await rules({ verdict: 'unknown' })]).toEqual([[], []]);
    expect(await rules({ decision: 'hold', openEndedOrBefore: time(5) })).toEqual([]);
    expect(await rules({ decision: 'hold', openEndedOrBefore: time(6) })).toEqual(['rule-c']);
    const keys = [one.key, other.key].sort();
    expect((await findings.listResources(SUBSCRIPTION, '', null)).sort()).toEqual(keys);
    expect(await findings.listResources(SUBSCRIPTION, keys[0] ?? '', keys[1] ?? '')).toEqual([keys[1]]);
    await findings.replace(one, []);
    expect(await rules({})).toEqual(['rule-a']);
    expect(await findings.listResources(SUBSCRIPTION, '', null)).toEqual([other.key]);
    expect(await everything((page) => findings.pageOfResources(SUBSCRIPTION, page))).toEqual([other.key]);
  });

  it('save the state of a resource and the settings under the version that was read', async () => {
    const { resources, settings } = open();
    const of = app('state');
    const elsewhere = finding(app('elsewhere'), 'rule-a');
    const version = await resources.saveState(of, memory(of, { findings: [elsewhere] }), null);
    const loaded = { ...memory(of), findings: [finding(of, 'rule-a')] };
    expect(await resources.loadState({ ...of, id: of.id.toUpperCase() })).toEqual({ state: loaded, version });
    await resources.saveState(of, memory(of, { gone: true }), version);
    for (const stale of [null, version]) {
      await expect(resources.saveState(of, memory(of), stale)).rejects.toThrow(ConflictError);
    }
    expect(await resources.loadState(app('unknown'))).toEqual({ state: null, version: null });
    const stored = { settings: settingsSchema.parse({}), revision: 1, stoppedAt: null, stoppedBy: null, records: [] };
    expect(await settings.load()).toBeNull();
    const first = await settings.save(stored, null);
    expect(await settings.load()).toEqual({ value: stored, version: first });
    await settings.save({ ...stored, revision: 2 }, first);
    await expect(settings.save(stored, first)).rejects.toThrow(ConflictError);
  });

  it('keep a dead letter once until its release, newest first', async () => {
    const { deadLetters } = open();
    const letter = (second: number) => ({ queue: 'q', message: '{}', resource: null, at: time(second) });
    await deadLetters.recordFailure('a', 'down '.repeat(3000));
    await deadLetters.recordFailure('b', 'forgotten');
    await deadLetters.clearFailure('b');
    for (const [n, key] of ['b', 'a', 'c'].entries()) await deadLetters.record(key, letter(n));
    await deadLetters.record('b', letter(9));
    const listed = await everything((page) => deadLetters.list({}, page));
    expect(listed.map(({ at }) => at)).toEqual([time(2), time(1), time(0)]);
    expect(listed.map(({ error }) => error?.slice(0, 4) ?? null)).toEqual([null, 'down', null]);
    expect(listed[1]?.error?.length).toBeLessThanOrEqual(8000);
    const id = listed[1]?.id ?? '';
    expect([id, await deadLetters.count()]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), 3]);
    for (const released of [id, id, 'unknown']) await deadLetters.markReleased(released);
    expect([await deadLetters.get(id), await deadLetters.get('unknown'), await deadLetters.get('no/key')]).toEqual([
      'released',
      null,
      null,
    ]);
    await deadLetters.record('a', letter(5));
    expect(await deadLetters.get(id)).toMatchObject({ id, error: null, at: time(5) });
  });

  it('record each record once, list them newest first, and append none of a call with a conflict', async () => {
    const { audit } = open();
    const [one, other] = [app('audit-one'), app('audit-other')];
    const actor = { type: 'user', objectId: 'AAAA-1' } as const;
    const records = [
      record(one, 'first', { at: time(1), operationId: 'o-1' }),
      record(other, 'second', { at: time(2), actor }),
      record(one, 'third', { at: time(3), kind: 'fix.failed', approvalId: 'a-1' }),
    ];
    const entries = await audit.append(records);
    expect(entries.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
    expect(await audit.append(records.slice(0, 1))).toEqual(entries.slice(0, 1));
    const [first, second, third] = entries;
    const another = { ...record(one, 'third'), message: 'Another.' };
    await expect(audit.append([record(one, 'before'), another])).rejects.toThrow(RecordConflict);
    await expect(audit.append([record(one, 'odd', { at: '2026-03-01T12:00:00Z' })])).rejects.toThrow(
      /must be a time like/,
    );
    const found = (query: Parameters<typeof audit.list>[0]) => everything((page) => audit.list(query, page));
    expect(await found({})).toEqual([third, second, first]);
    expect(await everything((page) => audit.scan({}, page))).toEqual([third, second, first]);
    expect(await found({ actor: 'aaaa-1' })).toEqual([second]);
    expect(await found({ resource: one.id.toUpperCase(), kind: 'fix.applied' })).toEqual([first]);
    expect(await found({ from: time(2), to: time(3) })).toEqual([second]);
    expect([await found({ operationId: 'o-1' }), await found({ approval: 'a-1' })]).toEqual([[first], [third]]);
    if (!first) throw new Error('it was recorded');
    expect([await audit.get(first.id), await audit.get('no/key'), await audit.get('unknown')]).toEqual([
      first,
      null,
      null,
    ]);
    expect([await audit.contains(first), await audit.contains({ ...first, message: 'Forged.' })]).toEqual([
      true,
      false,
    ]);
    expect(await audit.verify()).toMatchObject({ valid: true, complete: true, entries: 3 });
  });

  it('give the entries about a subject in the order of their ids', async () => {
    const { audit } = open();
    const of = app('subject');
    const ids = ['one', 'two', 'three'].map((what) => record(of, what).id);
    await audit.append(['one', 'two', 'three'].map((what) => record(of, what)));
    expect((await audit.listBySubject(of.key)).map(({ id }) => id)).toEqual(ids.sort());
  });

  it('keep a wakeup once, and give the due ones, the earliest first', async () => {
    const { wakeups } = open();
    const [one, other] = [app('alarm-one'), app('alarm-other')];
    const set = (of: typeof one, second: number, why = 'w') => wakeups.schedule(of, new Date(time(second)), why);
    const [late, early] = [await set(one, 3), await set(other, 1)];
    expect(await set({ ...one, id: one.id.toUpperCase() }, 3)).toBe(late);
    await set(one, 3);
    await set(one, 4);
    expect(await wakeups.listDue(new Date(time(3)), 10)).toEqual([
      { key: early, resource: other.id, why: 'w' },
      { key: late, resource: one.id, why: 'w' },
    ]);
    expect(await wakeups.listDue(new Date(time(9)), 1)).toEqual([{ key: early, resource: other.id, why: 'w' }]);
    for (const key of [early, 'no/key', 'unknown']) await wakeups.cancel(key);
    expect((await wakeups.listDue(new Date(time(3)), 10)).map(({ key }) => key)).toEqual([late]);
  });

  it('count budgets and throttles by subscription, without regard to case', async () => {
    const { budgets, guards } = open();
    const of = (name: string, subscriptionId: string) => ({ ...app(name), subscriptionId });
    const at = new Date(time(0));
    const claimed = [];
    for (const [name, subscription] of [
      ['1', 'sub-a'],
      ['2', 'SUB-A'],
      ['3', 'sub-b'],
    ] as const) {
      claimed.push((await budgets.claim(of(name, subscription), at, 1)).granted);
    }
    expect(claimed).toEqual([true, false, true]);
    await guards.storeThrottle('sub-a', { since: time(0), until: time(9) });
    await guards.storeThrottle('SUB-A', { since: time(1), until: time(8) });
    expect((await guards.read('Sub-A')).throttle).toEqual({ since: time(0), until: time(9) });
    await guards.writeHeartbeat(at);
    expect([await guards.readHeartbeat(), await guards.read('sub-b')]).toEqual([
      time(0),
      { heartbeat: time(0), throttle: null },
    ]);
  });

  it('keep the sweep of a subscription under its version, and its resources by partition', async () => {
    const { sweepRuns } = open();
    const subscription = '5b1f6471-1bf0-4dda-aec3-cb9272f09590';
    const [one, two] = [app('one').id, app('two').id];
    const part = { index: 1, of: 4 };
    expect([await sweepRuns.load(subscription), await sweepRuns.listApps(subscription, part)]).toEqual([null, []]);
    const version = await sweepRuns.save(sweepOf(subscription), null);
    expect(await sweepRuns.load(subscription.toUpperCase())).toEqual({ value: sweepOf(subscription), version });
    await sweepRuns.save({ ...sweepOf(subscription), position: 1 }, version);
    for (const stale of [null, version]) {
      await expect(sweepRuns.save(sweepOf(subscription), stale)).rejects.toThrow(ConflictError);
    }
    const many = Array.from({ length: 150 }, (_, index) => ({
      app: newSweptApp(app(`many-${index}`).id),
      version: null,
    }));
    await sweepRuns.saveApps(subscription, part, [{ app: newSweptApp(one), version: null }, ...many]);
    await sweepRuns.saveApps(subscription, { index: 0, of: 2 }, [{ app: newSweptApp(two), version: null }]);
    const listed = await sweepRuns.listApps(subscription, part);
    expect(listed).toHaveLength(151);
    const own = listed
      .filter(({ value }) => value.id === one)
      .map(({ value, version: read }) => ({ app: value, version: read }));
    await sweepRuns.saveApps(subscription, part, own);
    await expect(sweepRuns.saveApps(subscription, part, own)).rejects.toThrow(ConflictError);
    const keys = async function* () {
      yield [one.toLowerCase(), two.toLowerCase()];
      yield [app('three').key];
    };
    expect(await sweepRuns.keysNotSeen(subscription, keys())).toEqual([app('three').key]);
    await sweepRuns.removeApps(subscription, part, [one.toUpperCase(), app('three').id]);
    expect(await sweepRuns.listApps(subscription, part)).toHaveLength(150);
    await sweepRuns.removePartition(subscription, 4);
    expect(await sweepRuns.listApps(subscription, part)).toEqual([]);
    expect(await sweepRuns.keysNotSeen(subscription, keys())).toEqual([one.toLowerCase(), app('three').key]);
  });

  it('reserve reads one after the other, from ten seconds ago', async () => {
    const { sweepRuns } = open();
    const subscription = '6b1f6471-1bf0-4dda-aec3-cb9272f09590';
    const reserve = (seconds: number, at: number) => sweepRuns.reserve(subscription, seconds, new Date(time(at)));
    expect(await reserve(30, 0)).toEqual(new Date(time(-10)));
    expect(await reserve(5, 1)).toEqual(new Date(time(20)));
    expect(await reserve(1, 2)).toEqual(new Date(time(25)));
    expect(await reserve(1, 600)).toEqual(new Date(time(590)));
  });

  it('keep the throttling of sweeps apart from that of changes, which sweeps follow, too', async () => {
    const { guards } = open();
    const subscription = '7b1f6471-1bf0-4dda-aec3-cb9272f09590';
    const wait = (until: number) => ({ since: time(0), until: time(until) });
    await guards.storeThrottle(subscription, wait(50), 'sweep');
    expect([await guards.readThrottle(subscription), (await guards.read(subscription)).throttle]).toEqual([null, null]);
    expect(await guards.readThrottle(subscription, 'sweep')).toEqual(wait(50));
    await guards.storeThrottle(subscription, wait(80));
    expect((await guards.read(subscription, 'sweep')).throttle).toEqual(wait(80));
    expect((await guards.read(subscription)).throttle).toEqual(wait(80));
  });

  it('count each resource of a scan once, and list scans newest first', async () => {
    const { scans } = open();
    const actor = { type: 'user', objectId: 'someone' } as const;
    const begin = (at: number) =>
      scans.begin({ id: scans.newId(new Date(time(at))), scope: SUBSCRIPTION, startedAt: time(at), actor });
    const [begun, other] = [await begin(0), await begin(1)];
    await scans.addFound(begun.id, ['/a', '/A', '/b']);
    await scans.addFound(begun.id, ['/b']);
    await scans.markEvaluated(begun.id, '/B');
    await scans.markEvaluated(begun.id, '/b');
    const scan = {
      ...{ id: begun.id, scope: SUBSCRIPTION, status: 'running', found: 2, evaluated: 1, startedAt: time(0), actor },
      ...{ endedAt: null, cancelledBy: null, listed: false },
    };
    expect(await scans.get(begun.id)).toEqual(scan);
    const keys = async function* () {
      yield ['/a', '/c'];
    };
    expect(await scans.keysNotFound(begun.id, keys())).toEqual(['/c']);
    await scans.markEvaluated(begun.id, '/a');
    expect(await scans.get(begun.id)).toMatchObject({ status: 'running', evaluated: 2 });
    await scans.markListed(begun.id);
    const done = { ...scan, status: 'done', evaluated: 2, listed: true, endedAt: expect.any(String) };
    expect([await scans.get(begun.id), await scans.get('unknown')]).toEqual([done, null]);

    expect([await scans.isCancelled(other.id), await scans.isCancelled('a-sweep')]).toEqual([false, false]);
    const cancelled = { ...other, status: 'cancelled', cancelledBy: actor, endedAt: expect.any(String) };
    expect(await scans.cancel(other.id, actor)).toEqual(cancelled);
    expect([await scans.cancel(begun.id, actor), await scans.cancel('unknown', actor)]).toEqual([done, null]);
    expect(await scans.isCancelled(other.id)).toBe(true);
    await scans.markListed(other.id);
    expect((await scans.get(other.id))?.status).toBe('cancelled');
    expect((await scans.list(null, { limit: 9, after: null })).items.map(({ id }) => id)).toEqual([other.id, begun.id]);
    const ended = await scans.list(['done'], { limit: 9, after: null });
    expect(ended.items).toEqual([done]);
  });
});

/** The items of all pages of two. */
async function everything<T>(list: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await list({ limit: 2, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}

function exemption(id: string, scope: string): Exemption {
  const about = { rule: 'webapp-min-tls', owner: 'Team Shop', reason: 'Old clients.', ticket: null };
  const createdBy = { type: 'user', objectId: 'kim', name: 'Kim' } as const;
  return { ...about, id, scope, expires: time(3600), createdAt: time(0), createdBy, removedAt: null, outbox: [] };
}

function sweepOf(subscriptionId: string): SweepProgress {
  return {
    id: 'sweep-1',
    subscriptionId,
    startedAt: time(0),
    progressAt: time(1),
    state: 'running',
    parts: 4,
    position: 0,
    counted: 151,
    listed: 0,
    skipped: 0,
    queued: 0,
    missing: 0,
    notListed: 0,
    distrusted: null,
    before: null,
  };
}
