/** Row and partition keys: hashes for ids with characters that Azure forbids, and times that sort oldest or newest first. */
import { createHash } from 'node:crypto';
import { odata } from '@azure/data-tables';

/** A hash of any text, as 32 hex characters. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Milliseconds in fixed width, so that keys sort by time. */
export function ascendingTime(at: string | Date): string {
  return String(millisecondsOf(at)).padStart(WIDTH, '0');
}

export function descendingTime(at: string | Date): string {
  return String(10 ** WIDTH - 1 - millisecondsOf(at)).padStart(WIDTH, '0');
}

/** The milliseconds of a key from descendingTime. */
export function timeOfDescending(key: string): number {
  return 10 ** WIDTH - 1 - Number(key);
}

/** Whether a text from outside can be part of a row key; all ids of Plumbline can. */
export function isSafeId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

/** A filter for the rows of a resource or of any resource below a scope, by whole segments and case-insensitive. */
function scopeFilter(scope: string): string {
  const path = scope.toLowerCase().replace(/\/$/, '');
  // '0' is the character after '/'.
  return odata`(ResourceKey eq ${path} or (ResourceKey ge ${`${path}/`} and ResourceKey lt ${`${path}0`}))`;
}

/** The same for several scopes. */
export function scopesFilter(scopes: readonly string[]): string {
  return joined(scopes.map(scopeFilter));
}

/** A filter for the rows whose column has one of these values. */
export function anyOf(column: string, values: readonly string[]): string {
  return joined(values.map((value) => `${column} eq '${value.replaceAll("'", "''")}'`));
}

function joined(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' or ')})`;
}

/**
 * The scopes from the subscription down to this one that lists can filter by, in lower case: the subscription, the
 * resource group, the resource and its children. `.../providers/Microsoft.Web/sites` is none, and ends at its group.
 */
function scopeLevels(scope: string): string[] {
  const segments = scope.toLowerCase().replace(/\/$/, '').split('/').slice(1);
  // A group's id ends with the fourth segment; after `providers/<namespace>` come pairs of type and name.
  const ends = segments.map((_, index) => index + 1).filter((end) => end % 2 === 0 && end !== 6);
  return ends.map((end) => `/${segments.slice(0, end).join('/')}`);
}

/** The level of a resource group among scopes: the subscription is 1, a resource and its children are above 2. */
export const GROUP_LEVEL = 2;

/** Those of scopeLevels whose level is of a kind. */
export function scopesAt(scope: string, isOf: (level: number) => boolean): string[] {
  return scopeLevels(scope).filter((path) => isOf((path.split('/').length - 1) / 2));
}

/** A filter with all of these conditions; undefined ones are left out. */
export function combineFilters(
  range: string,
  columns: Readonly<Record<string, string | undefined>>,
  scope?: string,
): string {
  const wanted = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} eq '${value.replaceAll("'", "''")}'`],
  );
  return [range, ...wanted, ...(scope === undefined ? [] : [scopeFilter(scope)])].join(' and ');
}

const WIDTH = 15;

function millisecondsOf(at: string | Date): number {
  const milliseconds = typeof at === 'string' ? Date.parse(at) : at.getTime();
  if (!(milliseconds >= 0)) throw new Error(`'${at}' is no time that a key can hold`);
  return Math.floor(milliseconds);
}
