// A shop in one subscription, some of it right and some of it wrong, to see Plumbline at work.

import { containerApp, environment } from './container-builders.ts';
import type { EstateDefinition } from './contract.ts';
import { allLogsTo, other, people, pipeline, subscriptionId, workspaceId } from './seeds.ts';
import { functionApp, plan, slot, webApp } from './web-builders.ts';

const logged = { diagnostics: { 'to-central': allLogsTo(workspaceId) } };
const { ada, grace, katherine } = people;

/** Right where nothing is said; each comment says what is wrong, or why nothing may be written. */
export function sampleEstate(): EstateDefinition {
  return {
    resources: [
      other('Microsoft.OperationalInsights/workspaces', {
        name: 'central',
        resourceGroup: 'monitoring',
        properties: {
          customerId: '00000000-0000-4000-8000-0000000000c1',
          provisioningState: 'Succeeded',
          sku: { name: 'PerGB2018' },
          retentionInDays: 90,
        },
      }),
      plan({ name: 'plan-linux' }),
      plan({ name: 'plan-windows', kind: 'app', sku: 'S1' }),

      webApp({ name: 'storefront', author: ada, tags: { team: 'shop', environment: 'production' }, ...logged }),
      // Weaker than the app it is a slot of.
      slot({
        of: 'storefront',
        name: 'staging',
        author: ada,
        site: { httpsOnly: false },
        web: { minTlsVersion: '1.0', remoteDebuggingEnabled: true },
        ...logged,
      }),
      // Every safe violation, and the risky ones.
      webApp({
        name: 'legacy-portal',
        author: grace,
        kind: 'app',
        identity: null,
        site: { httpsOnly: false },
        web: {
          minTlsVersion: '1.0',
          scmMinTlsVersion: '1.0',
          ftpsState: 'AllAllowed',
          remoteDebuggingEnabled: true,
          http20Enabled: false,
          healthCheckPath: null,
        },
        ftpBasicAuth: true,
        scmBasicAuth: true,
      }),
      // Stricter than asked: left alone. FTP is off, so its basic authentication may go.
      webApp({
        name: 'intranet',
        author: katherine,
        kind: 'app',
        web: { minTlsVersion: '1.3', scmMinTlsVersion: '1.3', ftpsState: 'Disabled' },
        ftpBasicAuth: true,
        ...logged,
      }),
      // Any origin, with credentials.
      webApp({
        name: 'catalog-api',
        author: pipeline,
        kind: 'app,linux,container',
        web: { cors: { allowedOrigins: ['https://shop.contoso.example', '*'], supportCredentials: true } },
        ...logged,
      }),
      // Clear-text FTP, on a container.
      webApp({ name: 'partner-feed', author: grace, kind: 'app,linux,container', web: { ftpsState: null }, ...logged }),
      // A function app: whatever is wrong goes before a person.
      functionApp({ name: 'orders', author: pipeline, site: { httpsOnly: false }, web: { minTlsVersion: '1.1' } }),

      environment({ name: 'production', author: katherine }),
      // Logs go nowhere.
      environment({
        name: 'development',
        author: grace,
        properties: { appLogsConfiguration: { destination: null, logAnalyticsConfiguration: null } },
      }),
      // External and clear text: fixed at once.
      containerApp({ name: 'checkout', author: ada, ingress: { allowInsecure: true } }),
      // Internal and clear text: other apps may call it so.
      containerApp({ name: 'inventory', author: grace, ingress: { external: false, allowInsecure: true } }),
      containerApp({
        name: 'message-broker',
        author: katherine,
        ingress: { external: false, transport: 'Tcp', exposedPort: 5672, targetPort: 5672 },
      }),
      containerApp({ name: 'nightly-report', author: pipeline, environment: 'development', ingress: null }),
      // Belongs to another service, which would put it back.
      containerApp({
        name: 'build-agent',
        author: pipeline,
        environment: 'development',
        managedBy: `/subscriptions/${subscriptionId}/resourceGroups/shop/providers/Microsoft.DevCenter/devcenters/tools`,
        ingress: { allowInsecure: true },
      }),
    ],
  };
}
