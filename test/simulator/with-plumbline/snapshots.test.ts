// A resource that the service reads from the simulator is judged as the same bodies in a snapshot file are: nothing is lost,
// made up or recased on the way through HTTPS, api-versions and the SDK client. What the rules say is theirs.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployedActions } from '../../../dev/environment/deployed-role.ts';
import { containerApp, environment, functionApp, idOf, plan, slot, webApp } from '../../../simulator/estate.ts';
import { type ResourceSeed, type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { authSettings } from '../../../simulator/web-app/site-documents.ts';
import { type DocumentName, isDocumentName } from '../../../src/domain/resources/documents.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { parseSnapshot, type Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { armOn } from '../../azure/azure.ts';

const NOW = new Date('2026-11-22T05:00:00Z');
const ANYBODY = { ipAddress: 'Any', action: 'Allow', priority: 2147483647, name: 'Allow all' };

const linux = plan({ name: 'plan-linux' });
const windows = plan({ name: 'plan-windows', kind: 'app' });
const free = plan({ name: 'free', kind: 'app', sku: 'F1', properties: { zoneRedundant: false } });
const flex = plan({ name: 'flex', kind: 'functionapp', sku: 'FC1', properties: { zoneRedundant: false } });
const production = environment({ name: 'production' });
const closed = environment({
  name: 'closed',
  subnet: `${idOf('Microsoft.Network/virtualNetworks', { name: 'shop' })}/subnets/apps`,
  privateEndpoints: ['Approved'],
  properties: { publicNetworkAccess: 'Disabled', vnetConfiguration: { internal: true } },
});

/** Resources with the documents that others hold for them. */
const RESOURCES: readonly (readonly [what: string, seed: ResourceSeed, around: Record<string, ResourceSeed>])[] = [
  ['a web app', webApp({ name: 'ordinary' }), { plan: linux }],
  [
    'a web app on Windows with a left-over language version, on a Free plan',
    webApp({
      name: 'leftover',
      kind: 'app',
      plan: 'free',
      web: { phpVersion: '5.6', nodeVersion: '', alwaysOn: false, use32BitWorkerProcess: true },
      site: { clientCertEnabled: true, clientCertMode: 'OptionalInteractiveUser', clientCertExclusionPaths: '/health' },
    }),
    { plan: free },
  ],
  [
    'a container without an identity, with the sign-in of a file',
    webApp({
      name: 'boxed',
      kind: 'app,linux,container',
      identity: null,
      documents: {
        'config/authsettingsV2': {
          id: `${idOf('Microsoft.Web/sites', { name: 'boxed' })}/config/authsettingsV2`,
          name: 'authsettingsV2',
          type: 'Microsoft.Web/sites/config',
          properties: { ...authSettings('off'), platform: { enabled: true, configFilePath: 'auth.json' } },
        },
      },
    }),
    { plan: linux },
  ],
  [
    'a web app behind a private endpoint, with rules of access and a name of Traffic Manager',
    webApp({
      name: 'private',
      privateEndpoints: ['Approved'],
      domains: { 'shop.trafficmanager.net': null },
      site: { publicNetworkAccess: null, outboundVnetRouting: { allTraffic: true, imagePullTraffic: false } },
      web: {
        ipSecurityRestrictions: [
          { ipAddress: '203.0.113.0/24', action: 'Deny', priority: 100, name: 'one', headers: { 'x-fd': ['a'] } },
          { ipAddress: '0.0.0.0/0', action: 'Allow', priority: 200, name: 'all' },
          ANYBODY,
        ],
        siteAuthEnabled: true,
      },
    }),
    { plan: linux },
  ],
  ['a slot', slot({ of: 'ordinary', name: 'staging', web: { minTlsVersion: null, ftpsState: null } }), { plan: linux }],
  [
    'a function app on Flex Consumption',
    functionApp({ name: 'flexible', plan: 'flex', site: { virtualNetworkSubnetId: '/subscriptions/x/subnet' } }),
    { plan: flex },
  ],
  [
    'a function app that is hosted on Container Apps',
    functionApp({
      name: 'hosted',
      kind: 'functionapp,linux,container,azurecontainerapps',
      site: { managedEnvironmentId: production.id, httpsOnly: false, sku: null },
    }),
    { plan: linux },
  ],
  ['a container app', containerApp({ name: 'ordinary' }), { environment: production }],
  [
    'a container app whose ingress has all that one can have',
    containerApp({
      name: 'pay',
      ingress: {
        allowInsecure: true,
        traffic: [
          { revisionName: 'pay--0000001', weight: 80, label: 'blue' },
          { latestRevision: true, weight: 20 },
        ],
        customDomains: [
          { name: 'pay.contoso.example', bindingType: 'SniEnabled', certificateId: '/subscriptions/x/c' },
        ],
        ipSecurityRestrictions: [{ name: 'office', action: 'Allow', ipAddressRange: '203.0.113.0/24' }],
        corsPolicy: { allowedOrigins: ['*'], allowCredentials: true },
      },
      identity: { type: 'None' },
    }),
    { environment: production },
  ],
  [
    'a container app on TCP in a closed environment',
    containerApp({
      name: 'tcp',
      environment: 'closed',
      ingress: { transport: 'Tcp', exposedPort: 5432 },
      auth: 'none',
    }),
    { environment: closed },
  ],
  ['a container app without an ingress', containerApp({ name: 'job', ingress: null }), { environment: production }],
  ['an environment', production, {}],
  ['a closed environment', closed, {}],
  ['a plan', linux, {}],
];

let simulator: Simulator;

beforeAll(async () => {
  const seeds = [linux, windows, free, flex, production, closed, ...RESOURCES.map(([, seed]) => seed)];
  simulator = await startSimulator({ identityActions: deployedActions(), estate: { resources: seeds } });
});
afterAll(() => simulator.close());

it.each(RESOURCES)('%s is judged as its bodies are', async (_, seed, around) => {
  const file = snapshotFile(seed, around);
  const parsed = parseSnapshot(file);
  const { resource } = parsed;
  const known = (name: DocumentName) => Object.keys(file.documents).includes(name);
  const due = defaultRules(rules, resource, { workspaceId: null }).filter(({ rule }) => rule.documents.every(known));
  const names = new Set(due.flatMap(({ rule }) => rule.documents));
  const arm = armOn(simulator);
  const read = await arm.read(resource, [...names]);
  arm.close();
  const said = (snapshot: Snapshot) =>
    evaluate(snapshot, due, NOW).map(({ rule, verdict, reason, changes, preserved }) => ({
      ...{ rule: rule.id, verdict, reason, changes, kept: preserved },
    }));
  expect(due.length).toBeGreaterThanOrEqual(resource.kind === 'plan' ? 1 : 5);
  expect(said(read)).toEqual(said(parsed));
});

/** What a person would save of a resource; those that no snapshot has, and lists with what is inherited, are left out. */
function snapshotFile(seed: ResourceSeed, around: Record<string, ResourceSeed>) {
  const own = Object.entries({ 'authConfigs/current': null, ...seed.documents });
  const documents = own.filter(([name]) => isDocumentName(name) && name !== 'roleAssignments' && isOf(seed, name));
  const others = Object.entries(around).map(([name, { documents: theirs }]) => [name, theirs.resource] as const);
  const text = JSON.stringify({ id: seed.id, documents: Object.fromEntries([...documents, ...others]) });
  const file: { id: string; documents: Record<string, unknown> } = JSON.parse(text);
  return file;
}

const isOf = ({ id }: ResourceSeed, name: string) =>
  name !== 'authConfigs/current' || parseResourceId(id)?.kind === 'container-app';
