import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-image-registry.ts';
import { CONTAINER_APP_ID, container, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const DIGEST = `sha256:${'0f'.repeat(32)}`;
const parameters = { registries: ['Shop.azurecr.io', 'mirror.example:5000'] };

const documents = (image: Json, initImage: Json = null) => ({
  resource: containerApp(null, {
    template: {
      containers: [container({ image })],
      initContainers: initImage === null ? null : [container({ name: 'prepare', image: initImage })],
    },
  }),
});
const found = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    {
      title: 'registry host in an operator-configured allow list',
      documents: documents('shop.azurecr.io/cart:1.4'),
      parameters,
    },
    { title: 'hosts without case', documents: documents('SHOP.AzureCR.io/cart:1.4'), parameters },
    { title: 'a host with its port', documents: documents('mirror.example:5000/a/b/cart:1.4'), parameters },
    { title: 'a registry of Azure with its port', documents: documents('shop.azurecr.io:443/cart:1.4'), parameters },
    {
      title: 'a registry of Azure that is approved with its port',
      documents: documents('shop.azurecr.io/cart:1.4'),
      parameters: { registries: ['shop.azurecr.io:443'] },
    },
    { title: 'a digest changes nothing', documents: documents(`shop.azurecr.io/cart@${DIGEST}`), parameters },
    {
      title: 'image without host = docker.io, where that is allowed',
      documents: documents('nginx'),
      parameters: { registries: ['docker.io'] },
    },
    {
      title: 'docker.io by its other names',
      documents: documents('index.docker.io/library/nginx:1.27'),
      parameters: { registries: ['registry-1.docker.io'] },
    },
  ],
  violation: [
    {
      title: 'another registry',
      documents: documents('ghcr.io/somebody/cart:1.4'),
      parameters,
      ...found,
      reason: /: ghcr\.io\.$/,
    },
    {
      title: 'image without host = docker.io',
      documents: documents('library/nginx:1.27'),
      parameters,
      ...found,
      reason: /: docker\.io\.$/,
    },
    {
      title: 'initContainers[].image',
      documents: documents('shop.azurecr.io/cart:1.4', 'busybox'),
      parameters,
      ...found,
      reason: /docker\.io/,
    },
    {
      title: 'another port is another registry',
      documents: documents('mirror.example/cart:1.4'),
      parameters,
      ...found,
      reason: /mirror\.example\.$/,
    },
    {
      title: 'an approved host somewhere in the path is no host',
      documents: documents('evil.example/shop.azurecr.io/cart:1.4'),
      parameters,
      ...found,
      reason: /: evil\.example\.$/,
    },
  ],
  notApplicable: [
    { title: 'no list configured = not evaluated', documents: documents('ghcr.io/somebody/cart:1.4') },
    { title: 'no list configured = not evaluated, whatever the image', documents: documents('a b') },
  ],
  unknown: [
    { title: 'not read', documents: {}, parameters },
    { title: 'not read, and no list configured', documents: {} },
    { title: 'gone', documents: { resource: null }, parameters },
    { title: 'no image', documents: documents(''), parameters },
    { title: 'an image that is no reference', documents: documents('a b'), parameters },
    { title: 'an image that is no text', documents: documents({ name: 'cart' }), parameters },
  ],
});

describe('a registry of the settings', () => {
  test.each(['https://shop.azurecr.io', 'shop.azurecr.io/cart', '', 'shop.azurecr.io:', '*.azurecr.io'])(
    '%j is refused',
    (registry) => {
      expect(rule.parameters.safeParse({ registries: [registry] }).success).toBe(false);
    },
  );
});
