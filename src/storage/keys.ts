/** How row and partition keys are made: hashes of ids that hold characters Azure forbids, and times that sort newest first. */
import { createHash } from 'node:crypto';
import { odata } from '@azure/data-tables';

/** 32 hex characters that stand for a text of any form. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Milliseconds in fixed width, so that keys sort by time. */
export function oldestFirst(at: string | Date): string {
  return String(millisecondsOf(at)).padStart(WIDTH, '0');
}

export function newestFirst(at: string | Date): string {
  return String(10 ** WIDTH - 1 - millisecondsOf(at)).padStart(WIDTH, '0');
}

/** The milliseconds of a key that newestFirst made. */
export function timeOf(key: string): number {
  return 10 ** WIDTH - 1 - Number(key);
}

/** Whether a text from outside can be part of a row key; ids of Plumbline's own making all are. */
export function isPlainId(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

/** The rows of a resource or of any scope above it, by whole segments and without case. */
export function withinScope(scope: string): string {
  const path = scope.toLowerCase().replace(/\/$/, '');
  // '0' is the character behind '/'.
  return odata`(ResourceKey eq ${path} or (ResourceKey ge ${`${path}/`} and ResourceKey lt ${`${path}0`}))`;
}

/**
 * The scopes from the subscription down to this one that lists know as a whole, in lower case: the subscription, the
 * resource group, the resource and what is below it; `.../providers/Microsoft.Web/sites` is none, and ends at its group.
 */
export function levelsOf(scope: string): string[] {
  const segments = scope.toLowerCase().replace(/\/$/, '').split('/').slice(1);
  // A group's id ends with the fourth segment; behind `providers/<namespace>` come pairs of type and name.
  const ends = segments.map((_, index) => index + 1).filter((end) => end % 2 === 0 && end !== 6);
  return ends.map((end) => `/${segments.slice(0, end).join('/')}`);
}

/** A filter that holds all of these; undefined ones ask for nothing. */
export function allOf(range: string, columns: Readonly<Record<string, string | undefined>>, scope?: string): string {
  const wanted = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} eq '${value.replaceAll("'", "''")}'`],
  );
  return [range, ...wanted, ...(scope === undefined ? [] : [withinScope(scope)])].join(' and ');
}

const WIDTH = 15;

function millisecondsOf(at: string | Date): number {
  const milliseconds = typeof at === 'string' ? Date.parse(at) : at.getTime();
  if (!(milliseconds >= 0)) throw new Error(`'${at}' is no time that a key can hold`);
  return Math.floor(milliseconds);
}
