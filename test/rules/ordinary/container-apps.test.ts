/**
 * The verdicts of every rule on ordinary container apps of each kind, on ordinary environments, and on a subscription.
 */
import { describe, expect, test } from 'vitest';
import {
  IN_SUBNET,
  ordinaryApp,
  ordinaryEnvironment,
  ordinaryIngress,
  ordinarySubscription,
} from './container-app-bodies.ts';
import { evaluationsOf, type SnapshotFile } from './verdicts.ts';

/** fix: a violation with changes; advice: one without. */
type Said = 'ok' | 'fix' | 'advice' | 'n/a' | 'unknown';
type Table = Readonly<Record<string, readonly Said[]>>;

const QUEUE = { name: 'orders', custom: { type: 'azure-queue', metadata: { queueName: 'orders' }, auth: [] } };

const APPS: readonly (readonly [string, SnapshotFile])[] = [
  ['external HTTP', ordinaryApp(ordinaryIngress({}))],
  ['internal HTTP', ordinaryApp(ordinaryIngress({ external: false, fqdn: 'cart.internal.politesea.io' }))],
  ['TCP', ordinaryApp(ordinaryIngress({ external: false, transport: 'Tcp', targetPort: 6379, exposedPort: 6379 }))],
  ['no ingress', ordinaryApp(null, {}, { rules: [QUEUE] })],
  ['functions', ordinaryApp(ordinaryIngress({}), { kind: 'functionapp' })],
];

const OF_APPS: Table = {
  'containerapp-additional-ports': ['ok', 'ok', 'ok', 'n/a', 'ok'],
  'containerapp-alerts': ['advice', 'advice', 'advice', 'advice', 'advice'],
  'containerapp-app-insights': ['advice', 'advice', 'advice', 'advice', 'advice'],
  'containerapp-auth': ['advice', 'n/a', 'n/a', 'n/a', 'advice'],
  'containerapp-client-cert': ['fix', 'fix', 'n/a', 'n/a', 'fix'],
  'containerapp-cors-wildcard': ['ok', 'ok', 'n/a', 'n/a', 'ok'],
  'containerapp-dapr-api-logging': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-direct-role-assignments': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-external-ingress': ['fix', 'ok', 'ok', 'n/a', 'fix'],
  'containerapp-health-probe': ['advice', 'advice', 'n/a', 'n/a', 'advice'],
  'containerapp-image-registry': ['n/a', 'n/a', 'n/a', 'n/a', 'n/a'],
  'containerapp-image-tag': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-insecure-ingress': ['ok', 'ok', 'n/a', 'n/a', 'ok'],
  'containerapp-ip-restrict': ['advice', 'n/a', 'n/a', 'n/a', 'advice'],
  'containerapp-managed-identity': ['fix', 'fix', 'fix', 'fix', 'fix'],
  'containerapp-max-replicas': ['advice', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-min-replicas': ['advice', 'advice', 'advice', 'n/a', 'n/a'],
  'containerapp-plaintext-env': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-registry-geo-replicated': ['n/a', 'n/a', 'n/a', 'n/a', 'n/a'],
  'containerapp-registry-identity': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-required-tags': ['n/a', 'n/a', 'n/a', 'n/a', 'n/a'],
  'containerapp-resource-limits': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-secrets-key-vault': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-session-affinity': ['ok', 'ok', 'n/a', 'n/a', 'ok'],
  'containerapp-stale-revisions': ['ok', 'ok', 'ok', 'ok', 'ok'],
  'containerapp-token-store': ['n/a', 'n/a', 'n/a', 'n/a', 'n/a'],
  'containerapp-user-assigned-identity': ['advice', 'advice', 'advice', 'advice', 'advice'],
};

const ENVIRONMENTS: readonly (readonly [string, SnapshotFile])[] = [
  ['workload profiles', ordinaryEnvironment()],
  ['Consumption only', ordinaryEnvironment({ workloadProfiles: null })],
  ['internal', ordinaryEnvironment({ vnetConfiguration: IN_SUBNET, staticIp: '10.0.1.4' })],
];

const OF_ENVIRONMENTS: Table = {
  'environment-dapr-scopes': ['n/a', 'n/a', 'n/a'],
  'environment-diagnostics': ['ok', 'ok', 'ok'],
  'environment-egress-firewall': ['n/a', 'n/a', 'advice'],
  'environment-internal': ['advice', 'advice', 'ok'],
  'environment-mixed-stages': ['n/a', 'n/a', 'n/a'],
  'environment-network-security-group': ['n/a', 'n/a', 'advice'],
  'environment-peer-encryption': ['fix', 'fix', 'fix'],
  'environment-peer-mtls': ['fix', 'fix', 'fix'],
  'environment-private-endpoint': ['advice', 'n/a', 'ok'],
  'environment-public-network': ['n/a', 'n/a', 'ok'],
  'environment-vnet': ['advice', 'advice', 'ok'],
  'environment-zone': ['advice', 'advice', 'advice'],
};

const OF_A_SUBSCRIPTION: Table = {
  'subscription-activity-log-export': ['advice'],
  'subscription-defender-app-service': ['advice'],
  'subscription-defender-containers': ['advice'],
  'subscription-policy-assignments': ['advice'],
  'subscription-regions': ['n/a'],
};

describe('the verdicts of every rule', () => {
  test.each(APPS.map(([name, file], column) => [name, file, column] as const))(
    'on an ordinary container app: %s',
    (_, file, column) => expect(saidOf(file)).toEqual(columnOf(OF_APPS, column)),
  );

  test.each(ENVIRONMENTS.map(([name, file], column) => [name, file, column] as const))(
    'on an ordinary environment: %s',
    (_, file, column) => expect(saidOf(file)).toEqual(columnOf(OF_ENVIRONMENTS, column)),
  );

  test('on an ordinary subscription', () => {
    expect(saidOf(ordinarySubscription())).toEqual(columnOf(OF_A_SUBSCRIPTION, 0));
  });
});

function saidOf(file: SnapshotFile): Record<string, Said> {
  const said = evaluationsOf(file).map(({ rule, verdict, changes }): [string, Said] => {
    if (verdict === 'violation') return [rule.id, changes.length > 0 ? 'fix' : 'advice'];
    return [rule.id, verdict === 'compliant' ? 'ok' : verdict === 'unknown' ? 'unknown' : 'n/a'];
  });
  return Object.fromEntries(said);
}

function columnOf(table: Table, column: number): Record<string, Said | undefined> {
  return Object.fromEntries(Object.entries(table).map(([id, row]) => [id, row[column]]));
}
