import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-stale-revisions.ts';
import { CONTAINER_APP_ID, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

/** An element of `GET {containerApp}/revisions`. */
const revision = (name: string, active: Json, trafficWeight: Json): JsonObject => ({
  id: `${CONTAINER_APP_ID}/revisions/${name}`,
  name,
  type: 'Microsoft.App/containerapps/revisions',
  properties: {
    createdTime: '2026-01-02T08:00:00+00:00',
    active,
    replicas: active === true ? 1 : 0,
    trafficWeight,
    healthState: 'Healthy',
    provisioningState: 'Provisioned',
    runningState: active === true ? 'Running' : 'Stopped',
  },
});
const ONE = revision('cart--0001', true, 100);
const OLD = revision('cart--0000', true, 0);
const NEW = revision('cart--0002', true, 0);

const app = (activeRevisionsMode: Json, traffic: Json) =>
  containerApp(traffic === undefined ? null : ingress({ traffic }), { configuration: { activeRevisionsMode } });
const documents = (traffic: Json, ...revisions: JsonObject[]) => ({
  resource: app('Multiple', traffic),
  revisions: { value: revisions },
});
const without = (...revisions: JsonObject[]) => ({
  resource: containerApp(null, { configuration: { activeRevisionsMode: 'Multiple' } }),
  revisions: { value: revisions },
});
const to = (revisionName: string, weight: Json, label: Json = null) => ({ revisionName, weight, label });
const found = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'Single mode', documents: { resource: app('Single', null), revisions: { value: [OLD, ONE] } } },
    {
      title: 'Single mode, in another case; sweep only: the list is not needed',
      documents: { resource: app('SINGLE', null) },
    },
    { title: 'null mode is Single', documents: { resource: app(null, null) } },
    {
      title: 'every active revision has weight or a label',
      documents: documents([to('cart--0001', 100), to('cart--0002', 0, 'green')], ONE, NEW),
    },
    {
      title: 'a weight that only the revision tells',
      documents: documents(null, ONE, revision('cart--0000', true, 5)),
    },
    {
      title: 'traffic for the latest revision is traffic for the one that the app names',
      documents: documents([{ weight: 100, latestRevision: true }], revision('Cart--0001', true, null)),
    },
    {
      title: 'an old revision that does not run',
      documents: documents([to('cart--0001', 100)], ONE, revision('cart--0000', false, 0)),
    },
    { title: 'without ingress, only the latest revision runs', documents: without(revision('cart--0001', true, 0)) },
    {
      title: 'every active revision has weight or a label: one that the revision tells',
      documents: documents([to('cart--0001', 100)], ONE, {
        name: 'cart--0000',
        properties: { active: true, trafficWeight: 0, labels: ['blue'] },
      }),
    },
    {
      title: 'without a word on traffic, the latest revision has it all',
      documents: documents([], revision('cart--0001', true, null)),
    },
    { title: 'no revisions', documents: documents([to('cart--0001', 100)]) },
  ],
  violation: [
    {
      title: 'an active revision without weight and label',
      documents: documents([to('cart--0001', 100)], ONE, OLD),
      ...found,
      reason: /: cart--0000\.$/,
    },
    {
      title: 'weight 0 and an empty label are none',
      documents: documents([to('cart--0001', 100), to('cart--0000', 0, '')], ONE, OLD),
      ...found,
      reason: /: cart--0000\.$/,
    },
    {
      title: 'the latest revision without weight, while the traffic is on the one before',
      documents: {
        resource: containerApp(ingress({ traffic: [to('cart--0000', 100), { weight: 0, latestRevision: true }] }), {
          configuration: { activeRevisionsMode: 'multiple' },
        }),
        revisions: { value: [revision('cart--0000', true, 100), revision('cart--0001', true, 0)] },
      },
      ...found,
      reason: /: cart--0001\.$/,
    },
    {
      title: 'without ingress, an older revision keeps running beside the latest',
      documents: without(OLD, revision('cart--0001', true, 0)),
      ...found,
      reason: /: cart--0000\.$/,
    },
  ],
  unknown: [
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'revisions not read', documents: { resource: app('Multiple', null) } },
    { title: 'revisions not found', documents: { resource: app('Multiple', null), revisions: null } },
    { title: 'revisions without a list', documents: { resource: app('Multiple', null), revisions: { value: null } } },
    { title: 'a revision without a name', documents: documents(null, { properties: { active: true } }) },
    { title: 'active neither true nor false', documents: documents(null, revision('cart--0001', 'yes', 100)) },
    { title: 'traffic in a form that nobody knows', documents: documents({ weight: 100 }, ONE) },
    { title: 'a mode that is no text', documents: { resource: app(1, null), revisions: { value: [] } } },
  ],
});
