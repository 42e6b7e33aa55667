// What Resource Graph gets wrong: it lags, misses rows, keeps old ones, refuses tables, and pages by position.
import { afterEach, describe, expect, test } from 'vitest';
import { idOf, people, webApp } from '../../../simulator/estate.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { connect } from '../arm-client.ts';
import { graphOf, namesOf } from './graph.ts';

const id = (name: string) => idOf('Microsoft.Web/sites', { name });
const sites = (...names: string[]) => names.map((name) => webApp({ name }));
const SITES =
  "resources | where type =~ 'microsoft.web/sites' | project id, on = properties.httpsOnly | order by tolower(id) asc";
const TLS = 'appserviceresources | project id, tls = properties.MinTlsVersion | order by tolower(id) asc';
const withProperties = (body: unknown, properties: object) => {
  const known = typeof body === 'object' && body !== null ? body : {};
  return { ...known, properties: { ...Reflect.get(known, 'properties'), ...properties } };
};

describe('a lag', () => {
  const graph = () => graphOf(sites('a', 'b'), { lagMilliseconds: 1000 });
  const change = ({ estate }: ReturnType<typeof graphOf>, name: string, document: string, properties: object) => {
    const documents = estate.find(id(name))?.documents;
    documents?.set(document, withProperties(documents.get(document), properties));
  };

  test('shows for a while what was, then what is', () => {
    const one = graph();
    const values = () => one.rows(SITES).map(({ on }) => on);
    change(one, 'a', 'resource', { httpsOnly: false });
    expect(values()).toEqual([true, true]);
    one.clock.now = 999;
    expect(values()).toEqual([true, true]);
    one.clock.now = 1000;
    expect(values()).toEqual([false, true]);
  });

  test('counts for each change on its own', () => {
    const one = graph();
    const values = () => one.rows(SITES).map(({ on }) => on);
    change(one, 'a', 'resource', { httpsOnly: 'first' });
    one.clock.now = 600;
    change(one, 'a', 'resource', { httpsOnly: 'second' });
    expect(values()).toEqual([true, true]);
    one.clock.now = 1200;
    expect(values()).toEqual(['first', true]);
    one.clock.now = 1600;
    expect(values()).toEqual(['second', true]);
  });

  test('holds for what is new, what is gone and what is replaced', () => {
    const one = graph();
    const names = () => namesOf(one.rows(SITES));
    one.rows(SITES);
    one.estate.remove(id('a'));
    one.estate.add(webApp({ name: 'c' }));
    one.estate.add(webApp({ name: 'b', site: { httpsOnly: false } }));
    expect([names(), one.rows(SITES)[1]?.on, one.ask(SITES).at('totalRecords')]).toEqual([['a', 'b'], true, 2]);
    one.clock.now = 1000;
    expect([names(), one.rows(SITES)[0]?.on, one.ask(SITES).at('totalRecords')]).toEqual([['b', 'c'], false, 2]);
  });

  test('holds where nobody had asked before', () => {
    const one = graph();
    one.estate.remove(id('a'));
    expect(namesOf(one.rows(SITES))).toEqual(['a', 'b']);
    one.clock.now = 1000;
    expect(namesOf(one.rows(SITES))).toEqual(['b']);
  });

  test('may differ for the configuration of sites: rows of one app are of different times', () => {
    const one = graph();
    one.graph.set({ configLagMilliseconds: 5000 });
    change(one, 'a', 'resource', { httpsOnly: false });
    change(one, 'a', 'config/web', { minTlsVersion: '1.0' });
    one.clock.now = 1000;
    expect([one.rows(SITES)[0]?.on, one.rows(TLS)[0]?.tls]).toEqual([false, '1.2']);
    one.clock.now = 5000;
    expect(one.rows(TLS)[0]?.tls).toBe('1.0');
  });
});

describe('a missing row', () => {
  test('is not there and not counted, with what is below it', () => {
    const one = graphOf(sites('a', 'b'), { missing: { ids: [id('A')] } });
    expect([namesOf(one.rows(SITES)), one.ask(SITES).at('totalRecords')]).toEqual([['b'], 1]);
    expect(one.rows(TLS)).toHaveLength(1);
    one.graph.set({ missing: {} });
    expect(namesOf(one.rows(SITES))).toEqual(['a', 'b']);
  });

  test('may be the configuration alone', () => {
    const one = graphOf(sites('a', 'b'), { missing: { ids: [`${id('a')}/config/web`] } });
    expect([one.rows(SITES).length, one.rows(TLS).length]).toEqual([2, 1]);
  });

  test('may be a share, the same ones every time', () => {
    const names = Array.from({ length: 400 }, (_, n) => `app${n}`);
    const one = graphOf(sites(...names), { missing: { share: 0.25 } });
    const found = namesOf(one.rows(SITES));
    expect(Math.abs(found.length - 300)).toBeLessThan(40);
    expect(namesOf(one.rows(SITES))).toEqual(found);
  });
});

