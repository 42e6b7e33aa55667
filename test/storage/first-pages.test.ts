/**
 * With 10,000 pending approvals and 1,000,000 audit entries, a first page costs at most three table requests, counted
 * in the SDK's pipeline, and is full when enough rows match. The service is a stand-in, because no emulator takes a
 * million rows in a test; a test below compares it with Azurite.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import type { Approval } from '../../src/domain/approvals/approval.ts';
import type { AuditEntry } from '../../src/domain/audit/audit.ts';
import { isInScope } from '../../src/domain/resources/resource.ts';
import { openApprovals } from '../../src/storage/approvals/approvals.ts';
import { indexKeys, indexRanges, openAuditIndex } from '../../src/storage/audit/audit-index.ts';
import { entryFilter } from '../../src/storage/audit/rows.ts';
import { readLog } from '../../src/storage/audit/search.ts';
import { openTable } from '../../src/storage/table/table.ts';
import type { ApprovalQuery } from '../../src/workflows/ports/approvals.ts';
import type { AuditQuery } from '../../src/workflows/ports/audit.ts';
import { ACCOUNT_NOW, useAccount } from './azurite.ts';
import { approvalsMade, approvalTable, ENTRIES, entryAt, logTables, signedAt, timeAt, wholeIndex } from './million.ts';
import { app, auditKeys, record, SUBSCRIPTION, time } from './samples.ts';
import { type Rows, rowsOf, tableService } from './table-service.ts';

const LIMIT = 50;

describe('a first page of a million audit entries', () => {
  const group = (n: number) => `${SUBSCRIPTION}/resourceGroups/group-${n}`;
  const QUERIES: readonly AuditQuery[] = [
    { operationId: 'operation-120000' },
    { approval: 'approval-24000' },
    { resource: app('app-4711', 'group-111').id },
    { resource: group(111) },
    { resource: `${group(111)}/providers/Microsoft.Web` },
    { resource: SUBSCRIPTION },
    { resource: `${SUBSCRIPTION}-far` },
    { rule: 'rule-7' },
    { rule: 'rare-rule' },
    { rule: 'unheard-of' },
    { kind: 'fix.applied' },
    { kind: 'service.stopped' },
    { kind: 'settings.changed' },
    { actor: 'person-20' },
    { actor: 'nina' },
    { from: timeAt(500_000), to: timeAt(499_000) },
    { rule: 'rare-rule', to: timeAt(ENTRIES - 20_000) },
    { kind: 'fix.applied', from: timeAt(900_000), to: timeAt(899_000) },
    { kind: 'fix.failed', resource: app('app-4711', 'group-111').id },
    { kind: 'fix.failed', resource: group(111) },
    { rule: 'rule-7', kind: 'fix.failed' },
    { rule: 'rule-7', actor: 'person-20' },
    { operationId: 'operation-120000', rule: 'rule-7', kind: 'fix.applied', actor: 'person-0' },
    { actor: 'nina', rule: 'rare-rule', kind: 'service.stopped', resource: `${SUBSCRIPTION}-far` },
  ];
  let index: Record<string, Rows> = {};
  /** The expected first pages, computed from every entry. */
  const wanted: string[][] = QUERIES.map(() => []);
  beforeAll(() => {
    let open = QUERIES.map((query, number) => ({ matches: matcherOf(query), found: wanted[number] ?? [] }));
    index = wholeIndex((entry) => {
      let full = false;
      for (const { matches, found } of open) if (matches(entry)) full = found.push(entry.id) === LIMIT || full;
      if (full) open = open.filter(({ found }) => found.length < LIMIT);
    });
  }, 240_000);

  it('the rows of the test are what the storage would have written', () => {
    for (let n = 0; n < ENTRIES; n += 99_991) {
      for (const { partitionKey, rowKey } of indexKeys(entryAt(n))) {
        const rows = index[partitionKey];
        const at = rows
          ? Array.from({ length: 21 }).reduce<[number, number]>(
              ([low, high]) => {
                const middle = (low + high) >> 1;
                return rows.keyAt(middle) <= rowKey ? [middle, high] : [low, middle];
              },
              [0, rows.count],
            )[0]
          : -1;
        expect(rows?.keyAt(at)).toBe(rowKey);
      }
    }
  });

  it.each([
    ['the index is complete', 0, 300_000],
    ['the index is 400 entries behind', 400, Number.POSITIVE_INFINITY],
  ])('a first page costs at most three requests and is full when %s', async (_, behind, boundary) => {
    const service = tableService(logTables(index, behind), { boundary });
    const open = (name: string) => openTable(service.client(name), () => undefined);
    const log = open('PlumblineAudit');
    const { list } = openAuditIndex(log, open('PlumblineAuditIndex'), auditKeys, () => ACCOUNT_NOW);
    for (const [number, query] of QUERIES.entries()) {
      service.requests();
      const isTimeOnly = Object.keys(query).every((name) => name === 'from' || name === 'to');
      const ids = isTimeOnly
        ? (await log.readPage(entryFilter(query), { limit: LIMIT, after: null })).items.map(({ rowKey }) => rowKey)
        : (await list(query, { limit: LIMIT, after: null })).items.map(({ id }) => id);
      expect(service.requests(), JSON.stringify(query)).toBeLessThanOrEqual(3);
      if (isTimeOnly) expect(ids).toHaveLength(LIMIT);
      else expect(ids, JSON.stringify(query)).toEqual(wanted[number]);
    }
  });

  it.each<[string, AuditQuery]>([
    ['two kinds', { kinds: ['fix.applied', 'service.stopped'] }],
    ['three kinds', { kinds: ['fix.applied', 'service.stopped', 'settings.changed'] }],
    ['a text', { text: 'nowhere' }],
    ['a text about a group', { text: 'nowhere', resource: group(111) }],
    ['the name of an actor', { actorName: 'some', rule: 'rule-7' }],
  ])('a first page that is merged or searched costs at most three requests, too: %s', async (_, query) => {
    for (const behind of [0, 400]) {
      const service = tableService(logTables(index, behind));
      const open = (name: string) => openTable(service.client(name), () => undefined);
      const log = open('PlumblineAudit');
      const { list } = openAuditIndex(log, open('PlumblineAuditIndex'), auditKeys, () => ACCOUNT_NOW);
      const page = { limit: LIMIT, after: null };
      const { next } = indexRanges(query).length > 0 ? await list(query, page) : await readLog(log, query, page);
      expect(service.requests()).toBeLessThanOrEqual(3);
      expect(next).not.toBeNull();
    }
  });

  it('the items of a page are the signed entries', async () => {
    const service = tableService(logTables(index, 0));
    const open = (name: string) => openTable(service.client(name), () => undefined);
    const { list } = openAuditIndex(open('PlumblineAudit'), open('PlumblineAuditIndex'), auditKeys, () => ACCOUNT_NOW);
    const { items } = await list({ operationId: 'operation-120000' }, { limit: LIMIT, after: null });
    expect(items).toEqual(Array.from({ length: 8 }, (_, n) => signedAt(960_000 + n)));
  });
});

