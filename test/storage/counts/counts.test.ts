/** The kept counts: read in few requests, right after an upgrade, and corrected when something else has written them. */

import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSummary } from '../../../src/api/endpoints/findings/summary.ts';
import { groupApprovals } from '../../../src/domain/approvals/approval-groups.ts';
import type { Finding } from '../../../src/domain/decisions/finding.ts';
import { HOUR_MS, timeAfter } from '../../../src/domain/resources/durations.ts';
import type { Resource } from '../../../src/domain/resources/resource.ts';
import { recountFindings } from '../../../src/storage/counts/recount-findings.ts';
import { indexKeyOf } from '../../../src/storage/findings/index-rows.ts';
import { shardKeyOf } from '../../../src/storage/findings/shards.ts';
import { TABLES } from '../../../src/storage/names.ts';
import type { Storage } from '../../../src/storage/open-storage.ts';
import { openTable, type Table } from '../../../src/storage/table/table.ts';
import { collectMetrics } from '../../../src/workflows/housekeeping/collect-metrics.ts';
import { repairCounts } from '../../../src/workflows/housekeeping/repair-counts.ts';
import { collect, paginate } from '../../../src/workflows/ports/storage.ts';
import { countFindings, listFixes } from '../../../src/workflows/state/count-lists.ts';
import { fakeDeps } from '../../fakes/deps.ts';
import { ACCOUNT_NOW, type Account, useAccount } from '../azurite.ts';
import { app, approval, event, finding, record, time } from '../samples.ts';

/** All parts are recounted within this many hours. */
const ROTATION = 18;

function depsOf(storage: Storage) {
  const fake = fakeDeps();
  return { ...fake, ...storage, clock: { ...fake.clock, now: () => ACCOUNT_NOW } };
}

/** A repair of every part; what was wrong. */
async function repairAll({ counts }: Storage) {
  const wrong = [];
  for (let hour = 0; hour < ROTATION; hour++) {
    wrong.push(...(await counts.repair(timeAfter(ACCOUNT_NOW, hour * HOUR_MS))));
  }
  return wrong;
}

/** Eight apps at a time, as several instances would. */
async function findingsOf(storage: Storage, apps: number, rules: number, name = 'app'): Promise<void> {
  const verdicts = ['violation', 'compliant', 'unknown', 'not-applicable'] as const;
  const evaluate = (n: number) => {
    const of = app(`${name}-${n}`);
    const found = Array.from({ length: rules }, (_, rule) =>
      finding(of, `rule-${rule}`, {
        verdict: verdicts[(n + rule) % 4] ?? 'unknown',
        severity: rule % 2 ? 'low' : 'high',
      }),
    );
    return storage.findings.replace(of, found);
  };
  for (let start = 0; start < apps; start += 8) {
    await Promise.all(Array.from({ length: Math.min(8, apps - start) }, (_, n) => evaluate(start + n)));
  }
}

/** What is listed, counted anew. */
async function recounted(storage: Storage) {
  const since = new Date(0);
  const pending = await collect(paginate((page) => storage.approvals.list({ status: ['pending'] }, page)));
  return {
    findings: await countFindings(storage),
    pending: pending.map(({ rule, resource, requestedAt }) => `${rule.id} ${resource.id} ${requestedAt}`),
    fixes: (await listFixes(storage, since)).map(({ at }) => at),
  };
}

async function kept({ counts, approvals }: Storage) {
  const { heads } = await approvals.listHeads({ status: ['pending'] });
  return {
    findings: await counts.readFindings(),
    pending: heads.map(({ rule, resource, requestedAt }) => `${rule} ${resource} ${requestedAt}`),
    fixes: (await counts.readFixes(new Date(0)))?.map(({ at }) => at),
  };
}

async function keysOf(account: Account, table: string, prefix: string) {
  const rows = [];
  for await (const row of account.table(table).listEntities()) if (row.rowKey?.startsWith(prefix)) rows.push(row);
  return rows.map(({ partitionKey = '', rowKey = '' }) => ({ partitionKey, rowKey }));
}

