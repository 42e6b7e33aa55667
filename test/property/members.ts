/**
 * The documented values of the members of Azure's bodies, by document and JSON Pointer: the values of enumerations and
 * the shapes of objects, in the casings of Azure. It is independent of the rules.
 */
import type { Json, JsonObject } from '../../src/domain/resources/json.ts';
import { ALLOW_ALL, ALLOW_ALL_FIRST, accessRule, DENY_ALL } from '../rules/fixtures/access-restrictions.ts';
import { CONTAINER_APP_ID } from '../rules/fixtures/container-app.ts';
import { ENTRA, providers } from '../rules/fixtures/easy-auth.ts';
import { SUBNET_ID, vnet } from '../rules/fixtures/environment.ts';
import { outboundRouting } from '../rules/fixtures/web-app.ts';

export type Members = Readonly<Record<string, readonly Json[]>>;

const SWITCH: readonly Json[] = [true, false, null];
const TLS: readonly Json[] = ['1.0', '1.1', '1.2', '1.3', null];
const NETWORK_ACCESS: readonly Json[] = ['Enabled', 'Disabled', 'disabled', '', null];
const USER_ASSIGNED = `${CONTAINER_APP_ID.split('/Microsoft.App')[0]}/Microsoft.ManagedIdentity/userAssignedIdentities/shop`;
const ASSIGNED: JsonObject = { [USER_ASSIGNED]: { principalId: 'p', clientId: 'c' } };
const IDENTITY: readonly Json[] = [
  null,
  { type: 'None' },
  { type: 'SystemAssigned', principalId: 'p', tenantId: 't' },
  { type: 'UserAssigned', userAssignedIdentities: ASSIGNED },
  { type: 'SystemAssigned, UserAssigned', userAssignedIdentities: ASSIGNED },
  { type: 'None', userAssignedIdentities: ASSIGNED },
];
const TAGS: readonly Json[] = [
  null,
  {},
  { owner: 'shop', stage: 'production' },
  { Owner: '', environment: 'test' },
  { 'hidden-link: /app-insights-resource-id': '/subscriptions/s/x' },
];
const RESTRICTIONS: readonly Json[] = [
  null,
  [],
  [ALLOW_ALL],
  [ALLOW_ALL_FIRST],
  [accessRule({}), DENY_ALL],
  [accessRule({ action: 'Deny' }), ALLOW_ALL],
  [accessRule({ ipAddress: '0.0.0.0/0' }), DENY_ALL],
  [
    accessRule({ ipAddress: 'AzureFrontDoor.Backend', tag: 'ServiceTag', headers: { 'x-azure-fdid': ['f'] } }),
    DENY_ALL,
  ],
];
const AUTO_HEAL: JsonObject = {
  triggers: {
    requests: { count: 100, timeInterval: '00:05:00' },
    privateBytesInKB: 0,
    statusCodes: [],
    slowRequests: null,
  },
  actions: { actionType: 'Recycle', minProcessExecutionTime: '00:01:00', customAction: null },
};

export const SITE: Members = {
  '/kind': [null, 'app', 'app,linux', 'app,linux,container', 'functionapp', 'functionapp,workflowapp', 'API', 'hyperV'],
  '/identity': IDENTITY,
  '/tags': TAGS,
  '/properties/reserved': [true, false],
  '/properties/httpsOnly': SWITCH,
  '/properties/clientCertEnabled': SWITCH,
  '/properties/clientCertMode': ['Required', 'Optional', 'OptionalInteractiveUser', null],
  '/properties/clientCertExclusionPaths': [null, '/health'],
  '/properties/publicNetworkAccess': NETWORK_ACCESS,
  '/properties/virtualNetworkSubnetId': [null, '', SUBNET_ID],
  '/properties/vnetRouteAllEnabled': SWITCH,
  '/properties/vnetImagePullEnabled': SWITCH,
  '/properties/outboundVnetRouting': [
    null,
    outboundRouting({}),
    outboundRouting({ applicationTraffic: true }),
    outboundRouting({ allTraffic: true }),
    outboundRouting({ imagePullTraffic: true, contentShareTraffic: null }),
  ],
  '/properties/endToEndEncryptionEnabled': SWITCH,
  '/properties/sshEnabled': SWITCH,
  '/properties/clientAffinityEnabled': SWITCH,
  '/properties/hostingEnvironmentProfile': [null, { id: '/subscriptions/s/x', name: 'ase' }],
};

