// The functions that a listing needs.

import { hashOf, modulo } from './hash.ts';
import { isNumber, textOf, type Value, type ValueType } from './values.ts';

export interface KustoFunction {
  /** Of the result; that of the first argument where it depends on it. */
  type: ValueType | 'argument';
  least: number;
  most: number;
  apply(given: Value[]): Value;
}

const of = (
  type: ValueType | 'argument',
  [least, most]: readonly [number, number],
  apply: (...given: Value[]) => Value,
): KustoFunction => ({ type, least, most, apply: (given) => apply(...given) });

const one = [1, 1] as const;
const isEmpty = (value: Value) => value === null || textOf(value) === '';

/** By name in lower case. */
export const functions: Readonly<Record<string, KustoFunction>> = {
  tolower: of('string', one, (value) => textOf(value).toLowerCase()),
  toupper: of('string', one, (value) => textOf(value).toUpperCase()),
  tostring: of('string', one, textOf),
  tobool: of('bool', one, toBoolean),
  toint: of('long', one, toWhole),
  tolong: of('long', one, toWhole),
  toreal: of('real', one, toNumber),
  todouble: of('real', one, toNumber),
  todatetime: of('datetime', one, toTime),
  todynamic: of('dynamic', one, toDynamic),
  parse_json: of('dynamic', one, toDynamic),
  // Unlike a text, which is empty and never null.
  isnull: of('bool', one, (value) => value === null),
  isnotnull: of('bool', one, (value) => value !== null),
  isempty: of('bool', one, isEmpty),
  isnotempty: of('bool', one, (value) => !isEmpty(value)),
  not: of('bool', one, (value) => (value === null ? null : value !== true)),
  strlen: of('long', one, (value) => textOf(value).length),
  array_length: of('long', one, (value) => (Array.isArray(value) ? value.length : null)),
  coalesce: of('argument', [2, 64], (...given) => given.find((value) => value !== null && value !== '') ?? null),
  strcat: of('string', [1, 64], (...given) => given.map(textOf).join('')),
  substring: of('string', [2, 3], (text, from, length) =>
    textOf(text).slice(Number(from), length === undefined ? undefined : Number(from) + Number(length)),
  ),
  replace_string: of('string', [3, 3], (text, old, next) => textOf(text).replaceAll(textOf(old), textOf(next))),
  split: of('dynamic', [2, 2], (text, by) => textOf(text).split(textOf(by))),
  iff: of('argument', [3, 3], (condition, then, otherwise) => (condition === true ? then : otherwise)),
  pack: of('dynamic', [2, 64], bag),
  bag_pack: of('dynamic', [2, 64], bag),
  pack_array: of('dynamic', [1, 64], (...given) => given),
  hash: of('long', [1, 2], hash),
  hash_xxhash64: of('long', [1, 2], hash),
};

function hash(value: Value, divisor?: Value): Value {
  const hashed = hashOf(textOf(value));
  return divisor === undefined ? hashed : modulo(hashed, Number(divisor));
}

function bag(...given: Value[]): Value {
  return Object.fromEntries(
    given.flatMap((key, index) => (index % 2 === 0 ? [[textOf(key), given[index + 1] ?? null]] : [])),
  );
}

function toBoolean(value: Value): Value {
  if (typeof value === 'boolean' || value === null) return value;
  if (isNumber(value)) return Number(value) !== 0;
  const text = textOf(value).toLowerCase();
  return ['true', '1'].includes(text) ? true : ['false', '0'].includes(text) ? false : null;
}

function toNumber(value: Value): Value {
  if (typeof value === 'boolean') return Number(value);
  const number = value === null || textOf(value).trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

function toWhole(value: Value): Value {
  const number = toNumber(value);
  return typeof number === 'number' ? Math.trunc(number) : null;
}

function toTime(value: Value): Value {
  if (value instanceof Date) return value;
  // Without a zone it is UTC.
  const text = textOf(value);
  const time = new Date(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time.getTime()) ? null : time;
}

function toDynamic(value: Value): Value {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
