/**
 * The lists that no index serves alone: several kinds, texts, and names of actors. The first page costs as many requests in a log
 * of 20,000 entries as in one of 2,000, and never more than three. The service is a stand-in, which another test compares with
 * Azurite.
 */
import { describe, expect, it } from 'vitest';
import { type AuditEntry, type AuditRecord, chainEntry, emptyHead } from '../../../src/domain/audit/audit.ts';
import { INDEXED_FIELDS, indexRanges, openAuditIndex, progressRow } from '../../../src/storage/audit/audit-index.ts';
import { headRow } from '../../../src/storage/audit/heads.ts';
import { AUDIT_PARTITION, entryColumns, entryKey, entryRow } from '../../../src/storage/audit/rows.ts';
import { readLog } from '../../../src/storage/audit/search.ts';
import { hashOf } from '../../../src/storage/table/keys.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { AuditQuery } from '../../../src/workflows/ports/audit.ts';
import { ACCOUNT_NOW } from '../azurite.ts';
import { app, auditKeys, record, time } from '../samples.ts';
import { type Rows, rowsOf, tableService } from '../table-service.ts';

const APPS = Array.from({ length: 40 }, (_, n) => app(`app-${n}`, `group-${n % 4}`));
const KIM = { type: 'user', objectId: 'aaaa1111-0000-0000-0000-000000000000', name: 'Kim Novak' } as const;
const KINDS = ['fix.intended', 'fix.applied', 'approval.requested'] as const;
const LIMIT = 50;

const QUERIES: readonly AuditQuery[] = [
  { kinds: ['fix.applied', 'fix.intended'] },
  { kinds: ['service.stopped', 'settings.changed'] },
  { kinds: ['fix.applied', 'fix.intended', 'approval.requested'] },
  { kinds: ['service.stopped', 'service.resumed', 'settings.changed'] },
  { kinds: ['fix.applied', 'fix.intended', 'approval.requested'], rule: 'rule-3' },
  { kinds: ['fix.applied', 'fix.intended'], resource: APPS[7]?.id ?? '' },
  { actorName: 'novak' },
  { actorName: 'KIM', rule: 'rule-3' },
  { text: 'app-7' },
  { text: 'no such text' },
  { text: 'app-7', kinds: ['fix.applied', 'fix.intended'], actorName: 'kim' },
];

/** The n-th newest entry of a log; every thousandth is about the service. */
function recordAt(n: number): AuditRecord {
  const kind = n % 1000 === 999 ? 'service.stopped' : KINDS[n % KINDS.length];
  return record(APPS[(n * 7) % APPS.length] ?? app('none'), `${n}`, {
    at: time(-n),
    kind: kind ?? 'fix.applied',
    rule: `rule-${n % 9}`,
    actor: n % 100 === 50 ? KIM : { type: 'service' },
  });
}

