/** Azure's limits on table entities, enforced here because the emulator does not enforce most of them (azure: table data model). */
import { type Entity, MAX_STRING_LENGTH } from './entity.ts';

/** Operations in one transaction. */
export const MAX_TRANSACTION_STEPS = 100;
/** Bytes of one transaction's request. */
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
/** Comparisons in one filter (azure: querying tables and entities). */
export const MAX_FILTER_COMPARISONS = 15;

/** Throws an Error that names the entity and the limit that it breaks. */
export function assertEntityFits(table: string, entity: Entity): void {
  const broken = findBrokenLimit(entity);
  if (broken) throw new Error(`row ${entity.partitionKey}/${entity.rowKey} of table ${table}: ${broken}`);
}

/** Throws an Error when a filter has more comparisons than Azure allows. */
export function assertFilterFits(table: string, filter: string): void {
  const count = countComparisons(filter);
  if (count > MAX_FILTER_COMPARISONS) {
    throw new Error(
      `a filter of table ${table} has ${count} comparisons, ${MAX_FILTER_COMPARISONS} are allowed: ${filter}`,
    );
  }
}

/** The number of comparisons in a filter; quoted text is a value. */
export function countComparisons(filter: string): number {
  return filter.replace(/'[^']*'/g, "''").match(/ (?:eq|ne|g[et]|l[et]) /g)?.length ?? 0;
}

/** An upper estimate of the bytes that an entity adds to the request of a transaction. */
export function payloadOf(entity: Entity): number {
  return Buffer.byteLength(JSON.stringify(entity)) + 1024;
}

/** The same without looking at the texts, so several times as much: JSON needs six bytes for a character at most. */
export function payloadBoundOf(entity: Entity): number {
  let bound = 1024;
  for (const [name, value] of Object.entries(entity)) {
    bound += 32 + 6 * (name.length + (typeof value === 'string' ? value.length : 0));
  }
  return bound;
}

function findBrokenLimit({ partitionKey, rowKey, ...columns }: Entity): string | null {
  for (const key of [partitionKey, rowKey]) {
    if (key.length > MAX_KEY_LENGTH) return `a key has ${key.length} characters, ${MAX_KEY_LENGTH} are allowed`;
    if (FORBIDDEN_IN_KEYS.test(key)) return 'a key has one of / \\ # ? % or a control character';
  }
  const names = Object.keys(columns);
  const invalidName = names.find((name) => !COLUMN_NAME.test(name));
  if (invalidName !== undefined)
    return `'${invalidName}' is no property name (a C# identifier of at most 255 characters)`;
  if (names.length > MAX_PROPERTIES) return `it has ${names.length} properties, ${MAX_PROPERTIES} are allowed`;
  const long = Object.entries(columns).find(
    ([, value]) => typeof value === 'string' && value.length > MAX_STRING_LENGTH,
  );
  if (long) return `property ${long[0]} is longer than ${MAX_STRING_LENGTH} UTF-16 characters`;
  const size = sizeOf(partitionKey, rowKey, columns);
  return size > MAX_ENTITY_BYTES ? `it has ${size} bytes, ${MAX_ENTITY_BYTES} are allowed` : null;
}

// 1 KiB in UTF-16, the stricter reading of Azure's "1 KiB".
const MAX_KEY_LENGTH = 512;
// 255 less the three that Azure adds.
const MAX_PROPERTIES = 252;
const MAX_ENTITY_BYTES = 1024 * 1024;
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
