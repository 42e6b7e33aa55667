import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-image-tag.ts';
import { CONTAINER_APP_ID, container, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const DIGEST = `sha256:${'0f'.repeat(32)}`;

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
    { title: 'digest', documents: documents(`shop.azurecr.io/cart@${DIGEST}`) },
    { title: 'digest beside a tag', documents: documents(`shop.azurecr.io/cart:latest@${DIGEST}`) },
    { title: 'tag != latest', documents: documents('shop.azurecr.io/cart:1.4') },
    { title: 'tag != latest, behind a port', documents: documents('mirror.example:5000/cart:latest-2025') },
  ],
  violation: [
    {
      title: 'PSRule fixtures all use :latest',
      documents: documents('mcr.microsoft.com/azuredocs/containerapps-helloworld:latest'),
      ...found,
      reason: /: mcr\.microsoft\.com\/azuredocs\/containerapps-helloworld:latest\.$/,
    },
    { title: 'untagged', documents: documents('nginx'), ...found, reason: /: nginx\.$/ },
    { title: 'untagged: a port is no tag', documents: documents('mirror.example:5000/cart'), ...found },
    { title: 'in another case', documents: documents('shop.azurecr.io/cart:Latest'), ...found },
    {
      title: 'initContainers[].image',
      documents: documents('shop.azurecr.io/cart:1.4', 'busybox'),
      ...found,
      reason: /: busybox\.$/,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'no image', documents: documents(null) },
    { title: 'an image that is no reference', documents: documents('cart:1:2') },
  ],
});