function logOf(count: number) {
  const positionAt = (n: number) => ({ at: time(-n), chain: '00', seq: count - n });
  const records = Array.from({ length: count }, (_, n) => recordAt(n));
  const signed = new Map<number, AuditEntry>();
  /** Signed when it is read. */
  const entryAt = (n: number): AuditEntry => {
    const known =
      signed.get(n) ??
      chainEntry(records[n] ?? recordAt(n), { ...emptyHead('00'), seq: count - n - 1 }, auditKeys.signing);
    signed.set(n, known);
    return known;
  };
  const unsigned = (n: number) => ({
    ...(records[n] ?? recordAt(n)),
    ...positionAt(n),
    prevHash: '',
    hash: '',
    keyId: '',
    signature: '',
  });
  const end = { seq: count, at: time(0) };
  const others = rowsOf(
    [
      headRow({ chain: '00', ...end, hash: 'f'.repeat(64) }, auditKeys.signing),
      progressRow({ '00': end }, auditKeys.signing),
    ].map(({ rowKey, Json0 }) => ({ rowKey, columns: { Json0: String(Json0) } })),
  );
  const log: Rows = {
    count: count + others.count,
    keyAt: (n) => (n < count ? entryKey(positionAt(n)) : others.keyAt(n - count)),
    columnsAt: (n) => (n < count ? textsOf(entryColumns(unsigned(n))) : others.columnsAt(n - count)),
    // A list of the log itself shows what is there; verification checks it.
    rowAt: (n) => (n < count ? textsOf(entryRow(unsigned(n))) : others.rowAt(n - count)),
  };
  const index = INDEXED_FIELDS.map(({ name, valuesOf }) => {
    const found = records.flatMap((_, n) =>
      valuesOf(unsigned(n)).flatMap((value) =>
        value ? [{ n, key: `${hashOf(value)}-${entryKey(positionAt(n)).slice(2)}` }] : [],
      ),
    );
    found.sort((a, b) => (a.key < b.key ? -1 : 1));
    const n = (at: number) => found[at]?.n ?? 0;
    const rows: Rows = {
      count: found.length,
      keyAt: (at) => found[at]?.key ?? '',
      columnsAt: (at) => textsOf(entryColumns(unsigned(n(at)))),
      rowAt: (at) => textsOf(entryRow(entryAt(n(at)))),
    };
    return [name, rows] as const;
  });
  return {
    service: tableService({
      PlumblineAudit: { [AUDIT_PARTITION]: log },
      PlumblineAuditIndex: Object.fromEntries(index),
    }),
    wanted: (query: AuditQuery) => records.filter((one) => isWanted(one, query)).map(({ at }) => at),
  };
}

describe('a first page that is searched or merged', () => {
  const logs = [2000, 20_000].map(logOf);

  async function firstPages(query: AuditQuery) {
    return Promise.all(
      logs.map(async ({ service, wanted }) => {
        const open = (name: string) => openTable(service.client(name), () => undefined);
        const table = open('PlumblineAudit');
        const index = openAuditIndex(table, open('PlumblineAuditIndex'), auditKeys, () => ACCOUNT_NOW);
        service.requests();
        const page = { limit: LIMIT, after: null };
        const isIndexed = indexRanges(query).length > 0;
        const { items, next } = isIndexed ? await index.list(query, page) : await readLog(table, query, page);
        return { requests: service.requests(), items: items.map(({ at }) => at), next, wanted: wanted(query) };
      }),
    );
  }

  it.each(QUERIES.map((query) => [JSON.stringify(query), query] as const))('%s', async (_, query) => {
    const pages = await firstPages(query);
    const [short, long] = pages;
    for (const { requests, items, next, wanted } of pages) {
      expect(requests).toBeLessThanOrEqual(3);
      expect(items).toEqual(wanted.slice(0, items.length));
      if (next === null) expect(items).toEqual(wanted);
    }
    // In a short log the search may end before it has sent three.
    expect(short?.requests).toBeLessThanOrEqual(long?.requests ?? 0);
    if (short?.next !== null) expect(short?.requests).toBe(long?.requests);
  });

  it('is full when two kinds are merged', async () => {
    for (const { items, wanted } of await firstPages({ kinds: ['fix.applied', 'service.stopped'] }))
      expect(items).toEqual(wanted.slice(0, LIMIT));
  });
});

function isWanted({ kind, rule, resource, actor, message }: AuditRecord, query: AuditQuery): boolean {
  const texts = [message, rule, resource?.id, actor.name].map((one) => one?.toLowerCase() ?? '');
  return (
    (query.kinds === undefined || query.kinds.includes(kind)) &&
    (query.rule ?? rule) === rule &&
    (query.resource === undefined || (resource?.id ?? '').startsWith(query.resource)) &&
    (query.actorName === undefined || (actor.name ?? '').toLowerCase().includes(query.actorName.toLowerCase())) &&
    (query.text === undefined || texts.some((one) => one.includes(query.text?.toLowerCase() ?? '')))
  );
}

function textsOf(columns: object): Record<string, string> {
  const texts = Object.entries(columns).flatMap(([name, value]) =>
    typeof value === 'string' && /^[A-Z]/.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
}
