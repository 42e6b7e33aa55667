import { beforeEach, describe, expect, it } from 'vitest';
import { AUDIT_KINDS, type AuditEntry, type AuditRecord, chainNames } from '../../../src/domain/audit/audit.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import { indexKeys, indexRows, openAuditIndex, progressRow } from '../../../src/storage/audit/audit-index.ts';
import { CHAIN_COUNT } from '../../../src/storage/audit/rows.ts';
import { type Entity, entityOf } from '../../../src/storage/table/entity.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { AuditLog, AuditQuery } from '../../../src/workflows/ports/audit.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, record, SUBSCRIPTION, strangerKeys, time } from '../samples.ts';

const account = useAccount();
const KIM = { type: 'user', objectId: 'AAAA1111-0000-0000-0000-000000000000', name: 'Kim' } as const;

beforeEach(async () => {
  for (const name of ['PlumblineAudit', 'PlumblineAuditIndex']) await account.table(name).deleteTable();
});

/** Two hundred records about twelve apps in three groups, with a few rare ones among them. */
const RECORDS: readonly AuditRecord[] = Array.from({ length: 200 }, (_, n) =>
  record(app(n === 77 ? 'shop/slots/next' : `app-${n % 12}`, `group-${n % 3}`), `record ${n}`, {
    at: time(n),
    kind: n === 20 ? 'settings.changed' : n % 2 === 0 ? 'fix.applied' : 'fix.intended',
    rule: n === 40 ? 'rare-rule' : `rule-${n % 5}`,
    operationId: `operation-${Math.floor(n / 2)}`,
    approvalId: n % 10 === 0 ? `approval-${n}` : null,
    actor: n === 60 ? KIM : { type: 'service' },
  }),
);

const QUERIES: readonly AuditQuery[] = [
  { operationId: 'operation-7' },
  { approval: 'approval-30' },
  { resource: app('app-5', 'group-2').id },
  { resource: app('shop', 'GROUP-2').id },
  { resource: app('shop/slots/next', 'group-2').id },
  { resource: `${SUBSCRIPTION}/resourceGroups/group-1` },
  { resource: `${SUBSCRIPTION}/resourceGroups/group-1/providers/Microsoft.Web/` },
  { resource: SUBSCRIPTION },
  { actor: KIM.objectId.toLowerCase() },
  { rule: 'rare-rule' },
  { kind: 'settings.changed' },
  { kind: 'fix.applied', rule: 'rule-2', resource: `${SUBSCRIPTION}/resourceGroups/group-0` },
  { rule: 'rule-1', from: time(30), to: time(90) },
  { rule: 'rule-1', to: time(0) },
  { resource: app('nobody').id },
  { kinds: ['fix.applied', 'settings.changed'] },
  { kinds: ['settings.changed', 'service.stopped'], resource: SUBSCRIPTION },
  { kinds: ['fix.applied', 'fix.intended'], from: time(30), to: time(90) },
  { kinds: ['fix.applied', 'settings.changed', 'service.stopped'] },
  { kinds: ['fix.applied', 'settings.changed'], rule: 'rule-2', resource: app('app-5', 'group-2').id },
  { text: 'RARE-' },
  { text: 'app-5', rule: 'rule-1' },
  { text: 'nobody', kinds: ['fix.applied', 'fix.intended'] },
  { actorName: 'ki' },
  { actorName: KIM.objectId, kind: 'fix.applied' },
  { kinds: AUDIT_KINDS.slice(0, 14), text: 'app-11' },
];

/** The same without any table. */
function isWanted({ kinds, text, actorName, ...query }: AuditQuery, entry: AuditEntry): boolean {
  const { from = '', to = '~', resource, rule, kind, actor, operationId, approval } = query;
  const texts = [entry.message, entry.rule ?? '', entry.resource?.id ?? '', entry.actor.name ?? ''];
  const who = [entry.actor.name?.toLowerCase() ?? '', entry.actor.objectId?.toLowerCase() ?? ''];
  return (
    entry.at >= from &&
    entry.at < to &&
    (kinds ?? [kind ?? entry.kind]).includes(entry.kind) &&
    (rule ?? entry.rule) === entry.rule &&
    (operationId ?? entry.operationId) === entry.operationId &&
    (approval ?? entry.approvalId) === entry.approvalId &&
    (actor === undefined || who[1] === actor) &&
    (actorName === undefined || who.some((one) => one.includes(actorName.toLowerCase()))) &&
    (text === undefined || texts.some((one) => one.toLowerCase().includes(text.toLowerCase()))) &&
    (resource === undefined || isInScope(entry.resource?.id ?? '', resource))
  );
}