export const WEB_CONFIG: Members = {
  '/properties/minTlsVersion': TLS,
  '/properties/scmMinTlsVersion': TLS,
  '/properties/ftpsState': ['AllAllowed', 'FtpsOnly', 'ftpsonly', 'Disabled', null],
  '/properties/remoteDebuggingEnabled': SWITCH,
  '/properties/http20Enabled': SWITCH,
  '/properties/alwaysOn': SWITCH,
  '/properties/webSocketsEnabled': SWITCH,
  '/properties/acrUseManagedIdentityCreds': SWITCH,
  '/properties/linuxFxVersion': [
    '',
    'NODE|20-lts',
    'DOCKER|shop.azurecr.io/shop:1.4',
    'DOCKER|nginx',
    'PYTHON|3.8',
    null,
  ],
  '/properties/healthCheckPath': [null, '/', '/health'],
  '/properties/publicNetworkAccess': NETWORK_ACCESS,
  '/properties/autoHealEnabled': SWITCH,
  '/properties/autoHealRules': [null, AUTO_HEAL, { triggers: null, actions: null }],
  '/properties/ipSecurityRestrictions': RESTRICTIONS,
  '/properties/ipSecurityRestrictionsDefaultAction': ['Allow', 'Deny', 'deny', null],
  '/properties/scmIpSecurityRestrictions': RESTRICTIONS,
  '/properties/scmIpSecurityRestrictionsDefaultAction': ['Allow', 'Deny', null],
  '/properties/scmIpSecurityRestrictionsUseMain': SWITCH,
  '/properties/cors': [
    null,
    { allowedOrigins: null, supportCredentials: null },
    { allowedOrigins: ['*'], supportCredentials: false },
    { allowedOrigins: ['https://a.example', '*', '*'], supportCredentials: true },
    { allowedOrigins: ['https://a.example'], supportCredentials: null },
  ],
};

export const AUTH_SETTINGS: Members = {
  '/properties/platform': [null, { enabled: false, runtimeVersion: '~1' }, { enabled: true }, { enabled: null }],
  '/properties/identityProviders': [null, {}, providers({}), providers({ azureActiveDirectory: ENTRA })],
  '/properties/globalValidation/unauthenticatedClientAction': [
    'RedirectToLoginPage',
    'AllowAnonymous',
    'Return401',
    null,
  ],
  '/properties/login/tokenStore/enabled': SWITCH,
};

export const PUBLISHING_POLICY: Members = { '/properties/allow': SWITCH };

export const PLAN: Members = {
  '/sku': [
    null,
    { name: 'F1', tier: 'Free', capacity: 0 },
    { name: 'B1', tier: 'Basic', capacity: 1 },
    { name: 'S1', tier: 'Standard', capacity: 2 },
    { name: 'P1v3', tier: 'PremiumV3', capacity: 3 },
    { name: 'Y1', tier: 'Dynamic', capacity: 0 },
    { name: 'EP1', tier: 'ElasticPremium', capacity: 1 },
  ],
  '/properties/zoneRedundant': SWITCH,
};

