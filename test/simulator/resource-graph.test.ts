// Resource Graph as the simulator plays it: one query, pages, quota, lag.
import { afterEach, describe, expect, test } from 'vitest';
import { deployedActions } from '../../dev/environment/deployed-role.ts';
import { createEstateStore } from '../../simulator/estate/estate-store.ts';
import { idOf, plan, webApp } from '../../simulator/estate.ts';
import { createResourceGraph, type GraphOptions } from '../../simulator/resource-graph/resource-graph.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { connect, leaf } from './arm-client.ts';

const SUBSCRIPTION = idOf('Microsoft.Web/sites', { name: 'a' }).split('/')[2] ?? '';
const QUERY =
  "resources | where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots', 'microsoft.app/containerapps', 'microsoft.app/managedenvironments') | project id, key = tolower(id) | order by key asc";
const me = { objectId: 'me', mayRead: () => true };
const asks = (options: object = {}, query = QUERY) => ({
  subscriptions: [SUBSCRIPTION],
  query,
  options: { resultFormat: 'objectArray', ...options },
});

function graph(options: GraphOptions = {}, now = () => 0) {
  const estate = createEstateStore([webApp({ name: 'b' }), webApp({ name: 'a' })], now);
  return { estate, graph: createResourceGraph(estate, options) };
}
const names = (answer: { body?: unknown }) => {
  const rows = leaf(answer.body, 'data');
  return Array.isArray(rows) ? rows.map((row) => String(leaf(row, 'id')).split('/').at(-1)) : null;
};

describe('the query', () => {
  test('is answered in the order of keys, page by page', () => {
    const one = graph().graph.answer(asks({ $top: 1 }), me, 0);
    const two = graph().graph.answer(asks({ $top: 1, $skipToken: leaf(one.body, '$skipToken') }), me, 0);
    expect([names(one), names(two), leaf(two.body, '$skipToken')]).toEqual([['a'], ['b'], undefined]);
  });

  test.each([
    ['a query that it does not know', asks({}, 'resources | join kind=inner (resources) on id')],
    ['another form of answer', asks({ resultFormat: 'table' })],
    ['too large a page', asks({ $top: 1001 })],
    ['a token that it never gave', asks({ $skipToken: 'x' })],
    ['no subscription', { ...asks(), subscriptions: [] }],
    ['no body', undefined],
  ])('%s is 400', (_, body) => {
    expect(graph().graph.answer(body, me, 0).status).toBe(400);
  });

  test.each([
    ['one of the types', "'microsoft.web/serverfarms'", ['plan-linux']],
    ['two', "'microsoft.web/sites', 'microsoft.web/serverfarms'", ['plan-linux', 'a', 'b']],
    ['a type that it does not have', "'microsoft.web/sites', 'microsoft.web/staticsites'", ['a', 'b']],
  ])('asked for %s it gives those', (_, types, expected) => {
    const { estate, graph: one } = graph();
    estate.add(plan({ name: 'plan-linux' }));
    const query = `resources | where type in~ (${types}) | project id, key = tolower(id) | order by key asc`;
    expect(names(one.answer(asks({}, query), me, 0))).toEqual(expected);
  });

  test('knows nothing of other subscriptions', () => {
    expect(names(graph().graph.answer({ ...asks(), subscriptions: ['other'] }, me, 0))).toEqual([]);
  });
});

test('the quota counts for each caller and comes back', () => {
  const { graph: one } = graph({ quota: 2 });
  const answers = [0, 1000, 2000].map((now) => one.answer(asks(), me, now));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(answers.map(({ headers }) => headers?.['x-ms-user-quota-remaining'])).toEqual(['1', '0', '0']);
  expect(answers[2]?.headers?.['x-ms-user-quota-resets-after']).toBe('00:00:03');
  expect(one.answer(asks(), { ...me, objectId: 'somebody else' }, 2000).status).toBe(200);
  expect(one.answer(asks(), me, 5000).status).toBe(200);
});

test('it may show for a while what is no longer there, and not yet what is', () => {
  const { estate, graph: one } = graph({ lagMilliseconds: 1000 });
  one.answer(asks(), me, 0);
  estate.remove(idOf('Microsoft.Web/sites', { name: 'a' }));
  estate.add(webApp({ name: 'c' }));
  expect(names(one.answer(asks(), me, 999))).toEqual(['a', 'b']);
  expect(names(one.answer(asks(), me, 1000))).toEqual(['b', 'c']);
});

describe('over the wire', () => {
  let simulator: Simulator | undefined;
  afterEach(() => simulator?.close());

  test('a token that reads is enough, and faults strike it', async () => {
    simulator = await startSimulator({
      identityActions: deployedActions(),
      estate: { resources: [webApp({ name: 'a' })] },
    });
    const azure = await connect(simulator);
    const path = '/providers/Microsoft.ResourceGraph/resources';
    const answer = await azure.send('POST', path, asks(), '2024-04-01');
    expect([answer.status, answer.at('count'), answer.headers['x-ms-user-quota-remaining']]).toEqual([200, 1, '14']);
    simulator.addFault({ match: { path }, action: 'throttled', retryAfter: 7, times: 1 });
    const refused = await azure.send('POST', path, asks(), '2024-04-01');
    expect([refused.status, refused.headers['x-ms-user-quota-resets-after']]).toEqual([429, '00:00:07']);
    expect((await azure.raw('POST', `${simulator.url}${path}?api-version=2024-04-01`)).status).toBe(401);
    azure.close();
  });
});
