// The part of Kusto that the simulator knows, over rows made by hand.
import { describe, expect, test } from 'vitest';
import { type Column, type Row, valueAt } from '../../../simulator/kusto/compiler.ts';
import { hashOf, modulo } from '../../../simulator/kusto/hash.ts';
import { parseQuery } from '../../../simulator/kusto/parser.ts';
import { answerRow, compilePipeline } from '../../../simulator/kusto/pipeline.ts';
import { QueryError } from '../../../simulator/kusto/query-error.ts';
import { selectionOf } from '../../../simulator/kusto/selection.ts';

const columns: Column[] = [
  { name: 'id', type: 'string' },
  { name: 'type', type: 'string' },
  { name: 'properties', type: 'dynamic' },
  { name: 'apiVersion', type: 'string', hidden: true },
];
const record = (values: Record<string, unknown>): Row => ({
  at: (column, path) => valueAt(values[column] ?? null, path),
});
const rows = [
  record({ id: '/S/A', type: 'x', apiVersion: '1', properties: { on: true, n: 3, list: [{ Ip: 'Any' }], s: 'Red' } }),
  record({
    id: '/S/b',
    type: 'y',
    apiVersion: '2',
    properties: { on: false, n: 1, at: '2026-01-02T03:04:05.1230000' },
  }),
  record({ id: '/S/C', type: 'x', apiVersion: '1', properties: { n: null, s: '' } }),
];

function answer(query: string): Record<string, unknown>[] {
  const pipeline = compilePipeline(parseQuery(query).steps, columns);
  const result = pipeline.run({ length: rows.length, row: (index) => rows[index] ?? record({}) });
  return Array.from({ length: result.length }, (_, index) => answerRow(result.row(index), pipeline.columns));
}
const valuesOf = (expression: string) => answer(`t | project v = ${expression}`).map(({ v }) => v);
const idsWhere = (condition: string) => answer(`t | where ${condition}`).map(({ id }) => id);
function detailsOf(query: string) {
  try {
    answer(query);
  } catch (error) {
    if (error instanceof QueryError) return error.details;
    throw error;
  }
  return [];
}

