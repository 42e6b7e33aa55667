import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-secrets-key-vault.ts';
import { CONTAINER_APP_ID, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (secrets: Json, registries: Json = null) => ({
  resource: containerApp(null, { configuration: { secrets, registries } }),
});
const referenced = {
  name: 'db',
  keyVaultUrl: 'https://shop.vault.azure.net/secrets/db',
  identity: 'System',
};

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'every secret has keyVaultUrl', documents: documents([referenced, { ...referenced, name: 'queue' }]) },
    { title: 'null: no secrets', documents: documents(null) },
    { title: 'no secrets', documents: documents([]) },
  ],
  violation: [
    {
      title: 'GET never returns values (listSecrets does: do not call it): the name is all there is',
      documents: documents([referenced, { name: 'queue' }]),
      tier: 'advice',
      changes: [],
      reason: /: queue\.$/,
    },
    {
      title: 'registry password secrets count',
      documents: documents(
        [{ name: 'reg-pswd-1' }],
        [{ server: 'shop.azurecr.io', username: 'shop', passwordSecretRef: 'reg-pswd-1', identity: '' }],
      ),
      tier: 'advice',
      changes: [],
      reason: /reg-pswd-1/,
    },
    {
      title: 'keyVaultUrl null or empty is none',
      documents: documents([
        { name: 'a', keyVaultUrl: null, identity: null },
        { name: 'b', keyVaultUrl: '', identity: '' },
      ]),
      tier: 'advice',
      changes: [],
      reason: /a, b/,
    },
  ],
  unknown: [
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'secrets in a form that nobody knows', documents: documents({ db: 'x' }) },
    { title: 'a list of something else', documents: documents(['db']) },
    { title: 'an address that is no text', documents: documents([{ name: 'db', keyVaultUrl: 1 }]) },
  ],
});
