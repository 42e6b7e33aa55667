import { describe, expect, test } from 'vitest';
import {
  appOf,
  armIdOf,
  isInScope,
  isScope,
  parseResourceId,
  resourceOf,
} from '../../../src/domain/resources/resource.ts';

const GROUP = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Shop-RG/providers';
const SITE = `${GROUP}/Microsoft.Web/sites/Shop`;

describe('the resource of an id', () => {
  test.each([
    ['a site', SITE, SITE, 'web-app', 'Microsoft.Web/sites', 'Shop'],
    [
      'a slot is its own resource',
      `${SITE}/slots/Blue`,
      `${SITE}/slots/Blue`,
      'web-app',
      'Microsoft.Web/sites/slots',
      'Shop/Blue',
    ],
    ['a child of a site', `${SITE}/config/web`, SITE, 'web-app', 'Microsoft.Web/sites', 'Shop'],
    [
      'a child of a slot',
      `${SITE}/slots/Blue/config/web`,
      `${SITE}/slots/Blue`,
      'web-app',
      'Microsoft.Web/sites/slots',
      'Shop/Blue',
    ],
    ['the list of slots', `${SITE}/slots`, SITE, 'web-app', 'Microsoft.Web/sites', 'Shop'],
    [
      'a diagnostic setting on a site',
      `${SITE}/providers/microsoft.insights/diagnosticSettings/a`,
      SITE,
      'web-app',
      'Microsoft.Web/sites',
      'Shop',
    ],
    [
      'a container app',
      `${GROUP}/Microsoft.App/containerApps/cart`,
      `${GROUP}/Microsoft.App/containerApps/cart`,
      'container-app',
      'Microsoft.App/containerApps',
      'cart',
    ],
    [
      'its authConfigs',
      `${GROUP}/Microsoft.App/containerApps/cart/authConfigs/current`,
      `${GROUP}/Microsoft.App/containerApps/cart`,
      'container-app',
      'Microsoft.App/containerApps',
      'cart',
    ],
    [
      'an environment',
      `${GROUP}/Microsoft.App/managedEnvironments/e`,
      `${GROUP}/Microsoft.App/managedEnvironments/e`,
      'environment',
      'Microsoft.App/managedEnvironments',
      'e',
    ],
    [
      'a plan',
      `${GROUP}/Microsoft.Web/serverfarms/p`,
      `${GROUP}/Microsoft.Web/serverfarms/p`,
      'plan',
      'Microsoft.Web/serverfarms',
      'p',
    ],
    [
      'the longest',
      SITE.padEnd(1024, 'p'),
      SITE.padEnd(1024, 'p'),
      'web-app',
      'Microsoft.Web/sites',
      SITE.padEnd(1024, 'p').slice(SITE.length - 4),
    ],
    ['a trailing slash', `${SITE}/`, SITE, 'web-app', 'Microsoft.Web/sites', 'Shop'],
    ['an empty segment', `${GROUP}/Microsoft.Web//sites/Shop`, SITE, 'web-app', 'Microsoft.Web/sites', 'Shop'],
    ['several of them', `/${SITE}///config//web//`, SITE, 'web-app', 'Microsoft.Web/sites', 'Shop'],
  ])('%s', (_, given, id, kind, type, name) => {
    expect(resourceOf(given)).toEqual({
      id,
      key: id.toLowerCase(),
      kind,
      type,
      name,
      subscriptionId: '11111111-2222-3333-4444-555555555555',
    });
  });

  test('ids in any casing have the same key', () => {
    const shouted = SITE.toUpperCase();
    expect(resourceOf(shouted)?.key).toBe(resourceOf(SITE)?.key);
    expect(resourceOf(shouted)?.id).toBe(shouted);
  });

  test('names have letters of any script, digits and the marks that Azure allows', () => {
    expect(resourceOf(`/subscriptions/s/resourceGroups/größe_(1).x/providers/Microsoft.Web/sites/a-b`)?.name).toBe(
      'a-b',
    );
  });

  test.each([
    ['nothing', ''],
    ['another provider', `${GROUP}/Microsoft.Storage/storageAccounts/x`],
    ['a resource group', '/subscriptions/s/resourceGroups/rg'],
    ['a deployment', `${GROUP}/Microsoft.Resources/deployments/d`],
    ['a type with the same prefix', `${GROUP}/Microsoft.Web/sitesX/shop`],
    ['a resource below another host', `https://evil.example${SITE}`],
    ['dots', `${SITE}/../other`],
    ['a dot', `${SITE}/.`],
    ['an escape', `${SITE}%2f..%2fother`],
    ['a query', `${SITE}?api-version=1`],
    ['a fragment', `${SITE}#x`],
    ['a backslash', `${SITE}\\..\\other`],
    ['a line break in a name', `${SITE}\nx`],
    ['a blank in a name', `${GROUP}/Microsoft.Web/sites/a b`],
    ['a zero byte in a name', `${SITE}\u0000`],
    ['a mark that changes the text direction', `${SITE}\u202e`],
    // U+212A is a k without regard to case: this would be the key of another app, and Azure knows no app with this
    // name.
    ['a name with the Kelvin sign', `${GROUP}/Microsoft.Web/sites/boo\u212a`],
    ['a provider with a long s', SITE.replace('sites', '\u017fites')],
    ['a very long name', SITE + 'x'.repeat(1024)],
    ['one more than the longest', SITE.padEnd(1025, 'x')],
    ['dots at the end', `${SITE}/..`],
  ])('%s is refused', (_, id) => {
    expect(resourceOf(id)).toBeNull();
  });

  test('the subscription is in lower case', () => {
    expect(resourceOf(SITE.replace('11111111', 'AAAAAAAA'))?.subscriptionId).toBe(
      'aaaaaaaa-2222-3333-4444-555555555555',
    );
  });

  test('parseResourceId accepts the exact id only', () => {
    expect(parseResourceId(SITE)?.id).toBe(SITE);
    expect(parseResourceId(`${SITE}/`)?.id).toBe(SITE);
    expect(parseResourceId('/subscriptions/s')?.kind).toBe('subscription');
    expect(parseResourceId(`${SITE}/config/web`)).toBeNull();
    expect(parseResourceId('/subscriptions/s/resourceGroups/rg')).toBeNull();
  });
});

