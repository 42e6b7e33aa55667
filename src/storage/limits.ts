/** Azure's limits on table entities, enforced here because the emulator lets most of them pass (azure: table data model). */
import type { Entity } from './entity.ts';

/** A string property holds 64 KiB of UTF-16. */
export const LONGEST_STRING = 32 * 1024;
/** Operations in one transaction. */
export const LARGEST_TRANSACTION = 100;
/** Bytes of one transaction's request. */
export const LARGEST_PAYLOAD = 4 * 1024 * 1024;
/** Comparisons in one filter (azure: querying tables and entities). */
export const MOST_COMPARISONS = 15;

/** Throws an Error that names the entity and the limit that it breaks. */
export function refuseBeyondLimits(table: string, entity: Entity): void {
  const broken = brokenLimit(entity);
  if (broken) throw new Error(`row ${entity.partitionKey}/${entity.rowKey} of table ${table}: ${broken}`);
}

/** Throws an Error when a filter compares more often than Azure allows. */
export function refuseFilter(table: string, filter: string): void {
  const count = comparisonsIn(filter);
  if (count > MOST_COMPARISONS) {
    throw new Error(`a filter of table ${table} has ${count} comparisons, ${MOST_COMPARISONS} are allowed: ${filter}`);
  }
}

/** The comparisons of a filter; what stands in quotes is a value. */
export function comparisonsIn(filter: string): number {
  return filter.replace(/'[^']*'/g, "''").match(/ (?:eq|ne|g[et]|l[et]) /g)?.length ?? 0;
}

/** The bytes that an entity adds to the request of a transaction, generously. */
export function payloadOf(entity: Entity): number {
  return Buffer.byteLength(JSON.stringify(entity)) + 1024;
}

function brokenLimit({ partitionKey, rowKey, ...columns }: Entity): string | null {
  for (const key of [partitionKey, rowKey]) {
    if (key.length > LONGEST_KEY) return `a key has ${key.length} characters, ${LONGEST_KEY} are allowed`;
    if (FORBIDDEN_IN_KEYS.test(key)) return 'a key has one of / \\ # ? % or a control character';
  }
  const names = Object.keys(columns);
  const strange = names.find((name) => !COLUMN_NAME.test(name));
  if (strange !== undefined) return `'${strange}' is no property name (a C# identifier of at most 255 characters)`;
  if (names.length > MOST_PROPERTIES) return `it has ${names.length} properties, ${MOST_PROPERTIES} are allowed`;
  const long = Object.entries(columns).find(([, value]) => typeof value === 'string' && value.length > LONGEST_STRING);
  if (long) return `property ${long[0]} is longer than ${LONGEST_STRING} UTF-16 characters`;
  const size = sizeOf(partitionKey, rowKey, columns);
  return size > LARGEST_ENTITY ? `it has ${size} bytes, ${LARGEST_ENTITY} are allowed` : null;
}

// 1 KiB in UTF-16, the stricter reading of Azure's "1 KiB".
const LONGEST_KEY = 512;
// 255 less the three that Azure adds.
const MOST_PROPERTIES = 252;
const LARGEST_ENTITY = 1024 * 1024;
// The percent sign is allowed but breaks some clients.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Azure forbids
const FORBIDDEN_IN_KEYS = /[/\\#?%\u0000-\u001f\u007f-\u009f]/;
const COLUMN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Azure's own formula: strings count two bytes a character, and each property its name and a little more. */
function sizeOf(partitionKey: string, rowKey: string, columns: Record<string, string | number | boolean>): number {
  const properties = Object.entries(columns).map(
    ([name, value]) => 8 + 2 * name.length + (typeof value === 'string' ? 4 + 2 * value.length : 8),
  );
  return properties.reduce((sum, one) => sum + one, 4 + 2 * (partitionKey.length + rowKey.length));
}
