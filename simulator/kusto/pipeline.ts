// A query over the rows of a table. Steps are lazy where they can be: a page of a listing makes its own rows only.

import { type Column, type Compiled, compile, type Row, valueAt } from './compiler.ts';
import type { Expression, NamedExpression, SortKey, Step } from './parser.ts';
import { semanticError } from './query-error.ts';
import { compare, jsonOf, textOf, type Value } from './values.ts';

/** Rows by their position. */
export interface Rows {
  readonly length: number;
  row(index: number): Row;
}

export interface Pipeline {
  columns: readonly Column[];
  /** It has a limit of its own, such as `take`. */
  isLimited: boolean;
  /** The rows of the answer. `source` is in the order of tolower(id). */
  run(source: Rows): Rows;
}

/** What is known of the rows after a step. */
interface State {
  columns: readonly Column[];
  /** They are still in the order of tolower(id). */
  isInOrder: boolean;
  /** Columns that are the id, and those that are the id in lower case. */
  ids: ReadonlySet<string>;
  keys: ReadonlySet<string>;
}

type Run = (source: Rows) => Rows;

/** Throws a QueryError for what cannot be resolved; nothing is run yet. */
export function compilePipeline(steps: readonly Step[], columns: readonly Column[]): Pipeline {
  let state: State = { columns, isInOrder: true, ids: new Set(['id']), keys: new Set() };
  const runs: Run[] = [];
  for (const step of steps) {
    const compiled = compileStep(step, state);
    runs.push(compiled.run);
    state = compiled.state;
  }
  return {
    columns: state.columns,
    isLimited: steps.some(({ kind }) => kind === 'take'),
    run: (source) => runs.reduce((rows, run) => run(rows), source),
  };
}

/** A row as the answer has it: a text is never null. */
export function answerRow(row: Row, columns: readonly Column[]): Record<string, unknown> {
  const shown = columns.filter(({ hidden }) => !hidden);
  return Object.fromEntries(
    shown.map(({ name, type }) => {
      const value = row.at(name, []);
      return [name, type === 'string' ? textOf(value) : jsonOf(value)];
    }),
  );
}

function compileStep(step: Step, state: State): { state: State; run: Run } {
  switch (step.kind) {
    case 'where': {
      const condition = compile(step.condition, state.columns, 'where');
      if (condition.type !== 'bool') throw semanticError('where', 'the condition must be of type bool');
      return { state, run: (source) => filtered(source, condition) };
    }
    case 'project':
      return project(step.columns, state);
    case 'extend':
      return extend(step.columns, state);
    case 'order':
      return order(step.by, state);
    case 'take':
      return { state, run: ({ length, row }) => ({ length: Math.min(length, step.rows), row }) };
    case 'count': {
      const columns: Column[] = [{ name: 'Count', type: 'long' }];
      const run: Run = ({ length }) => listed([recordRow(new Map([['Count', length]]))]);
      return { state: unordered(columns), run };
    }
    case 'distinct':
      return grouped('distinct', step.columns, null, state);
    case 'summarize':
      return grouped('summarize', step.by, step.count, state);
  }
}

const unordered = (columns: readonly Column[]): State => ({
  columns,
  isInOrder: false,
  ids: new Set(),
  keys: new Set(),
});
const listed = (rows: readonly Row[]): Rows => ({
  length: rows.length,
  row(index) {
    const row = rows[index];
    if (!row) throw new RangeError(`There is no row ${index}.`);
    return row;
  },
});
const allOf = ({ length, row }: Rows): Row[] => Array.from({ length }, (_, index) => row(index));

function filtered(source: Rows, condition: Compiled): Rows {
  return listed(allOf(source).filter((row) => condition.evaluate(row) === true));
}

interface CompiledColumn extends Column {
  compiled: Compiled;
  isId: boolean;
  isKey: boolean;
}

function compileColumns(columns: readonly NamedExpression[], state: State, operator: string): CompiledColumn[] {
  let unnamed = 0;
  const all = columns.map(({ name, expression }) => {
    const compiled = compile(expression, state.columns, operator);
    const isId = expression.kind === 'name' && state.ids.has(expression.name);
    const own = name ?? nameOf(expression) ?? `Column${++unnamed}`;
    return { name: own, type: compiled.type, compiled, isId, isKey: isKey(expression, state) };
  });
  const twice = all.find(({ name }, index) => all.findIndex((one) => one.name === name) < index);
  if (twice) throw semanticError(operator, `A column named '${twice.name}' already exists`);
  return all;
}

/** `properties.a.b` is properties_a_b. */
function nameOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member') return undefined;
  const of = nameOf(expression.of);
  return of === undefined ? undefined : `${of}_${expression.key}`;
}

