import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-registry-identity.ts';
import { CONTAINER_APP_ID, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const IDS = '/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/ids/providers';
const PULLER = `${IDS}/Microsoft.ManagedIdentity/userAssignedIdentities/puller`;
const OTHER = `${IDS}/Microsoft.ManagedIdentity/userAssignedIdentities/other`;
const principal = {
  principalId: 'aaaaaaaa-0000-0000-0000-000000000000',
  clientId: 'bbbbbbbb-0000-0000-0000-000000000000',
};

const SYSTEM = { type: 'SystemAssigned', principalId: principal.principalId, tenantId: 'cccccccc' };
const ONE = { type: 'UserAssigned', userAssignedIdentities: { [PULLER]: principal } };
const TWO = { type: 'UserAssigned', userAssignedIdentities: { [PULLER]: principal, [OTHER]: principal } };

const withPassword = {
  server: 'Shop.azurecr.io',
  username: 'shop',
  passwordSecretRef: 'shopazurecrio-shop',
  identity: '',
};
const byIdentity = { server: 'base.azurecr.io', username: '', passwordSecretRef: '', identity: 'system' };
const elsewhere = { server: 'ghcr.io', username: 'somebody', passwordSecretRef: 'ghcrio-somebody', identity: '' };

const documents = (registries: Json, identity: Json = SYSTEM) => ({
  resource: containerApp(null, { identity, configuration: { registries } }),
});
const change = { document: 'resource', path: '/properties/configuration/registries' } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'every *.azurecr.io entry has identity and no passwordSecretRef',
      documents: documents([byIdentity, { ...byIdentity, server: 'SHOP.AZURECR.IO', identity: PULLER }]),
    },
    { title: 'no registries = pass', documents: documents([]) },
    { title: 'no registries = pass: null', documents: documents(null) },
    { title: 'beside a non-ACR registry with a password', documents: documents([byIdentity, elsewhere]) },
    {
      title: 'the identity of the environment is one, too; nulls are absent',
      documents: documents([
        { server: 'shop.azurecr.io', username: null, passwordSecretRef: null, identity: 'system-environment' },
      ]),
    },
  ],
  violation: [
    {
      title: 'FULL list with identity: system where the app has that one; the other registries stay',
      documents: documents([byIdentity, withPassword, elsewhere]),
      tier: 'risky',
      changes: [
        {
          ...change,
          from: [byIdentity, withPassword, elsewhere],
          to: [byIdentity, { server: 'Shop.azurecr.io', identity: 'system' }, elsewhere],
        },
      ],
      reason: /: Shop\.azurecr\.io\.$/,
    },
    ...['shop.azurecr.cn', 'shop.azurecr.us', 'shop.azurecr.io:443', 'https://shop.azurecr.io/'].map((server) => ({
      title: `a registry of Azure: ${server}`,
      documents: documents([{ ...withPassword, server }]),
      tier: 'risky' as const,
      changes: [{ ...change, from: [{ ...withPassword, server }], to: [{ server, identity: 'system' }] }],
    })),
    {
      title: 'system, beside user-assigned ones',
      documents: documents([withPassword], { ...TWO, type: 'systemassigned,UserAssigned' }),
      tier: 'risky',
      changes: [{ ...change, from: [withPassword], to: [{ server: 'Shop.azurecr.io', identity: 'system' }] }],
    },
    {
      title: 'the only user-assigned identity, by its id',
      documents: documents([withPassword], ONE),
      tier: 'risky',
      changes: [{ ...change, from: [withPassword], to: [{ server: 'Shop.azurecr.io', identity: PULLER }] }],
    },
    {
      title: 'an identity that the entry already names stays, whatever the app has; the password goes',
      documents: documents([{ ...withPassword, identity: OTHER }], TWO),
      tier: 'risky',
      changes: [
        {
          ...change,
          from: [{ ...withPassword, identity: OTHER }],
          to: [{ server: 'Shop.azurecr.io', identity: OTHER }],
        },
      ],
    },
    {
      title: 'several user-assigned identities: advice, nobody knows which one',
      documents: documents([withPassword], TWO),
      tier: 'advice',
      changes: [],
      reason: /several identities/,
    },
    {
      title: 'no identity at all: advice',
      documents: documents([withPassword], { type: 'None' }),
      tier: 'advice',
      changes: [],
      reason: /no managed identity/,
    },
    {
      title: 'identity null: advice; neither identity nor password is a violation, too',
      documents: documents([{ server: 'shop.azurecr.io' }], null),
      tier: 'advice',
      changes: [],
      reason: /no managed identity/,
    },
  ],
  notApplicable: [
    { title: 'non-ACR registries = not applicable', documents: documents([elsewhere]) },
    {
      title: 'non-ACR registries = not applicable: a host that only looks like one',
      documents: documents([{ ...elsewhere, server: 'shop.azurecr.io.evil.example' }]),
    },
  ],
  unknown: [
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'registries that are no list', documents: documents(withPassword) },
    { title: 'a registry without a server', documents: documents([{ ...withPassword, server: null }]) },
    { title: 'a user that is no name', documents: documents([withPassword, { ...elsewhere, username: 7 }]) },
    { title: 'a password that is no reference', documents: documents([{ ...withPassword, passwordSecretRef: {} }]) },
    { title: 'an identity of a type that nobody knows', documents: documents([withPassword], { type: 'Other' }) },
  ],
});
