import type { Json } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-dapr-api-logging.ts';
import { CONTAINER_APP_ID, containerApp } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (dapr: Json) => ({ resource: containerApp(null, { configuration: { dapr } }) });
const dapr = (enabled: Json, enableApiLogging: Json) => ({
  enabled,
  appId: 'cart',
  appProtocol: 'http',
  appPort: 8080,
  httpReadBufferSize: null,
  httpMaxRequestSize: null,
  logLevel: null,
  enableApiLogging,
});

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'enabled!=true', documents: documents(dapr(false, false)) },
    { title: 'enabled!=true: null', documents: documents(dapr(null, null)) },
    { title: 'enableApiLogging=true', documents: documents(dapr(true, true)) },
    { title: 'no Dapr', documents: documents(null) },
  ],
  violation: [
    {
      title: 'gap in every authority: Dapr is on and logs no calls',
      documents: documents(dapr(true, false)),
      tier: 'advice',
      changes: [],
    },
    { title: 'null is off', documents: documents(dapr(true, null)), tier: 'advice', changes: [] },
  ],
  unknown: [
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 'odd' } } } },
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a configuration that is no object', documents: documents('on') },
    { title: 'enabled neither true nor false', documents: documents(dapr(1, null)) },
    { title: 'enableApiLogging neither true nor false', documents: documents(dapr(true, 1)) },
  ],
});
