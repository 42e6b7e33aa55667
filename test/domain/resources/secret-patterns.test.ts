/**
 * Guarantee 12: the secret paths of the table of documents, checked with the models of Azure's SDKs and with every
 * rule.
 */
import { describe, expect, test } from 'vitest';
import { planOf } from '../../../src/domain/changes/plan-requests.ts';
import { DOCUMENTS } from '../../../src/domain/resources/documents.ts';
import { matchesPattern } from '../../../src/domain/resources/path-patterns.ts';
import type { ResourceKind } from '../../../src/domain/resources/resource.ts';
import { parseSnapshot, redactedIn } from '../../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { plantedAt } from '../../fakes/azure/planted-secrets.ts';
import { models } from '../../infra/models.ts';
import { CONTAINER_APP, ENVIRONMENT, SITE } from '../examples.ts';

const IDS: Readonly<Partial<Record<ResourceKind, string>>> = {
  'web-app': SITE,
  'container-app': CONTAINER_APP,
  environment: ENVIRONMENT,
};
const holding = DOCUMENTS.flatMap(({ kinds, name, secrets = [] }) =>
  secrets.length === 0 ? [] : kinds.map((kind) => ({ kind, name, secrets })),
);

test('the documents that hold secrets', () => {
  expect(holding.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'web-app resource',
    'container-app resource',
    'environment resource',
    'web-app config/web',
    'environment daprComponents',
    'container-app environment',
    'web-app slots',
    'web-app backups',
    'container-app revisions',
    'environment environment/apps',
    'web-app subscription/certificates',
    'web-app subscription/metricAlerts',
    'container-app subscription/metricAlerts',
    'web-app subscription/activityLogAlerts',
    'container-app subscription/activityLogAlerts',
  ]);
});

describe.each(holding)('$kind: $name', ({ kind, name, secrets }) => {
  test.each(['as the table spells them', 'as Azure may spell them'])(
    'a value at every secret path, %s, is dropped',
    (as) => {
      const places = secrets.map((place) => (as.startsWith('as the table') ? place : place.toUpperCase()));
      const body = plantedAt(places, {}, (place) => `planted at ${place}`);
      expect(JSON.stringify(body).match(/planted at/g)?.length).toBeGreaterThanOrEqual(places.length);
      const snapshot = parseSnapshot({ id: IDS[kind], documents: { [name]: body } });
      const evaluations = evaluate(
        snapshot,
        defaultRules(rules, snapshot.resource, { workspaceId: null }),
        new Date(0),
      );
      const plans = evaluations.map((one) => planOf(snapshot.resource, [one]));
      expect(evaluations.length).toBeGreaterThan(0);
      expect(JSON.stringify([snapshot.documents[name], evaluations, plans])).not.toContain('planted at');
      for (const place of places) {
        expect(
          redactedIn(snapshot, name).some((lost) => matchesPattern(lost, place)),
          place,
        ).toBe(true);
      }
    },
  );
});

describe('the properties of SDK models that are named key, secret, password or value', () => {
  const web = models('arm-appservice');
  const apps = models('arm-appcontainers');
  const monitor = models('arm-monitor');

  test.each([
    ['web-app', 'resource', '', web, 'SiteProperties'],
    ['web-app', 'config/web', '', web, 'SiteConfig'],
    ['web-app', 'config/authsettingsV2', '', web, 'SiteAuthSettingsV2Properties'],
    ['web-app', 'plan', '', web, 'AppServicePlanProperties'],
    ['web-app', 'config/configreferences/appsettings', '/value/*', web, 'ApiKVReferenceProperties'],
    ['web-app', 'backups', '/value/*', web, 'BackupItemProperties'],
    ['web-app', 'slots', '/value/*', web, 'SiteProperties'],
    ['web-app', 'subscription/certificates', '/value/*', web, 'CertificateProperties'],
    ['container-app', 'resource', '', apps, 'ContainerAppProperties'],
    ['container-app', 'authConfigs/current', '', apps, 'AuthConfigProperties'],
    ['container-app', 'environment', '', apps, 'ManagedEnvironmentProperties'],
    ['container-app', 'revisions', '/value/*', apps, 'RevisionProperties'],
    ['environment', 'resource', '', apps, 'ManagedEnvironmentProperties'],
    ['environment', 'daprComponents', '/value/*', apps, 'DaprComponentProperties'],
    ['environment', 'environment/apps', '/value/*', apps, 'ContainerAppProperties'],
    ['web-app', 'diagnosticSettings', '/value/*', monitor, 'DiagnosticSettings'],
  ] as const)('%s %s: are secret paths, or known not to be secret', (kind, name, root, sdk, model) => {
    const row = DOCUMENTS.find((one) => one.name === name && one.kinds.some((own) => own === kind));
    const leaves = leavesOf(sdk.properties, model, `${root}/properties`);
    expect(leaves.length).toBeGreaterThan(5);
    const suspicious = leaves.filter((leaf) => SUSPICIOUS.test(leaf) && !NO_SECRETS.some((end) => leaf.endsWith(end)));
    expect(suspicious.filter((leaf) => !row?.secrets?.some((place) => matchesPattern(leaf, place)))).toEqual([]);
  });
});

const SUSPICIOUS = /(password|secret|key|token|connectionString|blob|value|username)$/i;
/** Names, public parts, and addresses, whose credentials are masked at any path. */
const NO_SECRETS = [
  '/twitter/registration/consumerKey',
  '/registryAdapters/*/registryKey',
  '/configuration/registries/*/username',
  '/otlpConfigurations/*/headers/*/key',
  '/functionAppConfig/deployment/storage/value',
  '/properties/cerBlob',
];

/** Pointers to the texts and bytes of a model, `*` for elements of lists and members of maps. */
function leavesOf(
  properties: ReadonlyMap<string, Readonly<Record<string, string>>>,
  model: string,
  at: string,
  above: readonly string[] = [],
): string[] {
  return Object.entries(properties.get(model) ?? {}).flatMap(([name, type]) => {
    const [, inMap, inList, alone = ''] = /^(?:Record<string, (\w+)>|(\w+)\[\]|(\w+))$/.exec(type) ?? [];
    const inside = inMap ?? inList ?? alone;
    const here = `${at}/${name}${inMap || inList ? '/*' : ''}`;
    if (inside === 'string' || inside === 'Uint8Array') return [here];
    return above.includes(inside) ? [] : leavesOf(properties, inside, here, [...above, inside]);
  });
}
