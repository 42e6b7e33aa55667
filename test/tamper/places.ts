/** The rows that are tampered with. */
import { chainOf } from '../../src/domain/audit/audit.ts';
import { valueAt } from '../../src/domain/changes/change.ts';
import { isObject } from '../../src/domain/resources/json.ts';
import { CHAIN_COUNT } from '../../src/storage/audit/rows.ts';
import { TABLES } from '../../src/storage/names.ts';
import type { Everything, StoredRow } from './rows.ts';

type Find = (all: Everything) => StoredRow[];

const inTable = (table: string, fits: (row: StoredRow) => boolean): Find => {
  return ({ rows }) => rows.filter((row) => row.table === table && fits(row));
};
/** Without regard to case, as ids are compared. */
const has = (path: string, value: string) => (row: StoredRow) => {
  const held = valueAt(row.value, path);
  return typeof held === 'string' && held.toLowerCase() === value.toLowerCase();
};

/** An approval, and the copies for lists. */
export const approvalOf = (app: string, rule: string): Find =>
  inTable(
    TABLES.approvals,
    (row) => isObject(row.value) && has('/resource/id', app)(row) && has('/rule/id', rule)(row),
  );
export const memoryOf = (app: string): Find => inTable(TABLES.events, has('/resource/id', app));
export const eventsOf = (app: string): Find => inTable(TABLES.events, has('/resource', app));
export const settingsRow: Find = inTable(TABLES.settings, () => true);
export const exemptionOf = (app: string): Find => inTable(TABLES.exemptions, has('/scope', app));
export const findingsOf = (app: string): Find =>
  inTable(TABLES.findings, (row) => row.columns.ResourceKey === app.toLowerCase());
export const wakeupsOf = (app: string): Find => inTable(TABLES.wakeups, has('/resource', app));
export const heartbeat: Find = inTable(TABLES.guards, ({ rowKey }) => rowKey === 'heartbeat');
export const throttle: Find = inTable(TABLES.guards, ({ rowKey }) => rowKey.startsWith('throttle-'));
export const budget: Find = inTable(TABLES.guards, ({ partitionKey }) => partitionKey === 'budget');
export const pointersOf = (kind: string, app: string): Find =>
  inTable(
    TABLES.audit,
    (row) => row.rowKey.startsWith('i-') && has('/kind', kind)(row) && has('/resource/id', app)(row),
  );
export const entriesOf = (kind: string, app: string): Find =>
  inTable(
    TABLES.audit,
    (row) => row.rowKey.startsWith('e-') && has('/kind', kind)(row) && has('/resource/id', app)(row),
  );
export const headOf = (app: string): Find =>
  inTable(TABLES.audit, ({ rowKey }) => rowKey === `h-${chainOf(app.toLowerCase(), CHAIN_COUNT)}`);

/** An approval itself, among its copies. */
export function mainRow(rows: readonly StoredRow[]): StoredRow {
  return one(rows.filter(({ rowKey }) => rowKey.startsWith('a')));
}

/** The first of a list that must not be empty. */
export function one(rows: readonly StoredRow[]): StoredRow {
  const [first] = rows;
  if (!first) throw new Error('the scene has no such row');
  return first;
}

export function textAt(row: StoredRow, path: string): string {
  return String(valueAt(row.value, path));
}

/** The row under another key. */
export function at({ partitionKey, rowKey }: StoredRow, row: StoredRow): StoredRow {
  return { ...row, partitionKey, rowKey };
}

/** The row under a separate key. */
export function beside(row: StoredRow): StoredRow {
  return { ...row, rowKey: row.rowKey.replace(/...$/, 'abc') };
}
