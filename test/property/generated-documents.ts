/** Generated documents: recorded ones whose members have any value that Azure documents, and unexpected values. */
import fc from 'fast-check';
import { withValue } from '../../src/domain/changes/change.ts';
import { type DocumentName, isDocumentName } from '../../src/domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../src/domain/resources/json.ts';
import { parseResourceId, type ResourceKind } from '../../src/domain/resources/resource.ts';
import { type DocumentState, documentStateOf, type Snapshot } from '../../src/domain/resources/snapshot.ts';
import {
  CONTAINER_APP_ID,
  containerApp,
  ENVIRONMENT_ID,
  environment,
  ingress,
} from '../rules/fixtures/container-app.ts';
import {
  category,
  group,
  OTHER_WORKSPACE,
  STORAGE,
  setting,
  WORKSPACE,
} from '../rules/fixtures/diagnostic-settings.ts';
import { authConfig, authSettings } from '../rules/fixtures/easy-auth.ts';
import { PLAN_ID, plan, sku } from '../rules/fixtures/plan.ts';
import { connections } from '../rules/fixtures/private-endpoints.ts';
import { resourceGroup } from '../rules/fixtures/resource-group.ts';
import { SUBSCRIPTION_ID } from '../rules/fixtures/subscription.ts';
import { publishingPolicy, SITE_ID, SLOT_ID, site, webConfig } from '../rules/fixtures/web-app.ts';
import * as members from './members.ts';

export { WORKSPACE };

const ODD: readonly Json[] = [null, '', 'rubbish', 'false', 0, 1.1, [], ['*'], {}, true];
const ENDPOINTS: readonly Json[] = ['Approved', 'approved', 'Pending', null];

type Documents = { readonly [name in DocumentName]?: fc.Arbitrary<JsonObject> };

const KINDS: Readonly<Record<ResourceKind, { readonly ids: readonly string[]; readonly documents: Documents }>> = {
  'web-app': {
    ids: [SITE_ID, SLOT_ID],
    documents: {
      resource: varied(
        site({ publicNetworkAccess: 'Enabled' }, { identity: { type: 'SystemAssigned' } }),
        members.SITE,
      ),
      'config/web': fc.oneof(
        varied(webConfig(), members.WEB_CONFIG),
        varied(webConfig({ linuxFxVersion: 'DOCKER|shop.azurecr.io/shop:1.4' }), members.WEB_CONFIG),
      ),
      'config/authsettingsV2': varied(authSettings(), members.AUTH_SETTINGS),
      'basicPublishingCredentialsPolicies/ftp': varied(publishingPolicy('ftp', {}), members.PUBLISHING_POLICY),
      'basicPublishingCredentialsPolicies/scm': varied(publishingPolicy('scm', {}), members.PUBLISHING_POLICY),
      diagnosticSettings: settingsOf([
        'AppServiceHTTPLogs',
        'AppServiceAuditLogs',
        'FunctionAppLogs',
        'WorkflowRuntime',
      ]),
      privateEndpointConnections: endpointsOf(SITE_ID),
      plan: varied(plan(sku('P1v3', 'PremiumV3')), members.PLAN),
      resourceGroup: varied(resourceGroup(), members.RESOURCE_GROUP),
    },
  },
  'container-app': {
    ids: [CONTAINER_APP_ID],
    documents: {
      resource: fc
        .tuple(varied(containerApp(ingress({})), members.CONTAINER_APP), fc.nat(5))
        .map(([body, coin]) => (coin === 0 ? valueSet(body, '/properties/configuration/ingress', null) : body)),
      'authConfigs/current': varied(authConfig(), members.AUTH_CONFIG),
      environment: varied(environment(null), members.ENVIRONMENT),
      resourceGroup: varied(resourceGroup(), members.RESOURCE_GROUP),
    },
  },
  environment: {
    ids: [ENVIRONMENT_ID],
    documents: {
      resource: varied(environment(null), members.ENVIRONMENT),
      diagnosticSettings: settingsOf(['ContainerAppConsoleLogs', 'ContainerAppSystemLogs', 'AppEnvSessionConsoleLogs']),
      privateEndpointConnections: endpointsOf(ENVIRONMENT_ID),
    },
  },
  plan: { ids: [PLAN_ID], documents: { resource: varied(plan(sku('S1', 'Standard')), members.PLAN) } },
  subscription: { ids: [SUBSCRIPTION_ID], documents: {} },
};

/** Snapshots of every written kind, with documents of that kind. */
export const snapshots: fc.Arbitrary<Snapshot> = fc.oneof(
  { weight: 5, arbitrary: snapshotsOf('web-app') },
  { weight: 3, arbitrary: snapshotsOf('container-app') },
  { weight: 2, arbitrary: snapshotsOf('environment') },
);

/** Snapshots of every kind whose documents are any JSON. */
export const rubbish: fc.Arbitrary<Snapshot> = fc
  .constantFrom<ResourceKind>('web-app', 'container-app', 'environment', 'plan', 'subscription')
  .chain((kind) => {
    const names = [...Object.keys(KINDS[kind].documents), ...FURTHER[kind]];
    return documentsOf(kind, Object.fromEntries(names.map((name) => [name, anyObject()]))).map((documents) =>
      snapshotOf(KINDS[kind].ids[0] ?? '', documents),
    );
  });

