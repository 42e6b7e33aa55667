// The part of Kusto that listing an estate needs. What is beyond it is refused, never ignored.

import { notSupported, parserFailure } from './query-error.ts';
import { type Token, tokensOf } from './tokens.ts';

export type Expression =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'name'; name: string }
  | { kind: 'member'; of: Expression; key: string | number }
  | { kind: 'call'; name: string; given: Expression[] }
  | { kind: 'binary'; sign: string; left: Expression; right: Expression }
  | { kind: 'in'; negated: boolean; caseless: boolean; value: Expression; list: Expression[] };

/** A column with its name; without one it is named after what it is. */
export interface NamedExpression {
  name?: string;
  expression: Expression;
}

export type Step =
  | { kind: 'where'; condition: Expression }
  | { kind: 'project' | 'extend' | 'distinct'; columns: NamedExpression[] }
  | { kind: 'order'; by: SortKey[] }
  | { kind: 'take'; rows: number }
  | { kind: 'count' }
  | { kind: 'summarize'; count: string; by: NamedExpression[] };

export interface SortKey {
  expression: Expression;
  descending: boolean;
}

export interface ParsedQuery {
  table: string;
  steps: Step[];
}

/** Throws a QueryError for what it cannot read. */
export function parseQuery(query: string): ParsedQuery {
  const tokens = tokensOf(query);
  let at = 0;
  const end: Token = tokens.at(-1) ?? { type: 'end', value: '', text: '<EOF>', line: 1, column: 0 };
  const peek = () => tokens[at] ?? end;
  const take = () => tokens[at++] ?? end;
  const is = (text: string) => peek().type !== 'text' && peek().text.toLowerCase() === text;
  const accept = (text: string) => is(text) && take();
  const expect = (text: string) => {
    if (!accept(text)) throw parserFailure(peek());
  };
  const name = () => {
    if (peek().type !== 'name') throw parserFailure(peek());
    return take().text;
  };
  const listOf = <T>(one: () => T): T[] => {
    const items = [one()];
    while (accept(',')) items.push(one());
    return items;
  };
  const wholeNumber = () => {
    const token = take();
    if (token.type !== 'number' || !/^\d+$/.test(token.text)) throw parserFailure(token);
    return Number(token.text);
  };

  /** The signs between values, those that bind least first. */
  const levels: readonly (readonly string[])[] = [
    ['or'],
    ['and'],
    ['==', '!=', '=~', '!~', '<', '<=', '>', '>=', ...textSigns, 'in', 'in~', '!in', '!in~'],
    ['+', '-'],
    ['*', '/', '%'],
  ];
  function expression(level = 0): Expression {
    const signs = levels[level];
    if (!signs) return unary();
    let left = expression(level + 1);
    for (let sign = peek().text.toLowerCase(); peek().type !== 'text' && signs.includes(sign); ) {
      take();
      left = /^!?in~?$/.test(sign)
        ? {
            kind: 'in',
            negated: sign.startsWith('!'),
            caseless: sign.endsWith('~'),
            value: left,
            list: parenthesised(),
          }
        : { kind: 'binary', sign, left, right: expression(level + 1) };
      sign = peek().text.toLowerCase();
    }
    return left;
  }

  function parenthesised(): Expression[] {
    expect('(');
    const list = is(')') ? [] : listOf(() => expression());
    expect(')');
    return list;
  }

  function unary(): Expression {
    if (accept('-')) return { kind: 'binary', sign: '-', left: { kind: 'literal', value: 0 }, right: unary() };
    let value = primary();
    for (;;) {
      if (accept('.')) value = { kind: 'member', of: value, key: name() };
      else if (accept('[')) {
        const key = take();
        if (key.type !== 'text' && key.type !== 'number') throw parserFailure(key);
        value = { kind: 'member', of: value, key: key.type === 'text' ? key.value : Number(key.text) };
        expect(']');
      } else return value;
    }
  }

  function primary(): Expression {
    const token = take();
    if (token.type === 'text') return { kind: 'literal', value: token.value };
    if (token.type === 'number') {
      // A time span, such as 15m, is no number followed by a name: tokensOf refuses it there.
      return { kind: 'literal', value: Number(token.text) };
    }
    if (token.text === '(') {
      const inner = expression();
      expect(')');
      return inner;
    }
    if (token.type !== 'name') throw parserFailure(token);
    if (/^(true|false)$/i.test(token.text)) return { kind: 'literal', value: token.text.toLowerCase() === 'true' };
    if (!is('(')) return { kind: 'name', name: token.text };
    if (token.text.toLowerCase() === 'dynamic') return nullLiteral();
    return { kind: 'call', name: token.text, given: parenthesised() };
  }

  /** Of the dynamic literals only null. */
  function nullLiteral(): Expression {
    expect('(');
    if (!accept('null')) throw notSupported('dynamic literal', peek().text);
    expect(')');
    return { kind: 'literal', value: null };
  }

  function named(): NamedExpression {
    if (peek().type === 'name' && tokens[at + 1]?.text === '=') {
      const given = name();
      expect('=');
      return { name: given, expression: expression() };
    }
    return { expression: expression() };
  }

  function sortKey(): SortKey {
    const by = expression();
    const descending = !accept('asc');
    if (descending) accept('desc');
    if (is('nulls')) throw notSupported('order of', 'nulls');
    return { expression: by, descending };
  }

  function summarize(): Step {
    const given = peek().type === 'name' && tokens[at + 1]?.text === '=' ? name() : 'count_';
    if (given !== 'count_') expect('=');
    const { text } = peek();
    if (name().toLowerCase() !== 'count') throw notSupported('aggregation', text);
    expect('(');
    expect(')');
    if (is(',')) throw notSupported('second aggregation in', 'summarize');
    return { kind: 'summarize', count: given, by: accept('by') ? listOf(named) : [] };
  }

  /** `top` is two steps. */
  function steps(): Step[] {
    const operator = take();
    if (operator.type !== 'operator') throw parserFailure(operator);
    switch (operator.text.toLowerCase()) {
      case 'where':
      case 'filter':
        return [{ kind: 'where', condition: expression() }];
      case 'project':
        return [{ kind: 'project', columns: listOf(named) }];
      case 'extend':
        return [{ kind: 'extend', columns: listOf(named) }];
      case 'distinct':
        return [{ kind: 'distinct', columns: listOf(named) }];
      case 'order':
      case 'sort':
        expect('by');
        return [{ kind: 'order', by: listOf(sortKey) }];
      case 'take':
      case 'limit':
        return [{ kind: 'take', rows: wholeNumber() }];
      case 'top': {
        const rows = wholeNumber();
        expect('by');
        return [
          { kind: 'order', by: listOf(sortKey) },
          { kind: 'take', rows },
        ];
      }
      case 'count':
        return [{ kind: 'count' }];
      case 'summarize':
        return [summarize()];
      default:
        throw notSupported('operator', operator.text);
    }
  }

  const table = name();
  const all: Step[] = [];
  while (accept('|')) all.push(...steps());
  if (peek().type !== 'end') throw parserFailure(peek());
  return { table, steps: all };
}

export const textSigns = [
  'contains',
  '!contains',
  'startswith',
  '!startswith',
  'endswith',
  '!endswith',
  'has',
  '!has',
] as const;