describe('hash()', () => {
  test('is xxHash64, by the examples of its documentation', () => {
    expect(hashOf('World')).toBe(1846988464401551951n);
    expect(modulo(hashOf('World'), 100)).toBe(51);
  });

  test('of short and long texts is what other implementations say', () => {
    expect(BigInt.asUintN(64, hashOf(''))).toBe(0xef46db3751d8e999n);
    expect(BigInt.asUintN(64, hashOf('abc'))).toBe(0x44bc2cf5ad770999n);
    expect(BigInt.asUintN(64, hashOf('Nobody inspects the spammish repetition'))).toBe(0xfbcea83c8a378bf1n);
  });

  test('has a remainder that is never negative', () => {
    expect([modulo(-14n, 12), modulo(14n, 12), modulo(-12n, 12)]).toEqual([10, 2, 0]);
    const parts = new Set(Array.from({ length: 200 }, (_, n) => modulo(hashOf(`/subscriptions/${n}`), 7)));
    expect([...parts].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('a condition', () => {
  test.each([
    ["type == 'x'", ['/S/A', '/S/C']],
    ["type == 'X'", []],
    ["type =~ 'X' and properties.n == 3", ['/S/A']],
    ["type !~ 'X' or properties.n == 3", ['/S/A', '/S/b']],
    ["type in~ ('X', 'z')", ['/S/A', '/S/C']],
    ["type in ('X', 'y')", ['/S/b']],
    ["type !in~ ('X')", ['/S/b']],
    ["id contains 's/a'", ['/S/A']],
    ["id !contains 's/a'", ['/S/b', '/S/C']],
    ["id startswith '/s' and id endswith 'B'", ['/S/b']],
    ["properties.s has 'red'", ['/S/A']],
    ['properties.on == true', ['/S/A']],
    ["properties.on == 'true'", ['/S/A']],
    ['not(tobool(properties.on))', ['/S/b']],
    ['isnull(properties.n)', ['/S/C']],
    ['isnotnull(properties.n) and properties.n < 3', ['/S/b']],
    ["properties.list[0].Ip == 'Any'", ['/S/A']],
    ["properties['list'][0]['Ip'] == 'Any'", ['/S/A']],
    ['array_length(properties.list) == 1', ['/S/A']],
    ["todatetime(properties.at) > todatetime('2026-01-02')", ['/S/b']],
    ["isempty(properties.s) // and 'a comment'", ['/S/b', '/S/C']],
    ["type == 'x' or type == 'y' and properties.n == 5", ['/S/A', '/S/C']],
    ["(type == 'x' or type == 'y') and properties.n == 1", ['/S/b']],
  ])('%s', (condition, ids) => {
    expect(idsWhere(condition)).toEqual(ids);
  });

  test('on null is equal to nothing, and differs from every value', () => {
    expect(idsWhere('properties.on == false')).toEqual(['/S/b']);
    expect(idsWhere('properties.on != false')).toEqual(['/S/A', '/S/C']);
    expect(idsWhere('properties.none == dynamic(null)')).toEqual([]);
    expect(idsWhere('properties.none < 5')).toEqual([]);
  });

  test('may be asked by partition, each row in exactly one', () => {
    const found = [0, 1, 2].flatMap((part) => idsWhere(`hash(tolower(id)) % 3 == ${part}`));
    expect(found.sort()).toEqual(['/S/A', '/S/C', '/S/b']);
    expect([0, 1, 2].flatMap((part) => idsWhere(`hash(tolower(id), 3) == ${part}`)).sort()).toEqual(found);
  });
});

describe('a value', () => {
  test.each([
    ['tolower(id)', ['/s/a', '/s/b', '/s/c']],
    ['coalesce(properties.N, properties.n)', [3, 1, null]],
    ["coalesce(tostring(properties.s), 'none')", ['Red', 'none', 'none']],
    ["iff(properties.on == true, 'yes', 'no')", ['yes', 'no', 'no']],
    ['tostring(properties.list)', ['[{"Ip":"Any"}]', '', '']],
    ['tostring(properties.n)', ['3', '1', '']],
    ['toint(properties.n) * 2 + 1', [7, 3, null]],
    ['-toint(properties.n) % 2', [1, 1, null]],
    ["strcat(type, '-', properties.n)", ['x-3', 'y-1', 'x-']],
    ['substring(id, 3)', ['A', 'b', 'C']],
    ["replace_string(id, '/S/', '')", ['A', 'b', 'C']],
    ["split(id, '/')[2]", ['A', 'b', 'C']],
    ['todatetime(properties.at)', [null, '2026-01-02T03:04:05.1230000Z', null]],
    ["bag_pack('t', type).t", ['x', 'y', 'x']],
    ['properties.list[0]', [{ Ip: 'Any' }, null, null]],
    ["@'a\\b'", ['a\\b', 'a\\b', 'a\\b']],
    ["'a\\'b'", ["a'b", "a'b", "a'b"]],
  ])('%s', (expression, values) => {
    expect(valuesOf(expression)).toEqual(values);
  });

  test('without a name is named after its path or its place', () => {
    const [row] = answer("t | project properties.list[0], properties['s'], tolower(id), type");
    expect(Object.keys(row ?? {})).toEqual(['properties_list_0', 'properties_s', 'Column1', 'type']);
  });

  test('of a text column is never null, of any other it is', () => {
    const [, , row] = answer('t | extend a = tostring(properties.on), b = properties.on');
    expect(row).toMatchObject({ a: '', b: null });
  });
});

describe('a step', () => {
  test.each([
    ['order by id desc', ['/S/b', '/S/C', '/S/A']],
    ['order by tolower(id) asc', ['/S/A', '/S/b', '/S/C']],
    ['sort by id', ['/S/b', '/S/C', '/S/A']],
    ['order by type asc, id desc', ['/S/C', '/S/A', '/S/b']],
    ['order by toint(properties.n) asc', ['/S/C', '/S/b', '/S/A']],
    ['order by toint(properties.n)', ['/S/A', '/S/b', '/S/C']],
    ['take 2', ['/S/A', '/S/b']],
    ['top 1 by toint(properties.n) asc', ['/S/C']],
  ])('%s', (step, ids) => {
    expect(answer(`t | ${step}`).map(({ id }) => id)).toEqual(ids);
  });

  test('counts, groups and tells apart', () => {
    expect(answer('t | count')).toEqual([{ Count: 3 }]);
    expect(answer('t | summarize count() by type')).toEqual([
      { type: 'x', count_: 2 },
      { type: 'y', count_: 1 },
    ]);
    expect(answer("t | where type == 'z' | summarize n = count()")).toEqual([{ n: 0 }]);
    expect(answer('t | distinct type, apiVersion')).toEqual([
      { type: 'x', apiVersion: '1' },
      { type: 'y', apiVersion: '2' },
    ]);
  });

  test('sees what the step before it left', () => {
    expect(
      answer("t | project key = tolower(id), n = properties.n | where n == 1 | extend k = strcat(key, '!')"),
    ).toEqual([{ key: '/s/b', n: 1, k: '/s/b!' }]);
    expect(detailsOf('t | project key = id | where id == 1')[1]?.message).toContain("named 'id'");
  });

  test('shows a hidden column only when it is named', () => {
    expect(answer('t | take 1')[0]).not.toHaveProperty('apiVersion');
    expect(answer('t | take 1 | extend apiVersion = apiVersion')[0]).toHaveProperty('apiVersion', '1');
  });
});

describe('what is refused', () => {
  test.each([
    ['t | where', 'ParserFailure'],
    ['t | where type ==', 'ParserFailure'],
    ["t | where type == 'x", 'ParserFailure'],
    ['t where x', 'ParserFailure'],
    ['t | where a == 15m', 'ParserFailure'],
    ['t | take x', 'ParserFailure'],
    ['t; t', 'ParserFailure'],
    ['', 'ParserFailure'],
    ['t | join kind=inner (u) on id', 'InvalidQueryLanguage'],
    ['t | mv-expand properties.list', 'InvalidQueryLanguage'],
    ['t | project-away id', 'InvalidQueryLanguage'],
    ['t | union u', 'InvalidQueryLanguage'],
    ["t | where id == strange('x')", 'InvalidQueryLanguage'],
    ['t | summarize max(id)', 'InvalidQueryLanguage'],
    ['t | summarize count(), count()', 'InvalidQueryLanguage'],
    ['t | where properties == dynamic([1])', 'InvalidQueryLanguage'],
    ['t | order by id nulls first', 'InvalidQueryLanguage'],
    ['t | project nothing', 'SemanticError'],
    ['t | project id, id = type', 'SemanticError'],
    ['t | where id', 'SemanticError'],
    ['t | where id.x == 1', 'SemanticError'],
    ['t | where id and type', 'SemanticError'],
    ['t | where tolower() == id', 'SemanticError'],
    ['t | order by properties.n', 'SemanticError'],
    ['t | distinct properties', 'SemanticError'],
    ['t | summarize count() by properties.n', 'SemanticError'],
  ])('%s: %s', (query, code) => {
    const [first, second] = detailsOf(query);
    expect([first?.code, second?.code]).toEqual(['InvalidQuery', code]);
  });

  test('says where it cannot be read', () => {
    expect(detailsOf('t\n| where )')[1]).toMatchObject({ line: 2, characterPositionInLine: 8, token: ')' });
  });
});

describe('what an index answers', () => {
  const selected = (query: string) => {
    const { selection, steps } = selectionOf(parseQuery(query));
    return { types: selection.types && [...selection.types], partition: selection.partition, left: steps.length };
  };

  test.each([
    ["t | where type in~ ('A', 'b')", { types: ['a', 'b'], partition: null, left: 0 }],
    ["t | where type =~ 'A' | project id", { types: ['a'], partition: null, left: 1 }],
    ["t | where type == 'A'", { types: ['A'], partition: null, left: 0 }],
    ['t | where hash(tolower(id)) % 5 == 3', { types: null, partition: { of: 5, number: 3, cut: 0 }, left: 0 }],
    [
      't | where hash(tolower(substring(id, 0, strlen(id) - 11))) % 5 == 3',
      { types: null, partition: { of: 5, number: 3, cut: 11 }, left: 0 },
    ],
    ['t | where hash(tolower(substring(id, 1, strlen(id) - 11))) % 5 == 3', { types: null, partition: null, left: 1 }],
    ['t | where hash(tolower(id), 5) == 3', { types: null, partition: { of: 5, number: 3, cut: 0 }, left: 0 }],
    [
      "t | where type =~ 'a' and hash(tolower(id)) % 5 == 3 and properties.x == 1 | where id != ''",
      { types: ['a'], partition: { of: 5, number: 3, cut: 0 }, left: 2 },
    ],
    ["t | where type =~ 'a' or type =~ 'b'", { types: null, partition: null, left: 1 }],
    ["t | where type !in~ ('a')", { types: null, partition: null, left: 1 }],
    ["t | where type =~ 'a' | where type =~ 'b'", { types: ['a'], partition: null, left: 1 }],
    ['t | where hash(id) % 5 == 3', { types: null, partition: null, left: 1 }],
    ['t | where hash(tolower(id)) % 100000 == 3', { types: null, partition: null, left: 1 }],
    ["t | extend type = 'a' | where type == 'a'", { types: null, partition: null, left: 2 }],
  ])('%s', (query, expected) => {
    expect(selected(query)).toEqual(expected);
  });
});
