/**
 * Apps in every combination of the properties that decide who reaches them, with nulls, casings and unread documents.
 */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/resources/json.ts';
import { type DocumentState, parseSnapshot, type Snapshot } from '../../src/domain/resources/snapshot.ts';
import { ALLOW_ALL, ALLOW_ALL_FIRST, DENY_ALL } from '../rules/fixtures/access-restrictions.ts';
import { CONTAINER_APP_ID, containerApp, ENVIRONMENT_ID, ingress } from '../rules/fixtures/container-app.ts';
import { environmentWith, SUBNET_ID } from '../rules/fixtures/environment.ts';
import { connections } from '../rules/fixtures/private-endpoints.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../rules/fixtures/web-app.ts';

const FORBIDDEN: DocumentState = { status: 'forbidden', detail: 'no role' };
const networkAccess = fc.constantFrom<Json>(
  null,
  '',
  'Enabled',
  'enabled',
  'Disabled',
  'DISABLED',
  'SecuredByPerimeter',
);
const endpoints = (id: string) =>
  fc
    .array(fc.constantFrom<Json>('Approved', 'approved', 'Pending', null), { maxLength: 2 })
    .map((statuses) => connections(id, ...statuses));
/** The private endpoints that a body lists, which are authoritative when it lists any. */
const listed = (value: JsonObject) => fc.constantFrom<Json>(null, value.value ?? null);

const PLACES: readonly JsonObject[] = [
  {},
  { hostingEnvironmentProfile: null, defaultHostName: 'shop.azurewebsites.net' },
  { hostingEnvironmentProfile: { id: null } },
  { hostingEnvironmentProfile: { id: '/subscriptions/s/ase' }, defaultHostName: 'shop.ase1.p.azurewebsites.net' },
  { hostingEnvironmentProfile: { id: '/subscriptions/s/ase' }, defaultHostName: 'Shop.ase1.AppServiceEnvironment.net' },
];
const KINDS = [null, 'app', 'app,linux', 'functionapp,linux', 'functionapp,linux,container,azurecontainerapps'];

/** Ranges of which several together are all addresses, some are adjacent and some contain others. */
export const RANGES = [
  '0.0.0.0/0',
  '0.0.0.0/1',
  '128.0.0.0/1',
  '203.0.113.0/24',
  '203.0.113.7',
  '198.51.100.0/24',
  '::/0',
  '2001:db8::/32',
];
const from: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...RANGES).map((ipAddress) => ({ ipAddress, tag: 'Default' })) },
  fc.constant<JsonObject>({ ipAddress: '203.0.113.0', subnetMask: '255.255.255.0' }),
  fc.constant<JsonObject>({ ipAddress: '0.0.0.0/1,128.0.0.0/1' }),
  fc.constant<JsonObject>({
    ipAddress: 'AzureFrontDoor.Backend',
    tag: 'ServiceTag',
    headers: { 'x-azure-fdid': ['f'] },
  }),
  fc.constant<JsonObject>({ ipAddress: 'AzureFrontDoor.Backend', tag: 'ServiceTag' }),
  fc.constant<JsonObject>({ ipAddress: 'any', headers: { 'x-forwarded-host': ['shop.example'] } }),
  fc.constant<JsonObject>({ ipAddress: null, vnetSubnetResourceId: SUBNET_ID }),
);
const own = fc
  .tuple(from, fc.constantFrom('Allow', 'allow', 'Deny'), fc.integer({ min: 2, max: 400 }), fc.nat(99))
  .map(([who, action, priority, number]): JsonObject => ({ name: `rule-${number}`, action, priority, ...who }));
const rules = fc
  .tuple(fc.array(own, { maxLength: 5 }), fc.constantFrom<JsonObject[]>([], [ALLOW_ALL], [DENY_ALL], [ALLOW_ALL_FIRST]))
  .map(([list, last]) => [...list, ...last]);
const defaultAction = fc.constantFrom<Json>(null, '', 'Allow', 'deny', 'Deny');

