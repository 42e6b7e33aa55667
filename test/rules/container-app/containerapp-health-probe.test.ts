import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/container-app/containerapp-health-probe.ts';
import { CONTAINER_APP_ID, container, containerApp, ingress } from '../fixtures/container-app.ts';
import { testRule } from '../rule-tester.ts';

const probe = (type: string, how: JsonObject) => ({ type, periodSeconds: 10, failureThreshold: 3, ...how });
const HTTP = { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' } };
const TCP = { tcpSocket: { port: 8080 }, httpGet: null };
const BOTH = [probe('Liveness', HTTP), probe('Readiness', HTTP)];

const documents = (probes: Json, members: JsonObject = { transport: 'Http' }, beside: JsonObject[] = []) => ({
  resource: containerApp(ingress({ targetPort: 3000, ...members }), {
    template: { containers: [container({ probes }), ...beside] },
  }),
});

testRule(rule, {
  id: CONTAINER_APP_ID,
  compliant: [
    { title: 'Liveness and Readiness with httpGet', documents: documents(BOTH) },
    {
      title: 'Liveness and Readiness with httpGet, in another case, with a startup probe over TCP',
      documents: documents([probe('liveness', HTTP), probe('READINESS', HTTP), probe('Startup', TCP)]),
    },
    {
      title: 'over TCP where gRPC is spoken, which no HTTP probe can call',
      documents: documents([probe('Liveness', TCP), probe('Readiness', TCP)], { transport: 'Http2' }),
    },
    {
      title: 'an init container needs none',
      documents: {
        resource: containerApp(ingress({ transport: 'http' }), {
          template: { containers: [container({ probes: BOTH })], initContainers: [container({ name: 'prepare' })] },
        }),
      },
    },
  ],
  violation: [
    {
      title: 'PSRule scope: transport http/http2',
      documents: documents(null, { transport: 'http2' }),
      tier: 'advice',
      changes: [],
      reason: /cart/,
    },
    ...[80, 443, 3000, null].flatMap((targetPort) =>
      ['Auto', 'AUTO', null].map((transport) => ({
        title: `${transport} is HTTP, whatever the port: ${targetPort}`,
        documents: documents([], { transport, targetPort }),
        tier: 'advice' as const,
        changes: [],
      })),
    ),
    { title: 'Readiness is missing', documents: documents([probe('Liveness', HTTP)]), tier: 'advice', changes: [] },
    {
      title: 'Liveness over TCP',
      documents: documents([probe('Liveness', TCP), probe('Readiness', HTTP)]),
      tier: 'advice',
      changes: [],
    },
    {
      title: 'each container is asked',
      documents: documents(BOTH, { transport: 'http' }, [container({ name: 'proxy' })]),
      tier: 'advice',
      changes: [],
      reason: /: proxy\.$/,
    },
  ],
  notApplicable: [
    ...['Tcp', 'TCP', 'tcp'].map((transport) => ({
      title: `TCP on a port of HTTP: ${transport}`,
      documents: documents(null, { transport, targetPort: 443 }),
    })),
    { title: 'no ingress', documents: { resource: containerApp(null) } },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    { title: 'gone', documents: { resource: null } },
    { title: 'a transport that is none', documents: documents(null, { transport: 7 }) },
    { title: 'probes that are no list', documents: documents(HTTP) },
    { title: 'an ingress that is no object', documents: { resource: containerApp(['http']) } },
    { title: 'no template', documents: { resource: { properties: { configuration: { ingress: ingress({}) } } } } },
    { title: 'a configuration that is none', documents: { resource: { properties: { configuration: 7 } } } },
  ],
});