describe('the index of the audit log', () => {
  it.each([
    ['nothing is in it yet', 0],
    ['it is behind', 90],
    ['it has caught up', 200],
  ])('the list gives the same entries as a scan of the log while %s', async (_, indexed) => {
    const { audit } = account.open();
    await audit.append(RECORDS.slice(0, indexed));
    await audit.updateIndex();
    await audit.append(RECORDS.slice(indexed));
    const whole = await everything(audit.scan, {});
    for (const query of QUERIES) {
      const wanted = whole.filter((entry) => isWanted(query, entry));
      expect(await everything(audit.scan, query), JSON.stringify(query)).toEqual(wanted);
      expect(await everything(audit.list, query), JSON.stringify(query)).toEqual(wanted);
    }
  });

  it('a full first page takes at most three requests once the index has caught up', async () => {
    const { audit } = account.open();
    await audit.append(RECORDS);
    await audit.updateIndex();
    for (const query of QUERIES) {
      const wanted = (await everything(audit.scan, query)).slice(0, 10);
      account.requests();
      const { items } = await audit.list(query, { limit: 10, after: null });
      expect(account.requests().table, JSON.stringify(query)).toBeLessThanOrEqual(3);
      expect(items).toEqual(wanted);
    }
  });

  it('updating the index costs one request a minute without new entries, and one transaction per field with new ones', async () => {
    const { audit } = account.open();
    await audit.append(RECORDS.slice(0, 50));
    await audit.updateIndex();
    account.requests();
    await audit.updateIndex();
    expect(account.requests().table).toBe(1);
    await audit.append([record(app('late'), 'late', { at: time(300) })]);
    account.requests();
    await audit.updateIndex();
    // The position, the entry, a row in each of its five fields, and the new position.
    expect(account.requests().table).toBe(1 + 1 + 5 + 1);
  });

  it('the index is complete after an update that crashed or ran twice at the same time', async () => {
    const { audit } = account.open();
    await audit.append(RECORDS);
    await account.table('PlumblineAuditIndex').createTable();
    await Promise.all([audit, account.open().audit, account.open().audit].map((one) => one.updateIndex()));
    // As after a crash before the position was stored.
    await account.table('PlumblineAudit').deleteEntity('audit', 'g-index');
    await audit.updateIndex();
    const [rule] = QUERIES.filter((query) => query.rule === 'rare-rule');
    expect(await everything(audit.list, rule ?? {})).toHaveLength(1);
    const rows = new Set((await everything(audit.scan, {})).flatMap(indexKeys).map((key) => JSON.stringify(key)));
    expect(await indexRowCount()).toBe(rows.size);
  });

  it('the index takes large entries', async () => {
    const { audit } = account.open();
    await audit.append(
      Array.from({ length: 10 }, (_, n) =>
        record(app('one'), `large ${n}`, { message: `${n} ${'x'.repeat(480_000)}` }),
      ),
    );
    await audit.updateIndex();
    expect((await everything(audit.list, { rule: 'webapp-min-tls' })).map(({ message }) => message[0])).toHaveLength(
      10,
    );
  });
});

describe('guarantee 14: a list shows nothing that the chain does not hold', () => {
  const rule: AuditQuery = { rule: 'rare-rule' };

  async function indexed(): Promise<{ readonly audit: AuditLog; readonly entry: AuditEntry }> {
    const { audit } = account.open();
    await audit.append(RECORDS);
    await audit.updateIndex();
    const [entry] = await everything(audit.list, rule);
    if (!entry) throw new Error('it was indexed');
    return { audit, entry };
  }

  function rowOf(entry: AuditEntry, field: string) {
    const key = indexKeys(entry).find(({ partitionKey }) => partitionKey === field);
    if (!key) throw new Error(`it is not indexed by ${field}`);
    return key;
  }

  it('the list shows the entry from the chain when its copy was edited', async () => {
    const { audit, entry } = await indexed();
    const { Json0 } = entityOf(rowOf(entry, 'rule'), { ...entry, message: 'Nothing happened.' });
    await merge({ ...rowOf(entry, 'rule'), Json0: `${Json0}` });
    expect(await everything(audit.list, rule)).toEqual([entry]);
  });

  it('the list leaves out a copy whose entry is not in the chain', async () => {
    const { audit, entry } = await indexed();
    const row = { ...entry, seq: entry.seq + 1000, message: 'Made up.' };
    for (const copy of indexRows(row)) await merge(copy);
    expect(await everything(audit.list, rule)).toEqual([entry]);
  });

  it('the list leaves out a copy of another entry under any name', async () => {
    const { audit, entry } = await indexed();
    const [other] = await everything(audit.list, { kind: 'settings.changed' });
    await merge({ ...entityOf(rowOf(entry, 'rule'), other), Rule: 'rare-rule' });
    expect(await everything(audit.list, rule)).toEqual([entry]);
  });

  it('the list shows entries that the index wrongly counts as indexed, and indexes them', async () => {
    const { audit } = account.open();
    await audit.append(RECORDS);
    const reached = { seq: 1_000_000, at: time(1_000_000) };
    const forged = progressRow(
      Object.fromEntries(chainNames(CHAIN_COUNT).map((name) => [name, reached])),
      strangerKeys.signing,
    );
    await account.table('PlumblineAudit').upsertEntity({ ...forged }, 'Replace');
    expect(await everything(audit.list, rule)).toHaveLength(1);
    await audit.updateIndex();
    expect(await everything(audit.list, rule)).toHaveLength(1);
    expect(await indexRowCount()).toBeGreaterThan(0);
  });

  it('the list shows entries that no known key signed, as the log itself does', async () => {
    const { entry } = await indexed();
    const open = (name: string) => openTable(account.table(name), () => undefined);
    const index = openAuditIndex(open('PlumblineAudit'), open('PlumblineAuditIndex'), strangerKeys, () => ACCOUNT_NOW);
    expect(await everything(index.list, rule)).toEqual([entry]);
  });
});

async function everything(list: AuditLog['list'], query: AuditQuery): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let after: string | null = null;
  do {
    const page = await list(query, { limit: 30, after });
    expect(page.items.length).toBeLessThanOrEqual(30);
    found.push(...page.items);
    after = page.next;
  } while (after !== null);
  return found;
}

async function merge(entity: Entity): Promise<void> {
  await account.table('PlumblineAuditIndex').upsertEntity({ ...entity }, 'Merge');
}

async function indexRowCount(): Promise<number> {
  return (await openTable(account.table('PlumblineAuditIndex'), () => undefined).readAll("PartitionKey ge ''")).length;
}