const PORTS: JsonObject = { targetPort: 9000, exposedPort: 9000 };
export const CONTAINER_APP: Members = {
  '/identity': IDENTITY,
  '/tags': TAGS,
  '/properties/configuration/ingress/external': SWITCH,
  '/properties/configuration/ingress/allowInsecure': SWITCH,
  '/properties/configuration/ingress/transport': ['Auto', 'http', 'Http2', 'TCP', null],
  '/properties/configuration/ingress/clientCertificateMode': ['ignore', 'accept', 'require', 'Require', null],
  '/properties/configuration/ingress/stickySessions': [null, { affinity: 'none' }, { affinity: 'Sticky' }],
  '/properties/configuration/ingress/corsPolicy': [
    null,
    { allowedOrigins: null },
    { allowedOrigins: ['*'], allowCredentials: true, maxAge: 60 },
    { allowedOrigins: ['https://a.example', '*'], allowCredentials: false, allowedMethods: ['GET'] },
  ],
  '/properties/configuration/ingress/ipSecurityRestrictions': [
    null,
    [],
    [{ name: 'office', ipAddressRange: '203.0.113.0/24', action: 'Allow' }],
    [{ name: 'all', ipAddressRange: '0.0.0.0/0', action: 'Allow' }],
    [{ name: 'bad', ipAddressRange: '198.51.100.0/24', action: 'Deny' }],
  ],
  '/properties/configuration/ingress/additionalPortMappings': [
    null,
    [],
    [{ ...PORTS, external: false }],
    [
      { ...PORTS, external: true },
      { ...PORTS, external: null },
    ],
  ],
  '/properties/configuration/registries': [
    null,
    [],
    [{ server: 'shop.azurecr.io', username: '', passwordSecretRef: '', identity: 'system' }],
    [{ server: 'shop.azurecr.io', username: 'shop', passwordSecretRef: 'registry-password', identity: '' }],
    [{ server: 'shop.azurecr.io', username: 'shop', passwordSecretRef: 'registry-password', identity: 'system' }],
    [
      { server: 'Shop.AzureCR.io', username: 'shop', passwordSecretRef: 'registry-password', identity: null },
      { server: 'docker.io', username: 'shop', passwordSecretRef: 'docker', identity: '' },
    ],
  ],
  '/properties/configuration/secrets': [
    null,
    [],
    [{ name: 'db' }],
    [{ name: 'db', keyVaultUrl: 'https://v', identity: 'system' }],
  ],
  '/properties/template/scale': [
    null,
    { minReplicas: null, maxReplicas: 10, rules: null },
    { minReplicas: 2, maxReplicas: 100 },
  ],
};

export const AUTH_CONFIG: Members = {
  '/properties/platform': [null, { enabled: false }, { enabled: true }],
  '/properties/identityProviders': [
    null,
    {},
    { azureActiveDirectory: { registration: { clientId: 'c', openIdIssuer: 'https://i' } } },
  ],
  '/properties/login': [null, { tokenStore: { enabled: true, azureBlobStorage: { sasUrlSettingName: 'blob' } } }],
};

export const ENVIRONMENT: Members = {
  '/properties/appLogsConfiguration': [
    null,
    { destination: null },
    { destination: '' },
    { destination: 'None' },
    { destination: 'azure-monitor' },
    { destination: 'log-analytics', logAnalyticsConfiguration: { customerId: 'c' } },
  ],
  '/properties/publicNetworkAccess': NETWORK_ACCESS,
  '/properties/vnetConfiguration': [
    null,
    vnet(null),
    vnet(''),
    vnet(SUBNET_ID),
    { internal: true, infrastructureSubnetId: SUBNET_ID },
  ],
  '/properties/peerAuthentication': [null, { mtls: null }, { mtls: { enabled: false } }, { mtls: { enabled: true } }],
  '/properties/peerTrafficConfiguration': [null, { encryption: { enabled: false } }, { encryption: { enabled: true } }],
  '/properties/zoneRedundant': SWITCH,
};

export const RESOURCE_GROUP: Members = { '/tags': [null, {}, { owner: 'group' }, { Owner: 'group', stage: 'test' }] };
