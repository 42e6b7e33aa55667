// What an index can answer of a query: the types and the partition that its first conditions name.

import type { Expression, ParsedQuery, Step } from './parser.ts';

export interface Selection {
  /** Types in lower case; null: all. */
  types: ReadonlySet<string> | null;
  /** `hash(tolower(id)) % of == number`. */
  partition: { of: number; number: number } | null;
}

/** Takes from the first steps of a query what an index answers; the other steps are left. */
export function selectionOf({ steps }: ParsedQuery): { selection: Selection; steps: Step[] } {
  const first = steps.findIndex(({ kind }) => kind !== 'where');
  const leading = first < 0 ? steps : steps.slice(0, first);
  const conditions = leading.flatMap((step) => (step.kind === 'where' ? conjuncts(step.condition) : []));
  const selection: Selection = { types: null, partition: null };
  const left: Step[] = [];
  for (const condition of conditions) {
    const types = selection.types === null ? typesIn(condition) : null;
    const partition = selection.partition === null ? partitionIn(condition) : null;
    if (types) selection.types = new Set(types);
    else if (partition) selection.partition = partition;
    else left.push({ kind: 'where', condition });
  }
  return { selection, steps: [...left, ...steps.slice(leading.length)] };
}

function conjuncts(condition: Expression): Expression[] {
  return condition.kind === 'binary' && condition.sign === 'and'
    ? [...conjuncts(condition.left), ...conjuncts(condition.right)]
    : [condition];
}

function typesIn(condition: Expression): string[] | null {
  if (condition.kind === 'in') {
    const { value, list, negated, caseless } = condition;
    if (negated || !isName(value, 'type')) return null;
    const types = list.flatMap((one) => (one.kind === 'literal' && typeof one.value === 'string' ? [one.value] : []));
    return types.length === list.length ? types.map((type) => (caseless ? type.toLowerCase() : type)) : null;
  }
  if (condition.kind !== 'binary' || !['==', '=~'].includes(condition.sign)) return null;
  const { sign, left, right } = condition;
  if (!isName(left, 'type') || right.kind !== 'literal' || typeof right.value !== 'string') return null;
  return [sign === '=~' ? right.value.toLowerCase() : right.value];
}

function partitionIn(condition: Expression): Selection['partition'] {
  if (condition.kind !== 'binary' || condition.sign !== '==') return null;
  const { left, right } = condition;
  const number = numberIn(right);
  if (number === null) return null;
  if (left.kind === 'binary' && left.sign === '%') {
    const of = numberIn(left.right);
    return isDivisor(of) && isHashOfKey(left.left, 1) ? { of, number } : null;
  }
  const [, divisor] = left.kind === 'call' ? left.given : [];
  const of = divisor ? numberIn(divisor) : null;
  return isDivisor(of) && isHashOfKey(left, 2) ? { of, number } : null;
}

/** More parts than this are not worth an index. */
const MOST_PARTS = 10_000;

function isDivisor(of: number | null): of is number {
  return of !== null && Number.isInteger(of) && of > 0 && of <= MOST_PARTS;
}

function isHashOfKey(expression: Expression, given: number): boolean {
  if (expression.kind !== 'call' || !/^hash(_xxhash64)?$/i.test(expression.name)) return false;
  const [of] = expression.given;
  if (expression.given.length !== given || of?.kind !== 'call' || !/^tolower$/i.test(of.name)) return false;
  const [id] = of.given;
  return of.given.length === 1 && id !== undefined && isName(id, 'id');
}

function isName(expression: Expression, name: string): boolean {
  return expression.kind === 'name' && expression.name === name;
}

function numberIn(expression: Expression): number | null {
  return expression.kind === 'literal' && typeof expression.value === 'number' ? expression.value : null;
}