describe('a stale row', () => {
  test('stays as it is until it is let go', () => {
    const one = graphOf(sites('a', 'b'));
    one.graph.set({ stale: { ids: [id('a')] } });
    for (const name of ['a', 'b']) {
      const documents = one.estate.find(id(name))?.documents;
      documents?.set('resource', withProperties(documents.get('resource'), { httpsOnly: false }));
      documents?.set('config/web', withProperties(documents.get('config/web'), { minTlsVersion: '1.0' }));
    }
    one.clock.now = 1e12;
    expect(one.rows(SITES).map(({ on }) => on)).toEqual([true, false]);
    expect(one.rows(TLS).map(({ tls }) => tls)).toEqual(['1.2', '1.0']);
    one.graph.set({ stale: {} });
    expect(one.rows(SITES).map(({ on }) => on)).toEqual([false, false]);
  });

  test('may be of an app that is gone', () => {
    const one = graphOf(sites('a', 'b'), { stale: { share: 1 } });
    one.estate.remove(id('a'));
    expect(namesOf(one.rows(SITES))).toEqual(['a', 'b']);
    one.graph.reset();
    expect(namesOf(one.rows(SITES))).toEqual(['a', 'b']);
    one.graph.set({ stale: {} });
    expect(namesOf(one.rows(SITES))).toEqual(['b']);
  });
});

test('a wrong row says what it is told to, in the spelling of its table', () => {
  const one = graphOf(sites('a', 'b'), {
    wrong: [
      { id: id('A'), patch: { httpsOnly: 'wrong' } },
      { id: `${id('b')}/config/web`, patch: { minTlsVersion: null } },
    ],
  });
  expect(one.rows(SITES).map(({ on }) => on)).toEqual(['wrong', true]);
  expect(one.rows(TLS).map(({ tls }) => tls)).toEqual(['1.2', null]);
});

test('a table may be refused, which is not the same as empty', () => {
  const one = graphOf(sites('a'), { refusedTables: ['appserviceresources'] });
  const answer = one.ask('AppServiceResources | count');
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    error: {
      code: 'BadRequest',
      message: expect.stringMatching(/^Please provide below info when asking for support: timestamp = /),
      details: [
        {
          code: 'DisallowedLogicalTableName',
          message: 'Table AppServiceResources is invalid, unsupported or disallowed.',
        },
      ],
    },
  });
  expect(one.rows(SITES)).toHaveLength(1);
});

