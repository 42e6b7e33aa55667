import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-public-network.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

/** What the site says, what its configuration says, and the states of its endpoints. */
const documents = (own: Json, configured: Json, ...statuses: Json[]): Record<string, JsonObject> => ({
  resource: site({ publicNetworkAccess: own }),
  'config/web': webConfig({ publicNetworkAccess: configured }),
  privateEndpointConnections: connections(SITE_ID, ...statuses),
});
const without = (name: string, from: Record<string, JsonObject>) =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== name));
const change = { document: 'resource', path: '/properties/publicNetworkAccess', to: 'Disabled' } as const;
const everybody = { onlyWithPrivateEndpoint: false };

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'Approved and Disabled = compliant', documents: documents('Disabled', null, 'Approved') },
    { title: 'Approved and null = compliant', documents: documents(null, null, 'Approved') },
    { title: 'Approved and "" = compliant, as null', documents: documents('', '', 'approved') },
    { title: 'else config/web.publicNetworkAccess: Disabled', documents: documents(null, 'disabled', 'Approved') },
    { title: 'False: Disabled', documents: documents('disabled', null), parameters: everybody },
    {
      title: 'False: Disabled needs no endpoints',
      documents: without('privateEndpointConnections', documents('Disabled', null)),
      parameters: everybody,
    },
    {
      title: 'unless null with an Approved endpoint',
      documents: documents(null, null, 'Pending', 'Approved'),
      parameters: everybody,
    },
  ],
  violation: [
    {
      title: 'endpoints as the site lists them, the list itself not read',
      documents: {
        'config/web': webConfig({}),
        resource: site({
          publicNetworkAccess: 'Enabled',
          privateEndpointConnections: connections(SITE_ID, 'Approved').value ?? null,
        }),
      },
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
      reason: /^Public network access is not disabled \(publicNetworkAccess is "Enabled"\)\.$/,
    },
    {
      title: 'Approved and Enabled = violation',
      documents: documents('Enabled', null, 'Approved'),
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
    },
    {
      title: 'a site that says Enabled, whatever its configuration was left with',
      documents: documents('enabled', 'Disabled', 'Approved'),
      tier: 'risky',
      changes: [{ ...change, from: 'enabled' }],
    },
    {
      title: 'else config/web.publicNetworkAccess: Enabled, and the site is what is written',
      documents: documents(null, 'Enabled', 'Approved'),
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'False: anything but Disabled = violation: Enabled without any endpoint',
      documents: documents('Enabled', null),
      parameters: everybody,
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
    },
    {
      title: 'False: anything but Disabled = violation: null, and no endpoint is approved',
      documents: documents(null, null, 'Rejected'),
      parameters: everybody,
      tier: 'risky',
      changes: [{ ...change, from: null }],
      undo: false,
    },
    {
      title: 'False: anything but Disabled = violation: another word',
      documents: documents('SecuredByPerimeter', null, 'Approved'),
      parameters: everybody,
      tier: 'risky',
      changes: [{ ...change, from: 'SecuredByPerimeter' }],
    },
    {
      title: 'a hosting environment without an id is none',
      documents: {
        ...documents('Enabled', null, 'Approved'),
        resource: site({ publicNetworkAccess: 'Enabled', hostingEnvironmentProfile: { id: null, name: null } }),
      },
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
    },
    {
      title: 'a slot is a resource of its own',
      id: SLOT_ID,
      documents: documents('Enabled', null, 'Approved'),
      tier: 'risky',
      changes: [{ ...change, from: 'Enabled' }],
    },
  ],
  notApplicable: [
    {
      title: 'hosted on Container Apps: its environment decides who reaches it',
      documents: {
        ...without('config/web', documents(null, null, 'Approved')),
        resource: site({}, { kind: 'functionapp,linux,container,azurecontainerapps' }),
      },
      parameters: everybody,
    },
    {
      title: 'parameter onlyWithPrivateEndpoint true (default): no Approved endpoint = not applicable',
      documents: documents('Enabled', null),
    },
    { title: 'no Approved endpoint: a pending one is none', documents: documents('Enabled', null, 'Pending', null) },
    {
      title: 'apps in an App Service Environment (hostingEnvironmentProfile.id) = not applicable',
      documents: {
        ...documents('Enabled', null, 'Approved'),
        resource: site({ publicNetworkAccess: 'Enabled', hostingEnvironmentProfile: { id: '/subscriptions/s/ase' } }),
      },
      parameters: everybody,
    },
  ],
  unknown: [
    { title: 'not read', documents: {} },
    {
      title: 'the site not read',
      documents: without('resource', documents('Enabled', 'Enabled', 'Approved')),
    },
    {
      title: 'endpoints not read',
      documents: without('privateEndpointConnections', documents('Enabled', null)),
    },
    {
      title: 'endpoints that may not be there: 404 is no answer',
      documents: { ...documents('Enabled', null), privateEndpointConnections: null },
    },
    {
      title: 'null, and the configuration not read',
      documents: without('config/web', documents(null, null, 'Approved')),
    },
    {
      title: 'False: null, and the endpoints not read',
      documents: without('privateEndpointConnections', documents(null, null)),
      parameters: everybody,
    },
    { title: 'a word that nobody knows', documents: documents('SecuredByPerimeter', null, 'Approved') },
    { title: 'no word at all', documents: documents({ state: 'Enabled' }, null), parameters: everybody },
    { title: 'a number', documents: documents(0, null, 'Approved') },
  ],
});
