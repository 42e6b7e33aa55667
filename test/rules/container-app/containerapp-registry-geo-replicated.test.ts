import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-registry-geo-replicated.ts';
import { CONTAINER_APP_ID, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const TYPE = 'Microsoft.ContainerRegistry/registries';
const GROUP = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/images-rg/providers';

/** Elements of `GET /subscriptions/{s}/resources`. */
const registry = (name: string, sku: Json, location = 'westeurope'): JsonObject => ({
  id: `${GROUP}/${TYPE}/${name}`,
  name,
  type: TYPE,
  sku: sku === null ? null : { name: sku, tier: sku },
  location,
  tags: {},
});
const replication = (name: string, location: string): JsonObject => ({
  id: `${GROUP.toUpperCase()}/${TYPE}/${name}/replications/${location}`,
  name: `${name}/${location}`,
  type: `${TYPE}/replications`,
  location,
  tags: {},
});
const PREMIUM = [
  registry('shop', 'Premium'),
  replication('shop', 'westeurope'),
  replication('shop', 'northeurope'),
  registry('basic', 'Basic'),
];

/** An element of `GET /subscriptions/{s}/providers/Microsoft.ContainerRegistry/registries`. */
const ownList = (loginServer: string, members: JsonObject = {}, properties: JsonObject = {}): JsonObject => ({
  ...registry('shop', 'premium', 'West Europe'),
  ...members,
  properties: { loginServer, adminUserEnabled: false, provisioningState: 'Succeeded', ...properties },
});

const app = (...servers: Json[]) =>
  containerApp(null, {
    configuration: { registries: servers.map((server) => ({ server, identity: 'system', username: '' })) },
  });
const documents = (server: Json, value: Json) => ({ resource: app(server), registry: { value } });
const found = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'Premium with at least two replications', documents: documents('Shop.azurecr.io', PREMIUM) },
    {
      title: 'the home region counts, whether it is listed or not',
      documents: documents('shop.azurecr.io', [registry('shop', 'premium'), replication('shop', 'northeurope')]),
    },
    ...[
      'shop.azurecr.cn',
      'shop.azurecr.us',
      'SHOP.azurecr.io:443',
      'https://shop.azurecr.io',
      'shop.westeurope.geo.azurecr.io',
    ].map((server) => ({ title: `another name of it: ${server}`, documents: documents(server, PREMIUM) })),
    {
      title: "the registries' own list, by a server with a port",
      documents: documents('shop.azurecr.io:443', [
        ownList('shop.azurecr.io', {}, { replications: [{ location: 'West Europe' }, { location: 'North Europe' }] }),
      ]),
    },
    {
      title: 'a host with a hash behind the name of its registry',
      documents: documents('shop-a1b2c3.azurecr.io', PREMIUM),
    },
    {
      title: "the registries' own list, with its login server, and replications inside",
      documents: documents('shop-a1b2c3.azurecr.io', [
        ownList('Shop-a1b2c3.azurecr.io', { replications: [{ location: 'northeurope' }] }),
      ]),
    },
    {
      title: "the registries' own list, with replications in the properties",
      documents: documents('shop.azurecr.io', [
        ownList('shop.azurecr.io', {}, { replications: [{ location: 'West Europe' }, { location: 'North Europe' }] }),
      ]),
    },
    {
      title: 'the registry by itself, with its replications',
      documents: {
        resource: app('shop.azurecr.io'),
        registry: ownList('shop.azurecr.io', {
          replications: { value: [replication('shop', 'westeurope'), replication('shop', 'northeurope')] },
        }),
      },
    },
    {
      title: 'elements that tell no type',
      documents: documents(
        'shop.azurecr.io',
        PREMIUM.map(({ type: _type, ...one }) => one),
      ),
    },
    {
      title: 'a registry of somebody else beside it is not looked at',
      documents: { resource: app('ghcr.io', 'shop.azurecr.io'), registry: { value: PREMIUM } },
    },
  ],
  violation: [
    {
      title: 'no replication but the home region, however it is spelled',
      documents: documents('shop.azurecr.io', [
        registry('shop', 'Premium', 'West Europe'),
        replication('shop', 'westeurope'),
        replication('shop2', 'northeurope'),
      ]),
      ...found,
      reason: /^shop\.azurecr\.io is in one region only\.$/,
    },
    {
      title: 'another tier than Premium',
      documents: documents('basic.azurecr.io', PREMIUM),
      ...found,
      reason: /Basic tier/,
    },
    {
      title: 'another tier than Premium: the registry by itself',
      documents: { resource: app('basic.azurecr.io'), registry: registry('basic', 'Basic') },
      ...found,
    },
    {
      title: 'each registry in use is asked, and what is wrong wins over what is not visible',
      documents: {
        resource: app('else.azurecr.io', 'shop.azurecr.io', 'basic.azurecr.io'),
        registry: { value: PREMIUM },
      },
      ...found,
      reason: /^basic\.azurecr\.io [^;]*\.$/,
    },
    {
      title: "the registries' own list, with no replications inside",
      documents: documents('shop.azurecr.io', [ownList('shop.azurecr.io', { replications: [] })]),
      ...found,
    },
  ],
  notApplicable: [
    { title: 'a registry that is none of Azure', documents: documents('ghcr.io', PREMIUM) },
    { title: 'no registries', documents: { resource: containerApp(null), registry: { value: PREMIUM } } },
  ],
  unknown: [
    { title: 'registry not visible = unknown', documents: documents('else.azurecr.io', PREMIUM) },
    {
      title: 'registry not visible = unknown: beside one that is fine',
      documents: { resource: app('shop.azurecr.io', 'else.azurecr.io'), registry: { value: PREMIUM } },
    },
    {
      title: 'a login server of another registry with the same name',
      documents: documents('shop.azurecr.io', [ownList('shop-a1b2c3.azurecr.io', { replications: [] })]),
    },
    {
      title: "the registries' own list, which does not tell replications",
      documents: documents('shop.azurecr.io', [ownList('shop.azurecr.io')]),
    },
    { title: 'no tier', documents: documents('shop.azurecr.io', [registry('shop', null)]) },
    { title: 'sweep only: registries not read', documents: { resource: app('shop.azurecr.io') } },
    { title: 'registries without a list', documents: documents('shop.azurecr.io', null) },
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a registry without a server', documents: documents(null, PREMIUM) },
  ],
});