/** Whether it is the id in lower case. */
function isKey(expression: Expression, { ids, keys }: State): boolean {
  if (expression.kind === 'name') return keys.has(expression.name);
  const [of] = expression.kind === 'call' && /^tolower$/i.test(expression.name) ? expression.given : [];
  return of?.kind === 'name' && (ids.has(of.name) || keys.has(of.name));
}

function project(columns: readonly NamedExpression[], state: State): { state: State; run: Run } {
  const all = compileColumns(columns, state, 'project');
  const byName = new Map(all.map(({ name, compiled }) => [name, compiled]));
  return {
    state: {
      columns: all.map(({ name, type }) => ({ name, type })),
      isInOrder: state.isInOrder,
      ids: namesOf(all.filter(({ isId }) => isId)),
      keys: namesOf(all.filter((column) => column.isKey)),
    },
    run: (source) => mapped(source, byName),
  };
}

function extend(columns: readonly NamedExpression[], state: State): { state: State; run: Run } {
  const all = compileColumns(columns, state, 'extend');
  const byName = new Map(all.map(({ name, compiled }) => [name, compiled]));
  const kept = state.columns.filter(({ name }) => !byName.has(name));
  const keptOf = (names: ReadonlySet<string>) => [...names].filter((name) => !byName.has(name));
  return {
    state: {
      columns: [...kept, ...all.map(({ name, type }) => ({ name, type }))],
      isInOrder: state.isInOrder,
      ids: new Set([...keptOf(state.ids), ...namesOf(all.filter(({ isId }) => isId))]),
      keys: new Set([...keptOf(state.keys), ...namesOf(all.filter((column) => column.isKey))]),
    },
    run: (source) => mapped(source, byName),
  };
}

const namesOf = (columns: readonly Column[]) => new Set(columns.map(({ name }) => name));

/** Rows with these columns, each evaluated when it is asked for; every other column is the row's own. */
function mapped({ length, row }: Rows, columns: ReadonlyMap<string, Compiled>): Rows {
  return {
    length,
    row(index) {
      const from = row(index);
      return {
        at(name, path) {
          const column = columns.get(name);
          return column ? valueAt(column.evaluate(from), path) : from.at(name, path);
        },
      };
    },
  };
}

function order(by: readonly SortKey[], state: State): { state: State; run: Run } {
  const [first] = by;
  // The key is unique, so that what is sorted by after it says nothing.
  const isThere = state.isInOrder && first && !first.descending && isKey(first.expression, state);
  const keys = by.map(({ expression, descending }) => {
    const compiled = compile(expression, state.columns, 'order');
    if (compiled.type === 'dynamic') throw semanticError('order', "key can't be of dynamic type");
    return { compiled, descending };
  });
  if (isThere) return { state, run: (source) => source };
  return {
    state: { ...state, isInOrder: false },
    run(source) {
      const rows = allOf(source).map((row) => ({ row, values: keys.map(({ compiled }) => compiled.evaluate(row)) }));
      rows.sort((one, other) => {
        for (const [index, { descending }] of keys.entries()) {
          const order = orderOf(one.values[index], other.values[index]);
          if (order !== 0) return descending ? -order : order;
        }
        return 0;
      });
      return listed(rows.map(({ row }) => row));
    },
  };
}

/** Null is before everything. */
function orderOf(one: Value, other: Value): number {
  const nulls = Number(other === null) - Number(one === null);
  return nulls !== 0 ? nulls : (compare(one, other) ?? 0);
}

/** One row for each combination of values, with their number where `count` names it. */
function grouped(
  operator: string,
  columns: readonly NamedExpression[],
  count: string | null,
  state: State,
): { state: State; run: Run } {
  const all = compileColumns(columns, state, operator);
  const dynamic = all.find(({ type }) => type === 'dynamic');
  if (dynamic) throw semanticError(operator, `'${dynamic.name}' can't be of dynamic type`);
  const counted: Column[] = count === null ? [] : [{ name: count, type: 'long' }];
  return {
    state: unordered([...all.map(({ name, type }) => ({ name, type })), ...counted]),
    run(source) {
      const groups = new Map<string, { values: Map<string, Value>; number: number }>();
      for (const row of allOf(source)) {
        const values = new Map(all.map(({ name, compiled }) => [name, compiled.evaluate(row)]));
        const key = JSON.stringify([...values.values()].map(jsonOf));
        const group = groups.get(key) ?? { values, number: 0 };
        group.number += 1;
        groups.set(key, group);
      }
      // Without a group there is one row even of nothing.
      if (all.length === 0 && groups.size === 0) groups.set('', { values: new Map(), number: 0 });
      return listed(
        [...groups.values()].map(({ values, number }) =>
          recordRow(count === null ? values : new Map([...values, [count, number]])),
        ),
      );
    },
  };
}

function recordRow(values: ReadonlyMap<string, Value>): Row {
  return { at: (name, path) => valueAt(values.get(name) ?? null, path) };
}
