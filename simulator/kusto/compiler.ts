// Expressions as functions of a row, with their types.

import { functions } from './functions.ts';
import { modulo } from './hash.ts';
import { type Expression, textSigns } from './parser.ts';
import { notSupported, semanticError } from './query-error.ts';
import { compare, equals, isNumber, textOf, type Value, type ValueType } from './values.ts';

/** A row of a table, or of what a step made of one. */
export interface Row {
  /** What is at a path in a column; null where there is nothing. */
  at(column: string, path: readonly (string | number)[]): Value;
}

export interface Column {
  name: string;
  type: ValueType;
  /** Not in the answer unless it is named. */
  hidden?: true;
}

export interface Compiled {
  type: ValueType;
  /** Always null. */
  isNull: boolean;
  evaluate(row: Row): Value;
}

/** Throws a QueryError for a column or function that there is not, in the words of the operator. */
export function compile(expression: Expression, columns: readonly Column[], operator: string): Compiled {
  const below = (one: Expression) => compile(one, columns, operator);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return { type: typeOfLiteral(value), isNull: value === null, evaluate: () => value };
    }
    case 'name':
    case 'member':
      return compilePath(expression, columns, operator);
    case 'call': {
      const known = functions[expression.name.toLowerCase()];
      if (!known) throw notSupported('function', expression.name);
      const given = expression.given.map(below);
      if (given.length < known.least || given.length > known.most) {
        throw semanticError(operator, `${expression.name}(): wrong number of arguments`);
      }
      // Of iff(condition, then, otherwise) it is the second that says the type.
      const says = expression.name.toLowerCase() === 'iff' ? given[1] : given[0];
      const type = known.type === 'argument' ? (says?.type ?? 'dynamic') : known.type;
      return { type, isNull: false, evaluate: (row) => known.apply(given.map((one) => one.evaluate(row))) };
    }
    case 'in': {
      const value = below(expression.value);
      const list = expression.list.map(below);
      const { negated, caseless } = expression;
      const fold = (one: Value) => (caseless ? textOf(one).toLowerCase() : one);
      const evaluate = (row: Row) => {
        const wanted = fold(value.evaluate(row));
        return list.some((one) => equals(wanted, fold(one.evaluate(row))) === true) !== negated;
      };
      return { type: 'bool', isNull: false, evaluate };
    }
    case 'binary':
      return compileSign(expression.sign, below(expression.left), below(expression.right), operator);
  }
}

/** `properties.a['b'][0]`: a column with a path in it. */
function compilePath(expression: Expression, columns: readonly Column[], operator: string): Compiled {
  const path: (string | number)[] = [];
  let at = expression;
  for (; at.kind === 'member'; at = at.of) path.unshift(at.key);
  if (at.kind !== 'name') {
    const whole = compile(at, columns, operator);
    if (whole.type !== 'dynamic') throw semanticError(operator, 'Path expression source must be of dynamic type.');
    return { type: 'dynamic', isNull: false, evaluate: (row) => valueAt(whole.evaluate(row), path) };
  }
  const { name } = at;
  const column = columns.find((one) => one.name === name);
  if (!column) throw semanticError(operator, `Failed to resolve column or scalar expression named '${name}'`);
  if (path.length > 0 && column.type !== 'dynamic') {
    throw semanticError(operator, 'Path expression source must be of dynamic type.');
  }
  return { type: column.type, isNull: false, evaluate: (row) => row.at(name, path) };
}

/** What is at a path in a JSON value; null where there is nothing. */
export function valueAt(value: Value, path: readonly (string | number)[]): Value {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return null;
    const isList = Array.isArray(at);
    if (isList !== (typeof key === 'number')) return null;
    at = Object.hasOwn(at, key) ? Reflect.get(at, key) : null;
  }
  return at ?? null;
}

function compileSign(sign: string, left: Compiled, right: Compiled, operator: string): Compiled {
  const both = (type: ValueType, apply: (one: Value, other: Value) => Value): Compiled => ({
    type,
    isNull: false,
    evaluate: (row) => apply(left.evaluate(row), right.evaluate(row)),
  });
  const ordered = (fits: (order: number) => boolean) =>
    both('bool', (one, other) => {
      const order = compare(one, other);
      return order === null ? null : fits(order);
    });
  const counted = (apply: (one: number, other: number) => number) =>
    both(left.type === 'real' || right.type === 'real' ? 'real' : 'long', (one, other) =>
      isNumber(one) && isNumber(other) ? apply(Number(one), Number(other)) : null,
    );
  const isBoolean = ({ type }: Compiled) => type === 'bool' || type === 'dynamic';
  const negated = (value: boolean | null) => (value === null ? null : !value);

  switch (sign) {
    case 'and':
    case 'or':
      if (!isBoolean(left) || !isBoolean(right)) throw semanticError(operator, `'${sign}' needs boolean operands`);
      return both('bool', (one, other) =>
        sign === 'and' ? one === true && other === true : one === true || other === true,
      );
    case '==':
      return both('bool', equals);
    case '!=':
      return both('bool', (one, other) => negated(equals(one, other)));
    case '=~':
      return both('bool', (one, other) => textOf(one).toLowerCase() === textOf(other).toLowerCase());
    case '!~':
      return both('bool', (one, other) => textOf(one).toLowerCase() !== textOf(other).toLowerCase());
    case '<':
      return ordered((order) => order < 0);
    case '<=':
      return ordered((order) => order <= 0);
    case '>':
      return ordered((order) => order > 0);
    case '>=':
      return ordered((order) => order >= 0);
    case '+':
      return counted((one, other) => one + other);
    case '-':
      return counted((one, other) => one - other);
    case '*':
      return counted((one, other) => one * other);
    case '/':
      return counted((one, other) =>
        left.type === 'real' || right.type === 'real' ? one / other : Math.trunc(one / other),
      );
    case '%':
      return both('long', (one, other) =>
        isWhole(one) && isWhole(other) && Number(other) !== 0 ? modulo(BigInt(one), Math.abs(Number(other))) : null,
      );
    default: {
      const test = textTests[sign.replace('!', '')];
      if (!test || !textSigns.some((one) => one === sign)) throw notSupported('sign', sign);
      return both(
        'bool',
        (one, other) => test(textOf(one).toLowerCase(), textOf(other).toLowerCase()) !== sign.startsWith('!'),
      );
    }
  }
}

const isWhole = (value: Value): value is number | bigint => typeof value === 'bigint' || Number.isInteger(value);

/** All without case. */
const textTests: Record<string, (text: string, part: string) => boolean> = {
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  has: (text, part) => text.split(/[^a-z0-9]+/).includes(part),
};

function typeOfLiteral(value: string | number | boolean | null): ValueType {
  if (value === null) return 'dynamic';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'real';
  return typeof value === 'string' ? 'string' : 'bool';
}
