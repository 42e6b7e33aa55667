/**
 * Every query is checked by the language's own parser, because the portal shows an error only when somebody runs the
 * query.
 */
import { describe, expect, it, test } from 'vitest';
import { queryOf as estateQuery } from '../../src/azure/estate.ts';
import { ROW_SOURCES } from '../../src/domain/estate/leaves.ts';
import { columnsOfSources } from '../../src/domain/estate/listed-rows.ts';
import { queryOf } from '../domain/estate/row-query.ts';
import { complaintsOf } from './kusto.ts';
import { alertQueries, queriesIn, queriesOf, sources, straysIn, workbookQueries } from './queries.ts';

const files = sources();
const every = files.flatMap(queriesOf);

describe('a query has no syntax or binding error', () => {
  test.each(every)('$name', ({ text }) => {
    expect(complaintsOf(text)).toEqual([]);
  });
});

describe('a query that code composes has no syntax or binding error', () => {
  const part = { index: 3, of: 16 };

  test.each(['resources', 'configurations', 'shared', 'groups'] as const)('of the estate: %s', (table) => {
    expect(complaintsOf(estateQuery({ table, part, columns: {} }))).toEqual([]);
    const columns = columnsOfSources(table === 'configurations' ? ['siteConfig'] : ['site', 'containerApp', 'plan']);
    expect(complaintsOf(estateQuery({ table, part, columns }))).toEqual([]);
  });

  test.each(ROW_SOURCES)('of the rows: %s', (name) => {
    const { select, project } = queryOf(name);
    expect(complaintsOf(`${select}\n${project}`)).toEqual([]);
  });
});

describe('every query is found', () => {
  it('the queries of the alerts, the workbook, the documents and the code are found', () => {
    const texts = every.map(({ text }) => text);
    const known = [...alertQueries(), ...workbookQueries(), ...queriesIn('docs/operate.md')];
    expect(
      known.map(({ text }) => text.replaceAll('{range:grain}', '1h')).filter((text) => !texts.includes(text)),
    ).toEqual([]);
    expect(every.some(({ name, text }) => name.startsWith('src/') && text.includes('resources'))).toBe(true);
  });

  it('a text that looks like a query is in a place where queries are found', () => {
    expect(files.flatMap(straysIn)).toEqual([]);
  });

  test.each([
    ['docs/page.md', 'Ask this:\n\n```sh\naz monitor query "AppTraces | take 1"\n```\n', 'docs/page.md, line 4'],
    ['docs/page.md', 'Ask `resources | project id`.', 'docs/page.md, line 1'],
    ['infra/asked.kql', 'AppTraces\n| take 1\n', 'infra/asked.kql, line 2'],
    ['infra/book.json', '{ "text": "AppTraces\\n| take 1" }', 'infra/book.json, line 1'],
    ['infra/hook.mjs', "const asked = 'resources | take 1';", 'infra/hook.mjs, line 1'],
    ['src/asked.ts', '// resources | take 1', 'src/asked.ts, line 1'],
  ])('in %s a query like %j is a stray', (file, text, place) => {
    expect(straysIn({ file, text })).toEqual([place]);
  });

  test.each([
    ['docs/page.md', 'So:\n\n```kusto\nNone | take 1\n```\n'],
    ['infra/book.json', '{ "items": [{ "deep": { "query": "None\\n| take 1" } }] }'],
    ['infra/some.bicep', `var none = 'None'\nvar asked = '\${none} | take \${count * 2}'`],
    ['src/asked.ts', "ask('None | take 1');"],
    ['src/asked.ts', 'const asked = `None\n| take 1`;'],
  ])('in %s a new query like %j is found', (file, text) => {
    expect(straysIn({ file, text })).toEqual([]);
    expect(queriesOf({ file, text }).map((one) => one.text.replace(/\s+/g, ' ').trim())).toEqual(['None | take 1']);
  });

  it('a Markdown table without a query has no stray', () => {
    expect(straysIn({ file: 'docs/page.md', text: '| what | where |\n|---|---|\n| a | b |\n' })).toEqual([]);
  });
});

describe('the parser refuses', () => {
  test.each([
    ['AppTraces | project kind = Message', "The name 'kind' needs to be bracketed"],
    ['AppTraces | summarize last = max(TimeGenerated) by Message', "The name 'last' needs to be bracketed"],
    ['AppTraces | order by last desc', "'last'"],
    ['AppTraces | mv-expand limit = bag_keys(parse_json(Message))', "bracketted as ['limit']"],
    ['AppTraces | where line.level == "error"', "The name 'line' does not refer to any known"],
    ['AppTraces | extend x = parse_jason(Message)', "The name 'parse_jason' does not refer to any known function"],
    ['AppTrace | take 1', "The name 'AppTrace' does not refer to any known table"],
    ['AppTraces | where SeverityLevel > 2', "The name 'SeverityLevel' does not refer to any known"],
    ['AppTraces | where OperationId == "x"', "The name 'OperationId' does not refer to any known"],
    ['AppDependencies | take 1', "The name 'AppDependencies' does not refer to any known table"],
  ])('%s', (query, complaint) => {
    expect(complaintsOf(query).join('\n')).toContain(complaint);
  });
});