test.each([
  ['a slot', `${SITE}/slots/Blue`, SITE],
  ['a site', SITE, SITE],
  ['a site that is called slots', `${GROUP}/Microsoft.Web/sites/slots`, `${GROUP}/Microsoft.Web/sites/slots`],
  ['an environment', `${GROUP}/Microsoft.App/managedEnvironments/e`, `${GROUP}/Microsoft.App/managedEnvironments/e`],
])('the app of %s', (_, id, app) => {
  const resource = resourceOf(id);
  expect(resource && appOf(resource).id).toBe(app);
});

test.each<[string, unknown, boolean]>([
  ['an id', SITE, true],
  ['in another case', SITE.toUpperCase(), true],
  ['a subscription', '/subscriptions/s', true],
  ['a list of it', [SITE], false],
  ['nothing', null, false],
  ['an id in a text', `see ${SITE}`, false],
  ['an id with a query', `${SITE}?x`, false],
  ['no subscription', '/subscriptions/', false],
])('an ARM id in a document: %s', (_, value, expected) => {
  expect(armIdOf(value)).toBe(expected ? value : null);
});

describe('scopes', () => {
  test.each([
    ['itself', SITE, true],
    ['its group, in another case', '/SUBSCRIPTIONS/11111111-2222-3333-4444-555555555555/resourcegroups/shop-rg', true],
    ['its subscription, with a slash', '/subscriptions/11111111-2222-3333-4444-555555555555/', true],
    [
      'its group, with empty segments',
      '/subscriptions//11111111-2222-3333-4444-555555555555/resourceGroups/Shop-RG//',
      true,
    ],
    ['a part of a segment', '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Shop', false],
    ['a child', `${SITE}/slots/blue`, false],
    ['a sibling', `${GROUP}/Microsoft.Web/sites/Shop2`, false],
  ])('%s', (_, scope, within) => {
    expect(isInScope(SITE, scope)).toBe(within);
  });

  test.each([
    ['/subscriptions/s', true],
    ['/subscriptions/s/resourceGroups/rg/', true],
    [SITE, true],
    ['/', false],
    ['', false],
    ['/resourceGroups/rg', false],
    ['/subscriptions/s/../t', false],
    ['/subscriptions/s//resourceGroups//g//', true],
    ['//', false],
    ['/subscriptions/s?x', false],
    ['/\u017fubscriptions/s', false],
    ['/subscriptions/\u212a', false],
    [`/subscriptions/s/resourceGroups/${'g'.repeat(1024)}`, false],
    [`/subscriptions/s/resourceGroups/`.padEnd(1024, 'g'), true],
    ['/subscriptions/s/..', false],
  ])('%s is a valid scope: %s', (text, expected) => {
    expect(isScope(text)).toBe(expected);
  });
});
