// A query as tokens.

import { type Position, parserFailure } from './query-error.ts';

export interface Token extends Position {
  /** `operator`: the word after a pipe, which may have dashes. */
  type: 'operator' | 'name' | 'text' | 'number' | 'sign' | 'end';
  /** Of a text without its quotes and escapes. */
  value: string;
}

/** Longer signs before those that they begin with. */
const PATTERNS: readonly { type: Token['type'] | 'space'; pattern: RegExp }[] = [
  { type: 'space', pattern: /\s+|\/\/[^\n]*/y },
  { type: 'text', pattern: /@'[^']*'|@"[^"]*"|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/y },
  { type: 'number', pattern: /\d+(?:\.\d+)?(?!\w)/y },
  // Of operators only `!in~` and the like begin with a sign and go on with letters.
  { type: 'sign', pattern: /!(?:in~?|contains|startswith|endswith|has)(?![\w~])|in~(?!\w)/iy },
  { type: 'name', pattern: /[A-Za-z_]\w*/y },
  { type: 'sign', pattern: /==|=~|!=|!~|<=|>=|[|(),.=<>+\-*/%[\]]/y },
];
const OPERATOR = /[A-Za-z]+(?:-[A-Za-z]+)*/y;

/** Throws a QueryError for what is no token. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length; ) {
    const isOperator = tokens.at(-1)?.text === '|';
    const found = PATTERNS.map(({ type, pattern }) => ({ type, text: matchAt(pattern, query, at) })).find(
      ({ text }) => text !== '',
    );
    if (!found) throw parserFailure(positionOf(query, at, query.charAt(at)));
    const { type } = found;
    const text = isOperator && type === 'name' ? matchAt(OPERATOR, query, at) : found.text;
    if (type !== 'space') {
      const value = type === 'text' ? unquoted(text) : text;
      tokens.push({ ...positionOf(query, at, text), type: isOperator && type === 'name' ? 'operator' : type, value });
    }
    at += text.length;
  }
  return [...tokens, { ...positionOf(query, query.length, '<EOF>'), type: 'end', value: '' }];
}

function matchAt(pattern: RegExp, query: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(query)?.[0] ?? '';
}

function positionOf(query: string, at: number, text: string): Position {
  const before = query.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)?.length ?? 0, text };
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

function unquoted(text: string): string {
  if (text.startsWith('@')) return text.slice(2, -1);
  return text.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => escapes[escaped] ?? escaped);
}
