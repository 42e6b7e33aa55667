import { rule } from '../../../src/rules/web-app/webapp-private-endpoint.ts';
import { connections } from '../fixtures/private-endpoints.ts';
import { SITE_ID, SLOT_ID, site } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

const documents = (...statuses: string[]) => ({
  resource: site(),
  privateEndpointConnections: connections(SITE_ID, ...statuses),
});
const advice = { tier: 'advice', changes: [] } as const;

testRule(rule, {
  id: SITE_ID,
  compliant: [
    {
      title: '>=1 Approved among those that the site lists, the list itself not read',
      documents: { resource: site({ privateEndpointConnections: connections(SITE_ID, 'Approved').value ?? null }) },
    },
    { title: '>=1 Approved', documents: documents('Approved') },
    { title: '>=1 Approved beside others, in any casing', documents: documents('Pending', 'APPROVED') },
  ],
  violation: [
    {
      title: 'the site lists none, the list itself not read',
      documents: { resource: site({ privateEndpointConnections: [] }) },
      reason: /has no private endpoint/,
      ...advice,
    },
    { title: 'Pending does not count', documents: documents('Pending'), reason: /None of .* is approved/, ...advice },
    { title: 'neither do Rejected and Disconnected', documents: documents('Rejected', 'Disconnected'), ...advice },
    { title: 'no endpoint', documents: documents(), reason: /has no private endpoint/, ...advice },
    { title: 'no endpoint of a slot', id: SLOT_ID, documents: documents(), ...advice },
    {
      title: 'an endpoint without a state',
      documents: { privateEndpointConnections: { value: [{ name: 'pe', properties: null }] } },
      ...advice,
    },
  ],
  notApplicable: [
    {
      title: 'in an App Service Environment',
      documents: { ...documents(), resource: site({ hostingEnvironmentProfile: { id: '/subscriptions/s/ase' } }) },
    },
    {
      title: 'hosted on Container Apps',
      documents: { ...documents(), resource: site({}, { kind: 'functionapp,linux,container,azurecontainerapps' }) },
    },
  ],
  unknown: [
    {
      title: 'not read, and the site does not list them',
      documents: { resource: site({ privateEndpointConnections: null }) },
    },
    { title: 'not read', documents: {} },
    { title: 'not read, though the site was', documents: { resource: site() } },
    { title: 'not found', documents: { privateEndpointConnections: null } },
    { title: 'no list', documents: { privateEndpointConnections: { value: null } } },
  ],
});