/** Other documents that the rules of a kind read, and that no rule writes. */
const FURTHER: Readonly<Record<ResourceKind, readonly DocumentName[]>> = {
  'web-app': [
    'config/configreferences/appsettings',
    'slots',
    'backups',
    'roleAssignments',
    'subscription/certificates',
    'subscription/metricAlerts',
    'subscription/activityLogAlerts',
  ],
  'container-app': [
    'revisions',
    'roleAssignments',
    'registry',
    'subscription/metricAlerts',
    'subscription/activityLogAlerts',
  ],
  environment: ['daprComponents', 'subnet', 'routeTable', 'environment/apps'],
  plan: [],
  subscription: [
    'subscription/policyAssignments',
    'subscription/diagnosticSettings',
    'subscription/apps',
    'subscription/pricings/AppServices',
    'subscription/pricings/Containers',
    'subscription/pricings/CloudPosture',
  ],
};

function snapshotsOf(kind: ResourceKind): fc.Arbitrary<Snapshot> {
  const { ids, documents } = KINDS[kind];
  return fc.tuple(fc.constantFrom(...ids), documentsOf(kind, documents)).map(([id, found]) => snapshotOf(id, found));
}

/** A recorded body, some of whose members have another documented value or an unexpected one. */
function varied(recorded: JsonObject, documented: members.Members): fc.Arbitrary<JsonObject> {
  const clean: JsonObject = JSON.parse(JSON.stringify(recorded));
  const each = Object.entries(documented).map(([path, values]) => {
    const value = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...values) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD) },
    );
    return fc.option(value, { nil: undefined, freq: 2 }).map((chosen) => [path, chosen] as const);
  });
  return fc
    .tuple(...each)
    .map((chosen) =>
      chosen.reduce((body, [path, value]) => (value === undefined ? body : valueSet(body, path, value)), clean),
    );
}

/** A null stays, as ARM sends it. */
function valueSet(body: JsonObject, path: string, value: Json): JsonObject {
  const set = withValue(body, path, value ?? 'null to be');
  if (value !== null && isObject(set)) return set;
  const parsed: JsonObject = JSON.parse(JSON.stringify(set).replace('"null to be"', 'null'));
  return parsed;
}

/** Any of the documents; one that is left out was not read, or could not be. */
function documentsOf(kind: ResourceKind, documents: Documents): fc.Arbitrary<[string, DocumentState][]> {
  const not = fc.constantFrom<DocumentState>(
    { status: 'not-read' },
    { status: 'missing' },
    { status: 'forbidden', detail: 'no role' },
  );
  const each = Object.entries(documents).map(([name, body]) =>
    fc
      .oneof({ weight: 12, arbitrary: body.map((one) => wasRead(kind, name, one)) }, { weight: 1, arbitrary: not })
      .map((state): [string, DocumentState] => [name, state]),
  );
  return fc.tuple(...each);
}

function wasRead(kind: ResourceKind, name: string, body: JsonObject): DocumentState {
  if (!isDocumentName(name)) throw new Error(`there is no document ${name}`);
  return documentStateOf(kind, name, body);
}

function endpointsOf(id: string): fc.Arbitrary<JsonObject> {
  return fc.array(fc.constantFrom(...ENDPOINTS), { maxLength: 2 }).map((statuses) => connections(id, ...statuses));
}

function settingsOf(categories: readonly string[]): fc.Arbitrary<JsonObject> {
  const log = fc.oneof(
    fc.tuple(fc.constantFrom(...categories), fc.boolean()).map(([name, enabled]) => category(name, enabled)),
    fc.tuple(fc.constantFrom('allLogs', 'audit'), fc.boolean()).map(([name, enabled]) => group(name, enabled)),
  );
  const one = fc.record({
    name: fc.constantFrom('plumbline', 'Plumbline', 'a b', '1', 'x~y/z', 'audit', 'to storage'),
    workspaceId: fc.constantFrom(null, WORKSPACE, WORKSPACE.toLowerCase(), OTHER_WORKSPACE, ''),
    storageAccountId: fc.constantFrom(null, STORAGE),
    logs: fc.option(
      fc.uniqueArray(log, { maxLength: 4, selector: (one) => String(one.category ?? one.categoryGroup) }),
    ),
  });
  return fc
    .uniqueArray(one, { maxLength: 6, selector: ({ name }) => name.toLowerCase() })
    .map((all) => ({ value: all.map(({ name, ...properties }) => setting(name, properties)) }));
}

function anyObject(): fc.Arbitrary<JsonObject> {
  const { tree } = fc.letrec<{ tree: JsonObject; value: Json }>((tie) => ({
    tree: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 5, noNullPrototype: true }),
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(...ODD, 'Approved', 'Deny', 'system', '/subscriptions/s/x', -1),
      fc.string(),
      tie('tree'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  return tree;
}

/** Every name in a recorded document, so that random JSON passes the first checks. */
const KEYS = [...new Set(namesIn([site(), webConfig(), authSettings(), containerApp(ingress({})), environment({})]))]
  // What no text can be made of.
  .concat(
    'toString',
    'value',
    'logs',
    'scope',
    'principalType',
    'roleDefinitionId',
    'pricingTier',
    'status',
    'active',
    'tags',
  )
  .filter((name) => !name.includes('/'));

function namesIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(namesIn)];
}

function snapshotOf(id: string, documents: readonly [string, DocumentState][]): Snapshot {
  const resource = parseResourceId(id);
  if (!resource) throw new Error(`${id} is no resource`);
  return { resource, documents: Object.fromEntries(documents) };
}