const restrictions: fc.Arbitrary<JsonObject> = fc.record({
  ipSecurityRestrictions: fc.oneof({ weight: 9, arbitrary: rules }, fc.constant(null)),
  ipSecurityRestrictionsDefaultAction: defaultAction,
  scmIpSecurityRestrictions: fc.oneof({ weight: 9, arbitrary: rules }, fc.constant(null)),
  scmIpSecurityRestrictionsDefaultAction: defaultAction,
  scmIpSecurityRestrictionsUseMain: fc.constantFrom<Json>(true, false, null),
});

/** Web apps and slots. */
export const sites: fc.Arbitrary<Snapshot> = endpoints(SITE_ID).chain((found) =>
  fc
    .record({
      id: fc.constantFrom(SITE_ID, SLOT_ID),
      kind: fc.constantFrom(...KINDS),
      place: fc.constantFrom(...PLACES),
      access: networkAccess,
      configured: networkAccess,
      restrictions,
      listed: listed(found),
      unread: fc.subarray(['resource', 'config/web', 'privateEndpointConnections'], { maxLength: 1 }),
    })
    .map(({ id, kind, place, access, configured, unread, ...rest }) =>
      snapshotOf(id, unread, {
        resource: site({ ...place, publicNetworkAccess: access, privateEndpointConnections: rest.listed }, { kind }),
        'config/web': webConfig({ ...rest.restrictions, publicNetworkAccess: configured }),
        privateEndpointConnections: found,
      }),
    ),
);

const ipRules = fc.oneof(
  fc.constant<Json>(null),
  fc
    .tuple(
      fc.array(fc.constantFrom(...RANGES.filter((range) => !range.includes(':'))), { maxLength: 3 }),
      fc.constantFrom('Allow', 'deny'),
    )
    .map(([ranges, action]): Json => ranges.map((ipAddressRange, at) => ({ name: `r${at}`, ipAddressRange, action }))),
);

/** A container app with its environment, and the environment itself, with consistent properties. */
export const pairs: fc.Arbitrary<{ readonly app: Snapshot; readonly environment: Snapshot }> = endpoints(
  ENVIRONMENT_ID,
).chain((found) =>
  fc
    .record({
      access: networkAccess,
      network: fc.constantFrom<Json>(
        null,
        { internal: false, infrastructureSubnetId: SUBNET_ID },
        { internal: null },
        { internal: true, infrastructureSubnetId: SUBNET_ID },
      ),
      profiles: fc.constantFrom<Json>(null, [{ name: 'Consumption', workloadProfileType: 'Consumption' }]),
      listed: listed(found),
      external: fc.constantFrom<Json>(true, false, null),
      transport: fc.constantFrom('Auto', 'http', 'Http2', 'Tcp'),
      ipRules,
      ports: fc.constantFrom<Json>(
        null,
        [{ targetPort: 9090, external: true }],
        [{ targetPort: 9090, external: false }],
      ),
      allowInsecure: fc.boolean(),
      withIngress: fc.nat(9).map((coin) => coin > 0),
      unread: fc.subarray(['environment'], { maxLength: 1 }),
    })
    .map(({ access, network, profiles, withIngress, unread, ...one }) => {
      const environment = environmentWith({
        publicNetworkAccess: access,
        vnetConfiguration: network,
        workloadProfiles: profiles,
        privateEndpointConnections: one.listed,
      });
      const exposed = ingress({
        external: one.external,
        transport: one.transport,
        ipSecurityRestrictions: one.ipRules,
        additionalPortMappings: one.ports,
        allowInsecure: one.allowInsecure,
      });
      return {
        app: snapshotOf(CONTAINER_APP_ID, unread, {
          resource: containerApp(withIngress ? exposed : null),
          environment,
          'authConfigs/current': null,
        }),
        environment: snapshotOf(ENVIRONMENT_ID, [], { resource: environment, privateEndpointConnections: found }),
      };
    }),
);

function snapshotOf(id: string, unread: readonly string[], bodies: Record<string, JsonObject | null>): Snapshot {
  const known = Object.entries(bodies).filter(([name]) => !unread.includes(name));
  const { resource, documents } = parseSnapshot({ id, documents: Object.fromEntries(known) });
  return { resource, documents: { ...documents, ...Object.fromEntries(unread.map((name) => [name, FORBIDDEN])) } };
}