test.each([
  ['arm', /\/resourceGroups\/Shop\//],
  ['lower', /\/resourceGroups\/shop\//],
  ['upper', /\/resourceGroups\/SHOP\//],
  ['mixed', /\/resourceGroups\/(shop|SHOP)\//],
] as const)('ids may write their group otherwise: %s', (groupCase, pattern) => {
  const names = Array.from({ length: 20 }, (_, n) => webApp({ name: `a${n}`, resourceGroup: 'Shop' }));
  const ids = graphOf(names, { groupCase })
    .rows(SITES)
    .map((row) => String(row.id));
  for (const one of ids) expect(one).toMatch(pattern);
  expect(new Set(ids.map((one) => one.split('/')[4])).size).toBe(groupCase === 'mixed' ? 2 : 1);
});

describe('a page', () => {
  const five = () => graphOf(sites('a', 'b', 'c', 'd', 'e'));

  test('follows by position: what vanishes between two pages moves another row out of sight', () => {
    const one = five();
    const first = one.ask(SITES, { $top: 2 });
    one.estate.remove(id('a'));
    const second = one.rows(SITES, { $top: 2, $skipToken: first.at('$skipToken') });
    expect(namesOf(second)).toEqual(['d', 'e']);
  });

  test('in hash partitions misses nothing then', () => {
    const one = five();
    const part = (number: number) =>
      namesOf(one.rows(SITES.replace('| project', `| where hash(tolower(id)) % 3 == ${number} | project`)));
    const [first = [], second = []] = [part(0), part(1)];
    one.estate.remove(id(first[0] ?? second[0] ?? ''));
    expect([...first, ...second, ...part(2)].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('says how many rows there are, and may begin anywhere', () => {
    const answer = five().ask(SITES, { $top: 2, $skip: 3 });
    expect([answer.at('totalRecords'), answer.at('count'), answer.at('$skipToken')]).toEqual([5, 2, undefined]);
    expect(five().ask(SITES, { $skip: 9 }).at('data')).toEqual([]);
  });

  test('has 100 rows where nothing is said, and no more than it may', () => {
    const one = graphOf(sites(...Array.from({ length: 150 }, (_, n) => `a${n}`)));
    const counted = (options: object) => one.ask(SITES, options).at('count');
    expect([counted({ $top: undefined }), counted({ $top: 120 })]).toEqual([100, 120]);
    one.graph.set({ pageSize: 30 });
    expect(counted({ $top: 120 })).toBe(30);
  });

  test.each([
    ['a limit of its own', `${SITES} | take 4`, {}],
    ['columns that are all dynamic', 'resources | project a = properties.httpsOnly, b = tags', {}],
  ])('of a query with %s is the only one, and says that rows are left', (_, query) => {
    const answer = five().ask(query, { $top: 2 });
    expect([answer.at('count'), answer.at('$skipToken'), answer.at('resultTruncated')]).toEqual([2, undefined, 'true']);
  });

  test('says that it is truncated also where there is less than was asked for', () => {
    expect(five().ask(SITES, { $top: 5 }).at('resultTruncated')).toBe('false');
    expect(five().ask(SITES, { $top: 2 }).at('resultTruncated')).toBe('false');
    expect(five().ask(SITES, { $top: 6 }).at('resultTruncated')).toBe('true');
  });

  test('of more than 16 MB is refused', () => {
    const one = graphOf(sites('a', 'b', 'c'));
    for (const name of ['a', 'b', 'c']) {
      const documents = one.estate.find(id(name))?.documents;
      documents?.set('resource', withProperties(documents.get('resource'), { large: 'x'.repeat(6 * 1024 * 1024) }));
    }
    expect(one.ask('resources').at('error.code')).toBe('ResponsePayloadTooLarge');
    expect(one.ask('resources | project id').status).toBe(200);
  });
});

describe('a request', () => {
  test.each([
    ['a management group', {}, { managementGroups: ['root'] }],
    ['facets', {}, { facets: [{ expression: 'location' }] }],
    ['a scope filter', { authorizationScopeFilter: 'AtScopeAndAbove' }, {}],
    ['no rows', { $top: 0 }, {}],
    ['another option', { $sideways: true }, {}],
  ])('for %s is refused and not answered otherwise', (_, options, more) => {
    expect(graphOf(sites('a')).ask(SITES, options, more).status).toBe(400);
  });

  test('without subscriptions is about all of them, and in any casing', () => {
    const another = '0E57A7E0-0000-4000-8000-000000000009';
    const one = graphOf([...sites('a'), webApp({ name: 'z', subscription: another.toLowerCase() })]);
    expect(namesOf(one.rows(SITES))).toEqual(['a', 'z']);
    const answer = one.ask(SITES, {}, { subscriptions: [another, another.toLowerCase()] });
    expect(answer.at('totalRecords')).toBe(1);
  });
});

describe('over the wire', () => {
  let simulator: Simulator | undefined;
  afterEach(() => simulator?.close());

  test('the controls change it, count it and put it back', async () => {
    simulator = await startSimulator({ estate: { resources: sites('a', 'b') }, graph: { quota: 5 } });
    const azure = await connect(simulator);
    const control = (method: string, body?: object) => azure.control(method, 'graph', body);
    const ask = (query: string) =>
      azure.send('POST', '/providers/Microsoft.ResourceGraph/resources', { query }, '2024-04-01');

    expect((await control('PUT', { missing: { ids: [id('a')] }, stale: { ids: [id('b')] } })).status).toBe(204);
    await simulator.change(people.ada, id('b'), 'resource', { properties: { httpsOnly: false } });
    expect((await ask(SITES)).at('data')).toEqual([{ id: id('b'), on: true }]);
    await control('PUT', { refusedTables: ['appserviceresources'] });
    expect((await ask(TLS)).at('error.details.0.code')).toBe('DisallowedLogicalTableName');
    const state = await control('GET');
    expect(state.body).toMatchObject({ quota: 5, missing: { ids: [id('a')] }, counts: { queries: 2, rows: 1 } });
    await control('DELETE');
    expect((await ask(SITES)).at('data')).toHaveLength(2);
    await control('PUT', { quota: 0 });
    const refused = await ask(SITES);
    expect([refused.status, refused.headers['x-ms-user-quota-remaining'], refused.headers['retry-after']]).toEqual([
      429,
      '0',
      undefined,
    ]);
    expect((await control('PUT', { weather: 'bad' })).status).toBe(400);
    azure.close();
  });
});
