// A shop in one subscription, some of it compliant and some not, to show what Plumbline does.

import { containerApp, environment } from '../container-app/builders.ts';
import type { EstateDefinition, ResourceSeed } from '../estate/resource-seed.ts';
import { allLogsTo, genericResource, idOf, plantedSecrets, workspaceId } from '../estate/resource-seed.ts';
import { activityLogTo, resourceGroup, subscription } from '../estate/subscriptions.ts';
import { people, pipeline, subscriptionId } from '../identity/directory.ts';
import { functionApp, plan, slot, webApp } from '../web-app/builders.ts';
import { activityLogAlert, certificate, metricAlert, registry, routeTable, subnet } from './related-resources.ts';

const logged = { diagnostics: { 'to-central': allLogsTo(workspaceId) } };
const { ada, grace, katherine } = people;
const shopCertificate = 'A10B7D5E00000000000000000000000000000001';
const feedCertificate = 'A10B7D5E00000000000000000000000000000002';

/** Compliant without a comment; each comment names a violation, or why nothing may be written. */
export function sampleEstate(): EstateDefinition {
  return { resources: [...surroundings(), ...webApps(), ...containerApps()] };
}

function webApps(): ResourceSeed[] {
  return [
    plan({ name: 'plan-linux' }),
    plan({ name: 'plan-windows', kind: 'app', sku: 'S1' }),

    webApp({
      name: 'storefront',
      author: ada,
      tags: { team: 'shop', environment: 'production' },
      domains: { 'shop.contoso.example': shopCertificate },
      references: { PAYMENT_KEY: 'Resolved' },
      ...logged,
    }),
    // Weaker than the app it is a slot of.
    slot({
      of: 'storefront',
      name: 'staging',
      author: ada,
      site: { httpsOnly: false },
      web: { minTlsVersion: '1.0', remoteDebuggingEnabled: true },
      ...logged,
    }),
    // Every safe violation, and the risky ones: no sign-in is required, and PHP is out of support.
    webApp({
      name: 'legacy-portal',
      author: grace,
      kind: 'app',
      identity: null,
      auth: 'off',
      site: { httpsOnly: false },
      web: {
        minTlsVersion: '1.0',
        scmMinTlsVersion: '1.0',
        ftpsState: 'AllAllowed',
        remoteDebuggingEnabled: true,
        http20Enabled: false,
        healthCheckPath: null,
        netFrameworkVersion: 'v4.0',
        phpVersion: '7.4',
      },
      ftpBasicAuth: true,
      scmBasicAuth: true,
    }),
    // Stricter than required: not changed. FTP is off, so its basic authentication may go. Its last backup failed, and somebody
    // has a role on it in person.
    webApp({
      name: 'intranet',
      author: katherine,
      kind: 'app',
      web: { minTlsVersion: '1.3', scmMinTlsVersion: '1.3', ftpsState: 'Disabled' },
      ftpBasicAuth: true,
      access: [{ role: 'Contributor', to: katherine }],
      privateEndpoints: ['Approved'],
      backups: [
        { at: '2026-01-12T02:00:04.8133333', status: 'Failed' },
        { at: '2026-01-11T02:00:05.1266667', status: 'Succeeded' },
      ],
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
    // Clear-text FTP, on a container, and a certificate that has ended.
    webApp({
      name: 'partner-feed',
      author: grace,
      kind: 'app,linux,container',
      web: { ftpsState: null },
      domains: { 'feed.contoso.example': feedCertificate },
      ...logged,
    }),
    // A function app: whatever is wrong goes before a person. Its reference to a Key Vault leads nowhere.
    functionApp({
      name: 'orders',
      author: pipeline,
      site: { httpsOnly: false },
      web: { minTlsVersion: '1.1' },
      references: { WAREHOUSE_KEY: 'SecretNotFound' },
    }),
  ];
}

function containerApps(): ResourceSeed[] {
  const firewall = routeTable({ name: 'through-firewall', resourceGroup: 'network' });
  const rules = genericResource('Microsoft.Network/networkSecurityGroups', { name: 'apps', resourceGroup: 'network' });
  const network = { of: 'shop', resourceGroup: 'network' };
  const guarded = subnet({ ...network, name: 'production', networkSecurityGroup: rules.id, routeTable: firewall.id });
  const unguarded = subnet({ ...network, name: 'development' });
  return [
    firewall,
    rules,
    guarded,
    unguarded,
    // Apps of two stages share it.
    environment({
      name: 'production',
      author: katherine,
      subnet: guarded.id,
      dapr: { carts: { scopes: ['checkout'], secretStoreComponent: 'key-vault' } },
    }),
    // Logs go nowhere, the subnet has no security group, and every app may use the state store.
    environment({
      name: 'development',
      author: grace,
      subnet: unguarded.id,
      dapr: { reports: { scopes: [], secrets: ['master-key'] } },
      properties: { appLogsConfiguration: { destination: null, logAnalyticsConfiguration: null } },
    }),
    // External and clear text: fixed at once. A token that should be a secret.
    containerApp({
      name: 'checkout',
      author: ada,
      tags: { environment: 'production' },
      ingress: { allowInsecure: true },
      env: [{ name: 'API_TOKEN', value: plantedSecrets[0] }],
    }),
    // Internal and clear text: other apps may call it so. It is of another stage than its environment.
    containerApp({
      name: 'inventory',
      author: grace,
      tags: { environment: 'staging' },
      ingress: { external: false, allowInsecure: true },
    }),
    containerApp({
      name: 'message-broker',
      author: katherine,
      ingress: { external: false, transport: 'Tcp', exposedPort: 5672, targetPort: 5672 },
    }),
    containerApp({ name: 'nightly-report', author: pipeline, environment: 'development', ingress: null }),
    // Managed by another service, which would revert a fix.
    containerApp({
      name: 'build-agent',
      author: pipeline,
      environment: 'development',
      managedBy: `/subscriptions/${subscriptionId}/resourceGroups/shop/providers/Microsoft.DevCenter/devcenters/tools`,
      ingress: { allowInsecure: true },
    }),
  ];
}

/** What the apps need and who watches them. */
function surroundings(): ResourceSeed[] {
  const operators = genericResource('Microsoft.Insights/actionGroups', {
    name: 'on-call',
    resourceGroup: 'monitoring',
  });
  const shop = resourceGroup({ name: 'shop', tags: { team: 'shop', costCenter: '4711' } });
  const certificateOf = (host: string, thumbprint: string, expires: string) =>
    certificate({ name: host, hosts: [host], thumbprint, expires });
  return [
    // What the policies say is not kept, and nobody looks into the containers.
    subscription({
      diagnostics: { 'activity-log': activityLogTo(workspaceId, ['Policy']) },
      pricings: { Containers: 'Free' },
    }),
    shop,
    genericResource('Microsoft.OperationalInsights/workspaces', {
      name: 'central',
      resourceGroup: 'monitoring',
      properties: {
        customerId: '00000000-0000-4000-8000-0000000000c1',
        provisioningState: 'Succeeded',
        sku: { name: 'PerGB2018' },
        retentionInDays: 90,
      },
    }),
    operators,
    metricAlert({
      name: 'storefront-errors',
      resourceGroup: 'monitoring',
      scopes: [idOf('Microsoft.Web/sites', { name: 'storefront' })],
      actionGroup: operators.id,
    }),
    activityLogAlert({
      name: 'shop-health',
      resourceGroup: 'monitoring',
      scopes: [idOf('Microsoft.App/containerApps', { name: 'checkout' })],
      actionGroup: operators.id,
    }),
    certificateOf('shop.contoso.example', shopCertificate, '2046-01-12T23:59:59+00:00'),
    certificateOf('feed.contoso.example', feedCertificate, '2025-12-01T23:59:59+00:00'),
    ...registry({ name: 'contosoapps', replicas: ['westeurope', 'northeurope'] }),
  ];
}
