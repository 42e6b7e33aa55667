/** Rows of the simulator's Resource Graph, in every spelling that it has, against the bodies of the same resources. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerApp, environment, functionApp, plan, slot, webApp } from '../../../simulator/estate.ts';
import type { GraphOptions } from '../../../simulator/resource-graph/resource-graph.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { compareRows } from '../../../src/domain/estate/compare.ts';
import { fingerprintOf } from '../../../src/domain/estate/fingerprint.ts';
import { ROW_SOURCES, type RowSourceName } from '../../../src/domain/estate/leaves.ts';
import { preJudge } from '../../../src/domain/estate/pre-judge.ts';
import { type ResourceRows, referencesOf } from '../../../src/domain/estate/row-documents.ts';
import { type Row, rowSchema } from '../../../src/domain/estate/rows.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import type { Snapshot } from '../../../src/domain/resources/snapshot.ts';
import { evaluate } from '../../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../../src/domain/rules/settings.ts';
import { rules } from '../../../src/rules/index.ts';
import { armOn } from '../../azure/azure.ts';
import { graphOf } from '../../simulator/resource-graph/graph.ts';
import { queryOf } from './row-query.ts';

const NOW = new Date('2026-11-22T05:00:00Z');

const hosting = plan({ name: 'plan-linux' });
const production = environment({ name: 'production' });
const apps = [
  webApp({ name: 'ordinary' }),
  slot({ of: 'ordinary', name: 'staging', web: { minTlsVersion: null, ftpsState: null } }),
  webApp({
    name: 'open',
    site: { httpsOnly: false, publicNetworkAccess: 'Enabled' },
    web: {
      minTlsVersion: '1.0',
      cors: { allowedOrigins: ['*'], supportCredentials: true },
      autoHealEnabled: true,
      autoHealRules: {
        triggers: { requests: { count: 5, timeInterval: '00:01:00' } },
        actions: { actionType: 'Recycle' },
      },
      ipSecurityRestrictions: [
        { ipAddress: '203.0.113.0/24', action: 'Deny', priority: 100, name: 'one', headers: { 'X-Azure-FDID': ['a'] } },
        { ipAddress: '0.0.0.0/0', action: 'Allow', priority: 200, name: 'all' },
      ],
    },
  }),
  webApp({
    name: 'private',
    privateEndpoints: ['Approved'],
    domains: { 'shop.example': null },
    site: {
      privateEndpointConnections: [{ properties: { privateLinkServiceConnectionState: { status: 'Approved' } } }],
      virtualNetworkSubnetId: '/subscriptions/x/subnets/y',
    },
  }),
  functionApp({ name: 'functions', plan: 'plan-linux' }),
  containerApp({
    name: 'cart',
    env: [
      { name: 'API_TOKEN', value: 'planted' },
      { name: 'KEY', secretRef: 'key' },
    ],
  }),
  containerApp({ name: 'inside', ingress: null }),
  hosting,
  production,
];

const IDS = apps.map(({ id }) => id);

const OPTIONS: readonly (readonly [string, GraphOptions])[] = [
  ['Pascal case', {}],
  ['camel case', { propertyCase: 'camel' }],
  ['without nulls', { nulls: 'absent' }],
  ['groups in capitals', { groupCase: 'upper' }],
];

let simulator: Simulator;
/** What Resource Manager answers, by resource. */
const answered = new Map<string, Snapshot>();

beforeAll(async () => {
  simulator = await startSimulator({ estate: { resources: apps } });
  const arm = armOn(simulator);
  for (const { id } of apps) {
    const resource = parseResourceId(id);
    if (!resource) throw new Error(`${id} is no resource`);
    const names = new Set(defaultRules(rules, resource, {}).flatMap(({ rule }) => rule.documents));
    answered.set(id, await arm.read(resource, ['resource', ...names]));
  }
  arm.close();
});
afterAll(() => simulator.close());

describe.each(OPTIONS)('rows in %s', (_, options) => {
  const listed = listedRows(options);

  test.each(IDS)('of %s agree with its documents in every leaf', (id) => {
    const compared = compareRows(rowsOf(listed, snapshotOf(id)), snapshotOf(id));
    expect(compared.length).toBeGreaterThan(5);
    expect(compared.filter(({ result }) => result !== 'agreed').map(({ leaf, result }) => `${leaf} ${result}`)).toEqual(
      [],
    );
  });

  test.each(IDS)('of %s give the verdicts of its documents, wherever rows can hold them', (id) => {
    const snapshot = snapshotOf(id);
    const effective = defaultRules(rules, snapshot.resource, {});
    const verdicts = new Map(evaluate(snapshot, effective, NOW).map(({ rule, verdict }) => [rule.id, verdict]));
    const found = preJudge(
      snapshot.resource,
      rowsOf(listed, snapshot),
      { rules: effective, isEvidence: () => true },
      NOW,
    );
    const judged = found.flatMap((one) => (one.status === 'judged' ? [[one.rule.id, one.verdict] as const] : []));
    expect(judged.filter(([rule, verdict]) => verdicts.get(rule) !== verdict)).toEqual([]);
    const untold = found.flatMap((one) => (one.status === 'not-told' ? [`${one.rule.id} ${one.needs}`] : []));
    expect(untold).toEqual([]);
  });

  test('have the fingerprints of rows in Pascal case', () => {
    const usual = listedRows({});
    for (const id of IDS) {
      const snapshot = snapshotOf(id);
      const effective = defaultRules(rules, snapshot.resource, {});
      expect(fingerprintOf(rowsOf(listed, snapshot), effective)).toBe(
        fingerprintOf(rowsOf(usual, snapshot), effective),
      );
    }
  });

  test('hold no value of a variable', () => {
    expect(JSON.stringify([...listed.values()].map((rows) => [...rows]))).not.toContain('planted');
  });
});

type Listed = ReadonlyMap<RowSourceName, ReadonlyMap<string, Row>>;

function listedRows(options: GraphOptions): Listed {
  const graph = graphOf(apps, options);
  return new Map(
    ROW_SOURCES.map((source) => {
      const { select, project } = queryOf(source);
      const rows = graph.rows(`${select}\n${project}\n| order by key asc`).map((row) => rowSchema(source).parse(row));
      return [source, new Map(rows.map((row) => [row.key, row]))];
    }),
  );
}

function rowsOf(listed: Listed, { resource }: Snapshot): ResourceRows {
  const find = (source: RowSourceName, key: string | null) => listed.get(source)?.get(key ?? '');
  const own = {
    'web-app': 'site',
    'container-app': 'containerApp',
    environment: 'environment',
    plan: 'plan',
    subscription: 'resourceGroup',
  } as const;
  const row = find(own[resource.kind], resource.key);
  if (!row) throw new Error(`no row of ${resource.id}`);
  const { plan: ofPlan, environment: ofEnvironment, group } = referencesOf(resource, row);
  const rows = {
    [own[resource.kind]]: row,
    siteConfig: resource.kind === 'web-app' ? find('siteConfig', resource.key) : undefined,
    plan: resource.kind === 'plan' ? row : find('plan', ofPlan),
    environment: resource.kind === 'environment' ? row : find('environment', ofEnvironment),
    resourceGroup: find('resourceGroup', group),
  };
  return Object.fromEntries(Object.entries(rows).filter(([, one]) => one !== undefined));
}

function snapshotOf(id: string): Snapshot {
  const snapshot = answered.get(id);
  if (!snapshot) throw new Error(`${id} was not read`);
  return snapshot;
}