describe('a first page of 10,000 pending approvals behind 90,000 others', () => {
  const QUERIES: readonly ApprovalQuery[] = [
    {},
    { status: ['pending'] },
    { status: ['unknown'] },
    { status: ['rejected'] },
    { rule: ['rule-7'] },
    { rule: ['rare-rule'] },
    { status: ['pending'], rule: ['rare-rule'] },
    { status: ['pending'], rule: ['rule-7'] },
    { resource: [app('app-4711', 'group-111').id] },
    { resource: [app('app-4711', 'group-111').id], status: ['pending'], rule: ['rule-7'] },
    { resource: [`${SUBSCRIPTION}/resourceGroups/group-111`] },
    { resource: [`${SUBSCRIPTION}/resourceGroups/group-111`], status: ['pending'] },
    { resource: [`${SUBSCRIPTION}/resourceGroups/group-111`], status: ['pending'], rule: ['rule-11'] },
    { resource: [SUBSCRIPTION], status: ['pending'] },
    { resource: [`${SUBSCRIPTION}-far`], status: ['unknown'] },
  ];
  let made: Approval[] = [];
  let tables: ReturnType<typeof approvalTable>;
  beforeAll(() => {
    made = approvalsMade();
    tables = approvalTable(made);
  }, 240_000);

  it('a page of approvals costs at most three requests and is full', async () => {
    const service = tableService(tables);
    const approvals = openApprovals(
      openTable(service.client('PlumblineApprovals'), () => undefined),
      () => '',
      async () => undefined,
    );
    for (const query of QUERIES) {
      service.requests();
      const { items } = await approvals.list(query, { limit: LIMIT, after: null });
      expect(service.requests(), JSON.stringify(query)).toBeLessThanOrEqual(3);
      const wanted = made.filter(
        ({ status, rule, resource }) =>
          (query.status?.includes(status) ?? true) &&
          (query.rule?.includes(rule.id) ?? true) &&
          (query.resource?.every((scope) => isInScope(resource.id, scope)) ?? true),
      );
      expect(
        items.map(({ id }) => id),
        JSON.stringify(query),
      ).toEqual(wanted.slice(0, LIMIT).map(({ id }) => id));
    }
  });

  it('counting pending approvals costs one request, and three count the latest 3,000 of others', async () => {
    const service = tableService(tables);
    const approvals = openApprovals(
      openTable(service.client('PlumblineApprovals'), () => undefined),
      () => '',
      async () => undefined,
    );
    const { heads, complete } = await approvals.listHeads({ status: ['pending'] });
    expect([heads.length, complete, service.requests()]).toEqual([10_000, true, 1]);
    const rejected = await approvals.listHeads({ status: ['rejected'] });
    expect([rejected.heads.length, rejected.complete, service.requests()]).toEqual([3000, false, 3]);
  });
});