describe('the summary and the metrics', () => {
  const account = useAccount();

  it('cost three table requests at 200 and at 5,000 findings, and the groups one', async () => {
    const storage = account.open();
    const deps = depsOf(storage);
    // Creates the tables.
    await collectMetrics(deps, storage.meters);
    const costs: number[][] = [];
    let approvals = 0;
    for (const [apps, name] of [
      [5, 'few'],
      [120, 'many'],
    ] as const) {
      await findingsOf(storage, apps, 40, name);
      for (let n = 0; n < apps / 5; n++) {
        const id = storage.approvals.newId(new Date(Date.parse(time(0)) + approvals++));
        await storage.approvals.save(approval(id, app(`${name}-${n}`), { requestedAt: time(n) }), null);
      }
      const fixed = Array.from({ length: apps }, (_, n) => record(app(`${name}-${n}`), 'fixed', { at: time(n) }));
      await storage.audit.append(fixed, new Map([['e1', time(-30)]]));
      await repairAll(storage);
      account.requests();
      const summary = await readSummary(deps);
      const ofSummary = account.requests().table;
      const { heads } = await storage.approvals.listHeads({ status: ['pending'] });
      const ofGroups = account.requests().table;
      const metrics = await collectMetrics(deps, storage.meters);
      costs.push([ofSummary, ofGroups, account.requests().table]);
      expect(metrics.approvals.waiting).toBe(heads.length);
      expect(groupApprovals(heads, 'resource')).toHaveLength(heads.length);
      const all = await recounted(storage);
      expect(summary).toMatchObject({
        resources: all.findings.resources,
        approvals: { pending: all.pending.length, oldestAt: time(0) },
        fixes: { last30d: all.fixes.length },
        // The latest hundred.
        meanTimeToFixSeconds: apps === 5 ? 32 : 30 + (20 + 119) / 2,
      });
    }
    expect(costs[0]?.slice(0, 2)).toEqual([3, 1]);
    expect(costs[1]).toEqual(costs[0]);
  }, 120_000);
});

const WRONG_SUMS = deflateRawSync('{"sub":{"resources":7,"findings":{}}}').toString('base64');

describe('the repair', () => {
  const account = useAccount();
  let storage: Storage;

  /** Some of everything, counted. The tables are those of all tests here. */
  beforeEach(async () => {
    storage = account.open();
    await findingsOf(storage, 4, 5, 'repair');
    const id = storage.approvals.newId(new Date(time(0)));
    await storage.approvals.save(approval(id, app('repair-0')), null);
    await storage.audit.append([record(app('repair-0'), `fixed ${id}`)]);
    await repairAll(storage);
  });

  it('finds nothing to correct, and writes nothing, when only Plumbline has written', async () => {
    const before = await kept(storage);
    expect(before).toEqual(await recounted(storage));
    expect(await repairAll(account.open())).toEqual([]);
    expect(await kept(storage)).toEqual(before);
  });

  it.each([
    ['findings', TABLES.findings, 'p-', 'sums that are wrong', { Counts: WRONG_SUMS }],
    ['findings', TABLES.findings, 'p-', 'a shard that is unreadable', { Json0: 'rubbish' }],
    ['open approvals', TABLES.approvals, 'o-', 'an approval that is not there', { Head0: '', Body0: '' }],
    ['fixes', TABLES.audit, 't-2', 'fixes that are not there', { Json0: '[[1,5,null],[2,6,null],[3,7,9]]' }],
  ])('corrects the counts of %s and says so: %s %s %s', async (what, table, prefix, _, json) => {
    const keys = (await keysOf(account, table, prefix)).filter(({ rowKey }) => !rowKey.endsWith('-ready'));
    const key = keys.at(-1) ?? { partitionKey: '', rowKey: '' };
    await account.table(table).upsertEntity({ ...key, ...json }, 'Replace');
    const right = await recounted(storage);
    expect(await kept(storage)).not.toEqual(right);
    const deps = depsOf(account.open());
    for (let hour = 0; hour < ROTATION; hour++) {
      await repairCounts({ ...deps, clock: { ...deps.clock, now: () => timeAfter(ACCOUNT_NOW, hour * HOUR_MS) } });
    }
    expect(deps.stored.logged).toEqual([
      {
        level: 'warn',
        message: 'a kept count was wrong and is corrected',
        fields: {
          counts: `${what}, row ${key.rowKey}`,
          kept: expect.any(Object),
          counted: expect.any(Object),
        },
      },
    ]);
    expect(await kept(storage)).toEqual(right);
  });

  it('reports nothing when somebody writes between the reading of the counters and of the rows', async () => {
    const real = openTable(account.table(TABLES.findings), () => undefined);
    const of = app('repair-0');
    // Another resource of the same shard, which the writer does not write.
    const isSame = (one: Resource) => shardKeyOf(one.key).rowKey === shardKeyOf(of.key).rowKey;
    const other = Array.from({ length: 5000 }, (_, n) => app(`other-${n}`)).find(isSame) ?? of;
    await storage.findings.replace(other, [finding(other, 'rule-0')]);
    const shard = indexKeyOf(of.key).rowKey.slice('r-'.length, 'r-'.length + 1);
    let verdict: Finding['verdict'] = 'unknown';
    const meanwhile: Table = {
      ...real,
      async *readPages(filter) {
        await storage.findings.replace(of, [finding(of, 'rule-0', { verdict })]);
        yield* real.readPages(filter);
      },
    };
    expect((await recountFindings(meanwhile, shard)).wrong).toEqual([]);
    expect(await kept(storage)).toEqual(await recounted(storage));
    // The same with a counter that is wrong: only the next time, without a writer, corrects it.
    const key = shardKeyOf(of.key);
    await account.table(TABLES.findings).upsertEntity({ ...key, Json0: '{}' }, 'Replace');
    verdict = 'compliant';
    expect((await recountFindings(meanwhile, shard)).wrong).toEqual([]);
    expect((await recountFindings(real, shard)).wrong).toHaveLength(1);
    expect(await kept(storage)).toEqual(await recounted(storage));
  });
});

