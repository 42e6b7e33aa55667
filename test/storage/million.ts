/** A log of a million entries and a list of a hundred thousand approvals, computed as the tables would hold them. */

import { APPROVAL_STATUSES, type Approval } from '../../src/domain/approvals/approval.ts';
import { OPEN_STATUSES } from '../../src/domain/approvals/approval-list.ts';
import { AUDIT_KINDS, type AuditEntry, chainEntry, emptyHead } from '../../src/domain/audit/audit.ts';
import type { Resource } from '../../src/domain/resources/resource.ts';
import { openApprovals } from '../../src/storage/approvals/approvals.ts';
import { indexKeys as approvalKeys } from '../../src/storage/approvals/index-rows.ts';
import { openRows } from '../../src/storage/approvals/open-rows.ts';
import { INDEXED_FIELDS, progressRow } from '../../src/storage/audit/audit-index.ts';
import { headRow } from '../../src/storage/audit/heads.ts';
import { AUDIT_PARTITION, entryColumns, entryKey, entryRow } from '../../src/storage/audit/rows.ts';
import type { Entity } from '../../src/storage/table/entity.ts';
import { hashOf } from '../../src/storage/table/keys.ts';
import { openTable } from '../../src/storage/table/table.ts';
import { app, approval, auditKeys, record, SUBSCRIPTION } from './samples.ts';
import { type Rows, rowsOf, tableService } from './table-service.ts';

export const ENTRIES = 1_000_000;
const CHAINS = 8;
const NEWEST = Date.UTC(2026, 2, 1);
const APPS = Array.from({ length: 5000 }, (_, n) => app(`app-${n}`, `group-${n % 200}`));
const FAR: Resource = { ...app('far', 'far'), id: app('far', 'far').id.replace(SUBSCRIPTION, `${SUBSCRIPTION}-far`) };
const RECORDS = [...APPS, FAR].map((of) => record(of, ''));
const KINDS = AUDIT_KINDS.filter((kind) => /^(fix|approval)\./.test(kind));

const person = (objectId: string) => ({ type: 'user' as const, objectId, name: 'Somebody' });
const NINA = person('nina');
const PEOPLE = Array.from({ length: 30 }, (_, n) => person(`person-${n}`));
const SERVICE = { type: 'service' as const };

/** The n-th newest entry. Rare values are far down: a rule, a kind, an author, a subscription. */
export function entryAt(n: number): AuditEntry {
  const isRare = n > ENTRIES - 60_000 && n % 997 === 0;
  const base = RECORDS[isRare ? APPS.length : (n * 7919) % APPS.length] ?? record(FAR, '');
  const person = isRare ? NINA : PEOPLE[n % PEOPLE.length];
  // Named one by one: with a spread of the record each entry takes a hundred times as long.
  const { resource, mode, trigger, changes, alsoMoved, reasons, arm, message } = base;
  return {
    resource,
    mode,
    trigger,
    changes,
    alsoMoved,
    reasons,
    arm,
    message,
    id: n.toString(16).padStart(32, '0'),
    at: timeAt(n),
    kind: isRare ? 'service.stopped' : (KINDS[(n * 31) % KINDS.length] ?? 'fix.applied'),
    rule: isRare ? 'rare-rule' : `rule-${(n * 17) % 40}`,
    operationId: `operation-${Math.floor(n / 8)}`,
    approvalId: n % 10 === 0 ? `approval-${Math.floor(n / 40)}` : null,
    actor: person && (isRare || n % 10 === 0) ? person : SERVICE,
    chain: `0${n % CHAINS}`,
    seq: seqAt(n),
    prevHash: '',
    keyId: '',
    hash: '',
    signature: '',
  };
}

export function timeAt(n: number): string {
  return new Date(NEWEST - n * 1000).toISOString();
}

function seqAt(n: number): number {
  return (ENTRIES - n - 1 - ((ENTRIES - n - 1) % CHAINS)) / CHAINS + 1;
}

export function signedAt(n: number): AuditEntry {
  const { chain, seq, prevHash: _p, keyId: _k, hash: _h, signature: _s, ...content } = entryAt(n);
  return chainEntry(content, { ...emptyHead(chain), seq: seq - 1 }, auditKeys.signing);
}

/** The two tables of the log; the index lacks the newest `behind` entries. */
export function logTables(index: Readonly<Record<string, Rows>>, behind: number) {
  const ends = (from: number) => Array.from({ length: CHAINS }, (_, n) => entryAt(from + n));
  const heads = ends(0).map(({ chain, seq, at }) =>
    headRow({ chain, seq, at, hash: 'f'.repeat(64) }, auditKeys.signing),
  );
  const reached = Object.fromEntries(ends(behind).map(({ chain, seq, at }) => [chain, { seq, at }]));
  const progress = progressRow(reached, auditKeys.signing);
  const others = rowsOf([progress, ...heads].map((entity) => ({ rowKey: entity.rowKey, columns: textsOf(entity) })));
  const entries: Rows = {
    count: ENTRIES + others.count,
    keyAt: (n) => (n < ENTRIES ? entryKey(entryAt(n)) : others.keyAt(n - ENTRIES)),
    columnsAt: (n) => (n < ENTRIES ? textsOf(entryColumns(entryAt(n))) : others.columnsAt(n - ENTRIES)),
    rowAt: (n) => (n < ENTRIES ? textsOf(entryRow(signedAt(n))) : others.rowAt(n - ENTRIES)),
  };
  return { PlumblineAudit: { [AUDIT_PARTITION]: entries }, PlumblineAuditIndex: index };
}

