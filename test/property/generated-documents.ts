/** Documents as they might come: drawn from what the documents can hold, odd values included, and not from what rules want. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { ResourceKind } from '../../src/domain/resource.ts';
import { parseResourceId } from '../../src/domain/resource.ts';
import { read, type Snapshot } from '../../src/domain/snapshot.ts';
import { CONTAINER_APP_ID, containerApp, ENVIRONMENT_ID, environment } from '../rules/fixtures/container-app.ts';
import {
  category,
  group,
  OTHER_WORKSPACE,
  STORAGE,
  setting,
  WORKSPACE,
} from '../rules/fixtures/diagnostic-settings.ts';
import { publishingPolicy, SITE_ID, site, webConfig } from '../rules/fixtures/web-app.ts';

/** What may stand at any leaf. */
const leaf: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Json>(null, true, false) },
  { weight: 4, arbitrary: fc.constantFrom<Json>('1.0', '1.1', '1.2', '1.3', 1.1, 1.2, '1', 'tls') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Json>('AllAllowed', 'ftpsonly', 'Disabled', 'None', 'SystemAssigned', 'false'),
  },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constantFrom<Json>(0, -1, 'azure-monitor', 'none', '') },
);

const origins = fc.array(fc.constantFrom('*', 'https://a.example', 'https://b.example'), { maxLength: 4 });

const webApp = documentsOf({
  resource: fc
    .record({
      httpsOnly: leaf,
      kind: fc.constantFrom<Json>(null, 'app', 'app,linux', 'functionapp', 'functionapp,workflowapp', 'API'),
      identity: fc.option(fc.record({ type: leaf })),
    })
    .map(({ httpsOnly, kind, identity }) => site({ httpsOnly }, { kind, identity })),
  'config/web': fc
    .record(
      {
        minTlsVersion: leaf,
        scmMinTlsVersion: leaf,
        ftpsState: leaf,
        remoteDebuggingEnabled: leaf,
        cors: fc.option(fc.record({ allowedOrigins: fc.option(origins), supportCredentials: fc.option(fc.boolean()) })),
      },
      { requiredKeys: [] },
    )
    .map((properties) => webConfig(properties)),
  'basicPublishingCredentialsPolicies/ftp': leaf.map((allow) => publishingPolicy('ftp', { allow })),
  'basicPublishingCredentialsPolicies/scm': leaf.map((allow) => publishingPolicy('scm', { allow })),
  diagnosticSettings: settingsOf(['AppServiceHTTPLogs', 'AppServiceAuditLogs', 'FunctionAppLogs', 'WorkflowRuntime']),
});

const containerAppDocuments = documentsOf({
  resource: fc
    .option(
      fc.record(
        { allowInsecure: leaf, external: leaf, transport: fc.constantFrom('Auto', 'http', 'TCP', null) },
        { requiredKeys: [] },
      ),
    )
    .map((ingress) => containerApp(ingress)),
});

const environmentDocuments = documentsOf({
  resource: fc
    .option(
      fc.record(
        { destination: fc.constantFrom<Json>(null, '', 'none', 'None', 'azure-monitor', 'log-analytics', 'else') },
        { requiredKeys: [] },
      ),
    )
    .map((logs) => environment(logs)),
  diagnosticSettings: settingsOf(['ContainerAppConsoleLogs', 'ContainerAppSystemLogs', 'AppEnvSessionConsoleLogs']),
});

const IDS: Partial<Record<ResourceKind, string>> = {
  'web-app': SITE_ID,
  'container-app': CONTAINER_APP_ID,
  environment: ENVIRONMENT_ID,
};

/** Snapshots of every kind, each with documents of its kind. */
export const snapshots: fc.Arbitrary<Snapshot> = fc.oneof(
  { weight: 4, arbitrary: webApp.map((documents) => snapshotOf('web-app', documents)) },
  { weight: 1, arbitrary: containerAppDocuments.map((documents) => snapshotOf('container-app', documents)) },
  { weight: 2, arbitrary: environmentDocuments.map((documents) => snapshotOf('environment', documents)) },
);

/** Snapshots whose documents are any JSON at all. */
export const rubbish: fc.Arbitrary<Snapshot> = fc
  .tuple(
    fc.constantFrom<ResourceKind>('web-app', 'container-app', 'environment'),
    documentsOf({
      resource: anyObject(),
      'config/web': anyObject(),
      'basicPublishingCredentialsPolicies/ftp': anyObject(),
      'basicPublishingCredentialsPolicies/scm': anyObject(),
      diagnosticSettings: anyObject(),
    }),
  )
  .map(([kind, documents]) => snapshotOf(kind, documents));

export { WORKSPACE };

/** Any of the documents; one that is left out was not read. */
function documentsOf(documents: Record<string, fc.Arbitrary<JsonObject>>): fc.Arbitrary<[string, JsonObject][]> {
  const each = Object.entries(documents).map(([name, body]) =>
    fc.option(body, { freq: 8 }).map((found): [string, JsonObject][] => (found ? [[name, found]] : [])),
  );
  return fc.tuple(...each).map((found) => found.flat());
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
  const keys = ['properties', 'value', 'identity', 'kind', 'type', 'cors', 'configuration', 'ingress', 'logs', 'name'];
  const { tree } = fc.letrec<{ tree: JsonObject; value: Json }>((tie) => ({
    tree: fc.dictionary(fc.constantFrom(...keys, 'allowedOrigins', 'appLogsConfiguration', 'x'), tie('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    value: fc.oneof({ maxDepth: 5 }, leaf, tie('tree'), fc.array(tie('value'), { maxLength: 3 })),
  }));
  return tree;
}

function snapshotOf(kind: ResourceKind, documents: readonly [string, JsonObject][]): Snapshot {
  const resource = parseResourceId(IDS[kind] ?? '');
  if (!resource) throw new Error(`there is no example of kind ${kind}`);
  return {
    resource,
    documents: Object.fromEntries(documents.map(([name, body]) => [name, read(body)])),
  };
}
