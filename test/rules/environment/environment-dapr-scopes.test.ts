import { rule } from '../../../src/rules/environment/environment-dapr-scopes.ts';
import { ENVIRONMENT_ID } from '../fixtures/container-app.ts';
import { daprComponents } from '../fixtures/environment.ts';
import { testRule } from '../rule-tester.ts';

const components = (...listed: Parameters<typeof daprComponents>) => ({ daprComponents: daprComponents(...listed) });
const scoped = { scopes: ['cart', 'orders'] };
const inline = { secrets: [{ name: 'account-key' }] };
const inVault = {
  secrets: [
    { name: 'account-key', keyVaultUrl: 'https://shop.vault.azure.net/secrets/account-key', identity: 'System' },
  ],
};

testRule(rule, {
  id: ENVIRONMENT_ID,
  compliant: [
    { title: 'scopes not empty', documents: components(scoped, { scopes: ['cart'] }) },
    { title: 'no inline secrets', documents: components({ ...scoped, secrets: [] }) },
    {
      title: 'no inline secrets unless secretStoreComponent is set',
      documents: components({ ...scoped, ...inline, secretStoreComponent: 'vault' }),
    },
    { title: 'a secret that is looked up in a vault is not inline', documents: components({ ...scoped, ...inVault }) },
  ],
  violation: [
    {
      title: 'scopes null: every app may use it',
      documents: components(scoped, {}),
      tier: 'advice',
      changes: [],
      reason: /'component-1' can be used by every app/,
    },
    { title: 'scopes empty', documents: components({ scopes: [] }), tier: 'advice', changes: [] },
    {
      title: 'secret values are never returned by this GET: an inline secret is a name, and no secret store',
      documents: components({ ...scoped, ...inline }),
      tier: 'advice',
      changes: [],
      reason: /^The Dapr component 'component-0' carries secrets of its own\.$/,
    },
    {
      title: 'an inline secret beside one in a vault',
      documents: components({ ...scoped, secrets: [...inVault.secrets, ...inline.secrets] }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'an empty name of a secret store is none',
      documents: components({ ...scoped, ...inline, secretStoreComponent: '' }),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'what is wrong with one is wrong, whatever another one says',
      documents: components({ scopes: 'cart' }, inline),
      tier: 'advice',
      changes: [],
      reason: /'component-1' can be used by every app.*'component-1' carries/,
    },
  ],
  notApplicable: [{ title: 'no components', documents: components() }],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'the list must exist', documents: { daprComponents: null } },
    { title: 'no list', documents: { daprComponents: {} } },
    { title: 'scopes that are no list of names', documents: components({ scopes: 'cart' }) },
    { title: 'secrets that are no list', documents: components({ ...scoped, secrets: { name: 'key' } }) },
    { title: 'a secret store that has no name', documents: components({ ...scoped, secretStoreComponent: 3 }) },
    { title: 'a component without properties', documents: { daprComponents: { value: [{ name: 'orders' }] } } },
  ],
});