describe('the stand-in gives the same answers as Azurite', () => {
  const account = useAccount();

  it('for single rows and for pages', async () => {
    const { audit } = account.open();
    await audit.append(
      Array.from({ length: 300 }, (_, n) =>
        record(app(`app-${n % 9}`, `group-${n % 3}`), `${n}`, {
          at: time(n),
          rule: `rule-${n % 7}`,
          operationId: `o'${n}`,
        }),
      ),
    );
    await audit.updateIndex();
    const tables: Record<string, Record<string, Rows>> = {};
    for (const name of ['PlumblineAudit', 'PlumblineAuditIndex']) {
      const partitions: Record<string, { rowKey: string; columns: Record<string, string> }[]> = {};
      for await (const { partitionKey = '', rowKey = '', ...more } of account.table(name).listEntities()) {
        const texts = Object.entries(more).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
        const columns = Object.fromEntries(texts.filter(([column]) => /^[A-Z]/.test(column)));
        partitions[partitionKey] = [...(partitions[partitionKey] ?? []), { rowKey, columns }];
      }
      tables[name] = Object.fromEntries(Object.entries(partitions).map(([key, rows]) => [key, rowsOf(rows)]));
    }
    const service = tableService(tables, { boundary: 70 });
    const group = `${SUBSCRIPTION}/resourceGroups/group-1`;
    const filters = [
      entryFilter({}),
      entryFilter({ rule: 'rule-3', from: time(50), to: time(250) }),
      entryFilter({ resource: app('app-4', 'group-1').id, kind: 'fix.applied' }),
      entryFilter({ operationId: "o'17", resource: group }),
      "PartitionKey eq 'rule' and RowKey gt '5' and RowKey le 'b'",
      "PartitionKey eq 'kind' and (Rule eq 'rule-1' or Rule eq 'rule-2') and ResourceKey gt 'a'",
      "PartitionKey eq 'nobody'",
    ];
    for (const name of ['PlumblineAudit', 'PlumblineAuditIndex']) {
      for (const filter of filters) {
        const real = await openTable(account.table(name), () => undefined).readAll(filter);
        const standIn = openTable(service.client(name), () => undefined);
        const paged: unknown[] = [];
        for (let after: string | null = null, more = true; more; more = after !== null) {
          const page = await standIn.readPage(filter, { limit: 7, after });
          paged.push(...page.items.map(({ rowKey, Json0 }) => [rowKey, Json0]));
          after = page.next;
        }
        expect(paged, `${name}: ${filter}`).toEqual(real.map(({ rowKey, Json0 }) => [rowKey, Json0]));
      }
    }
    const [entry] = (await audit.list({ operationId: "o'17" }, { limit: 1, after: null })).items;
    const open = (name: string) => openTable(service.client(name), () => undefined);
    const index = openAuditIndex(open('PlumblineAudit'), open('PlumblineAuditIndex'), auditKeys, () => ACCOUNT_NOW);
    for (const query of [
      { operationId: "o'17" },
      { rule: 'rule-3' },
      { resource: group, kind: 'fix.applied' as const },
    ]) {
      expect(await index.list(query, { limit: 20, after: null })).toMatchObject({
        items: (await audit.list(query, { limit: 20, after: null })).items,
      });
    }
    expect(await open('PlumblineAudit').get('audit', `i-${entry?.id}`)).toMatchObject({ rowKey: `i-${entry?.id}` });
    expect(await open('PlumblineAudit').get('audit', 'i-nothing')).toBeNull();
  });
});

/** Whether an entry matches a query. A million entries are about few resources, so each resource is compared once. */
function matcherOf({ from, to, resource, rule, kind, actor, operationId, approval }: AuditQuery) {
  const known = new Map<string, boolean>();
  const isIn = (id: string, scope: string) => {
    const found = known.get(id) ?? isInScope(id, scope);
    known.set(id, found);
    return found;
  };
  return (entry: AuditEntry): boolean =>
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    (rule ?? entry.rule) === entry.rule &&
    (kind ?? entry.kind) === entry.kind &&
    (operationId ?? entry.operationId) === entry.operationId &&
    (approval ?? entry.approvalId) === entry.approvalId &&
    (actor === undefined || entry.actor.objectId === actor) &&
    (resource === undefined || (entry.resource !== null && isIn(entry.resource.id, resource)));
}