/**
 * The rows of a complete index, built from the same list of fields as in the storage; `see` is called with each entry,
 * the newest first.
 */
export function wholeIndex(see: (entry: AuditEntry) => void): Record<string, Rows> {
  const found = INDEXED_FIELDS.map(() => new Map<string, number[]>());
  const scopes = INDEXED_FIELDS.map(() => new Map<unknown, readonly (string | null | undefined)[]>());
  for (let n = 0; n < ENTRIES; n++) {
    const entry = entryAt(n);
    see(entry);
    for (const [field, { name, valuesOf }] of INDEXED_FIELDS.entries()) {
      // The scopes of a resource are always the same.
      const isScope = ['resource', 'group', 'subscription'].includes(name);
      const values = (isScope && scopes[field]?.get(entry.resource)) || valuesOf(entry);
      if (isScope) scopes[field]?.set(entry.resource, values);
      for (const value of values) {
        if (!value) continue;
        const list = found[field]?.get(value);
        if (list) list.push(n);
        else found[field]?.set(value, [n]);
      }
    }
  }
  return Object.fromEntries(INDEXED_FIELDS.map(({ name }, field) => [name, indexRows(found[field] ?? new Map())]));
}

function indexRows(byValue: ReadonlyMap<string, readonly number[]>): Rows {
  const blocks = [...byValue].map(([value, list]) => ({ hash: hashOf(value), list }));
  blocks.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const starts: number[] = [];
  let count = 0;
  for (const { list } of blocks) {
    starts.push(count);
    count += list.length;
  }
  const at = (index: number) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= index) low = middle;
      else high = middle;
    }
    const { hash, list } = blocks[low] ?? { hash: '', list: [] };
    return { hash, n: list[index - (starts[low] ?? 0)] ?? -1 };
  };
  return {
    count,
    keyAt: (index) => `${at(index).hash}-${entryKey(entryAt(at(index).n)).slice('e-'.length)}`,
    columnsAt: (index) => textsOf(entryColumns(entryAt(at(index).n))),
    rowAt: (index) => textsOf(entryRow(signedAt(at(index).n))),
  };
}

export const APPROVALS = 100_000;
const PENDING = 10_000;

/** Newest first; the pending ones are the oldest, after everything that is finished. */
export function approvalsMade(): Approval[] {
  const unused = openTable(tableService({}).client('none'), () => undefined);
  let made = 0;
  const createId = () => (made++).toString(16).padStart(12, '0');
  const ids = openApprovals(unused, createId, async () => undefined);
  const finished = APPROVAL_STATUSES.filter(
    (status) => !['pending', 'approved', 'blocked', 'unknown'].includes(status),
  );
  return Array.from({ length: APPROVALS }, (_, n) => {
    const isPending = n >= APPROVALS - PENDING;
    const one = approval(ids.newId(new Date(timeAt(n))), APPS[(n * 7919) % APPS.length] ?? FAR, {
      status: isPending ? 'pending' : n === 70_000 ? 'unknown' : (finished[n % finished.length] ?? 'applied'),
      requestedAt: timeAt(n),
    });
    const rule = n % 601 === 0 ? 'rare-rule' : `rule-${n % 30}`;
    return { ...one, rule: { ...one.rule, id: rule } };
  });
}

/** The table of the approvals, with the columns that lists filter by. */
export function approvalTable(approvals: readonly Approval[]) {
  const rows = approvals.flatMap((one) => {
    const columns = {
      Status: one.status,
      ResourceKey: one.resource.id.toLowerCase(),
      Rule: one.rule.id,
      ResourceId: one.resource.id,
      RequestedAt: one.requestedAt,
      Impact: one.rule.impact,
    };
    return [one.id, ...approvalKeys(one, one.status)].map((rowKey) => ({ rowKey, columns, one }));
  });
  const open = approvals.filter(({ status }) => OPEN_STATUSES.includes(status));
  const shards = openRows(open).map((row) => ({ rowKey: row.rowKey, columns: textsOf(row) }));
  const json = new Map(approvals.map((one) => [one.id, one]));
  const sorted = rowsOf([...rows, ...shards]);
  const whole = (index: number) => {
    const one = json.get(sorted.keyAt(index).slice(-22));
    return { ...sorted.columnsAt(index), ...(one && { Json0: JSON.stringify(one) }) };
  };
  return { PlumblineApprovals: { approval: { ...sorted, rowAt: whole } } };
}

/** The columns of an entity as texts. */
export function textsOf(
  columns: Entity | Readonly<Record<string, string | number | boolean | null>>,
): Record<string, string> {
  const texts = Object.entries(columns).flatMap(([name, value]) =>
    typeof value === 'string' && /^[A-Z]/.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(texts);
}
