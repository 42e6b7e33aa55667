// Values of Kusto and what its signs make of them, null included.

/** `dynamic`: any JSON value. */
export type ValueType = 'string' | 'long' | 'real' | 'bool' | 'datetime' | 'dynamic';

/** Null, a text, a number (a bigint for a hash), a boolean, a Date, or a JSON value. */
export type Value = unknown;

/** A text for everything: null is empty, and JSON is written out. */
export function textOf(value: Value): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return timeText(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Seven decimals, as Kusto writes a time. */
export function timeText(value: Date): string {
  return `${value.toISOString().slice(0, -1)}0000Z`;
}

/** Whether two values are equal; null where both are null. */
export function equals(one: Value, other: Value): boolean | null {
  if (one === null && other === null) return null;
  if (one === null || other === null) return false;
  if (isNumber(one) && isNumber(other)) return Number(one) === Number(other);
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (typeof one === 'object' || typeof other === 'object') return textOf(one) === textOf(other);
  // A dynamic boolean and a text: Kusto compares what they say (queries in the wild rely on it).
  return typeof one === typeof other ? one === other : textOf(one) === textOf(other);
}

/** -1, 0 or 1; null where it cannot be said. */
export function compare(one: Value, other: Value): number | null {
  if (one === null || other === null || one === undefined || other === undefined) return null;
  if (one instanceof Date && other instanceof Date) return Math.sign(one.getTime() - other.getTime());
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other);
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  if (!isNumber(one) || !isNumber(other)) return null;
  return one < other ? -1 : one > other ? 1 : 0;
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The value as JSON can have it. */
export function jsonOf(value: Value): unknown {
  if (value instanceof Date) return timeText(value);
  return typeof value === 'bigint' ? Number(value) : value;
}
