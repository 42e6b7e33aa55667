// What an index can answer of a query: the types and the partition that its first conditions name.

import type { Expression, ParsedQuery, Step } from './parser.ts';

export interface Selection {
  /** Types in lower case; null: all. */
  types: ReadonlySet<string> | null;
  /** `hash(tolower(id)) % of == number`; `cut`: of the id without so many characters at its end. */
  partition: { of: number; number: number; cut: number } | null;
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
    const cut = hashedKey(left.left, 1);
    return isDivisor(of) && cut !== null ? { of, number, cut } : null;
  }
  const [, divisor] = left.kind === 'call' ? left.given : [];
  const of = divisor ? numberIn(divisor) : null;
  const cut = hashedKey(left, 2);
  return isDivisor(of) && cut !== null ? { of, number, cut } : null;
}

/** More parts than this are not worth an index. */
const MOST_PARTS = 10_000;

function isDivisor(of: number | null): of is number {
  return of !== null && Number.isInteger(of) && of > 0 && of <= MOST_PARTS;
}

/** How many characters at the end of the id are not hashed; null when it is no hash of the id in lower case. */
function hashedKey(expression: Expression, given: number): number | null {
  if (expression.kind !== 'call' || !/^hash(_xxhash64)?$/i.test(expression.name)) return null;
  const [of] = expression.given;
  if (expression.given.length !== given || !isCall(of, 'tolower', 1)) return null;
  const [id] = of.given;
  return id !== undefined && isName(id, 'id') ? 0 : charactersCut(id);
}

/** The number in `substring(id, 0, strlen(id) - number)`. */
function charactersCut(expression: Expression | undefined): number | null {
  if (!isCall(expression, 'substring', 3)) return null;
  const [id, from, length] = expression.given;
  if (!id || !from || !isName(id, 'id') || numberIn(from) !== 0) return null;
  if (length?.kind !== 'binary' || length.sign !== '-' || !isCall(length.left, 'strlen', 1)) return null;
  const [of] = length.left.given;
  return of && isName(of, 'id') ? numberIn(length.right) : null;
}

function isCall(
  expression: Expression | undefined,
  name: string,
  given: number,
): expression is Extract<Expression, { kind: 'call' }> {
  return expression?.kind === 'call' && expression.name.toLowerCase() === name && expression.given.length === given;
}

function isName(expression: Expression, name: string): boolean {
  return expression.kind === 'name' && expression.name === name;
}

function numberIn(expression: Expression): number | null {
  return expression.kind === 'literal' && typeof expression.value === 'number' ? expression.value : null;
}