describe('after an upgrade', () => {
  const account = useAccount();

  /** The rows of an earlier version: nothing is counted. */
  async function forget(storage: Storage): Promise<void> {
    for (const [table, prefix] of [
      [TABLES.findings, 'p-'],
      [TABLES.approvals, 'o-'],
      [TABLES.audit, 't-'],
    ] as const) {
      for (const { partitionKey, rowKey } of await keysOf(account, table, prefix)) {
        await account.table(table).deleteEntity(partitionKey, rowKey);
      }
    }
    const table = account.table(TABLES.findings);
    for (const key of await keysOf(account, TABLES.findings, 'r-')) {
      const { Labels: _, etag: __, timestamp: ___, ...row } = await table.getEntity(key.partitionKey, key.rowKey);
      await table.updateEntity({ ...row, ...key }, 'Replace');
    }
    expect(await storage.counts.readFindings()).toBeNull();
  }

  async function upgraded(): Promise<Storage> {
    const storage = account.open();
    await storage.events.store(event('e1', app('upgrade-0'), time(-30)));
    await findingsOf(storage, 6, 5, 'upgrade');
    const of = app('upgrade-0');
    await storage.findings.replace(of, [
      finding(of, 'rule-0', { since: time(1) }),
      finding(of, 'rule-1', { since: time(2) }),
    ]);
    const id = storage.approvals.newId(new Date(time(0)));
    await storage.approvals.save(approval(id, of), null);
    await storage.audit.append([record(of, `fixed ${id}`, { at: time(10) })]);
    await forget(storage);
    return storage;
  }

  it('the summary is right before, while and after the rows are counted, and the upgrade is not called a mistake', async () => {
    const storage = await upgraded();
    const all = await recounted(storage);
    const summary = await readSummary(depsOf(storage));
    expect(summary).toMatchObject({
      resources: all.findings.resources,
      approvals: { pending: all.pending.length },
      fixes: { last30d: all.fixes.length },
      meanTimeToFixSeconds: 40,
    });
    // A writer counts its resource itself.
    const of = app('upgrade-1');
    await storage.findings.replace(of, [finding(of, 'rule-9', { verdict: 'compliant' })]);
    const changed = await readSummary(depsOf(storage));
    expect(changed).not.toEqual(summary);
    expect(await repairAll(account.open())).toEqual([]);
    const right = await recounted(storage);
    expect(await kept(storage)).toEqual(right);
    account.requests();
    expect(await readSummary(depsOf(storage))).toEqual(changed);
    expect(account.requests().table).toBe(3);
  });

  it('any order and total of open approvals is right before they are packed, and the rows of before are removed', async () => {
    const storage = await upgraded();
    const earlier = { partitionKey: 'approval', rowKey: 'c-00' };
    await account.table(TABLES.approvals).upsertEntity({ ...earlier, Json0: '{}' }, 'Replace');
    const query = { status: ['pending' as const], sort: 'expires' as const, total: true };
    const list = async () => {
      const { items, total } = await storage.approvals.list(query, { limit: 50, after: null });
      return { ids: items.map(({ id }) => id), total };
    };
    const before = await list();
    expect(before.total).toBeGreaterThan(0);
    await repairAll(account.open());
    expect(await list()).toEqual(before);
    expect(await keysOf(account, TABLES.approvals, 'c-')).toEqual([]);
  });

  it('what an instance of the earlier version has written meanwhile is added, too', async () => {
    const storage = await upgraded();
    await repairAll(storage);
    const of = app('upgrade-2');
    const table = account.table(TABLES.findings);
    const { partitionKey, rowKey } = indexKeyOf(of.key);
    const { Labels: _, etag: __, timestamp: ___, ...row } = await table.getEntity(partitionKey, rowKey);
    const [first = '', ...others] = z.array(z.string()).parse(JSON.parse(String(row.Json0)));
    await table.deleteEntity(partitionKey, first);
    await table.updateEntity({ ...row, partitionKey, rowKey, Json0: JSON.stringify(others) }, 'Replace');
    expect(await kept(storage)).not.toEqual(await recounted(storage));
    expect(await repairAll(account.open())).toEqual([]);
    expect(await kept(storage)).toEqual(await recounted(storage));
  });

  it('the counters of the earlier version are gone, so that it counts again after a downgrade', async () => {
    const storage = await upgraded();
    for (const rowKey of ['c-0-0', 'c-ready']) {
      await account.table(TABLES.findings).upsertEntity({ partitionKey: 'finding', rowKey, Json0: '{}' });
    }
    await repairAll(account.open());
    expect(await keysOf(account, TABLES.findings, 'c-')).toEqual([]);
    expect(await storage.counts.readFindings()).not.toBeNull();
  });
});
