/** Plumbline's own rules on Plumbline's own app: the deployed template, evaluated as if Azure had answered with it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf } from '../../src/domain/resources/documents.ts';
import { parseSnapshot } from '../../src/domain/resources/snapshot.ts';
import { type Evaluation, evaluate } from '../../src/domain/rules/evaluate.ts';
import { defaultRules } from '../../src/domain/rules/settings.ts';
import { rules } from '../../src/rules/index.ts';
import {
  at,
  type Body,
  declared,
  Expression,
  INFRA,
  isBody,
  parse,
  resource,
  type Template,
  template,
  type Value,
  valuesIn,
} from './bicep.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers';
const site = `${GROUP}/Microsoft.Web/sites/func-plumbline`;
const planId = `${GROUP}/Microsoft.Web/serverfarms/plan-plumbline`;
const app = template('function-app.bicep');
const page = readFileSync(path.join(INFRA, '../docs/deploy.md'), 'utf8');

/** With the default parameters, and with private endpoints and allowed ranges. */
const DEPLOYMENTS = ['open', 'closed'] as const;
type Deployment = (typeof DEPLOYMENTS)[number];

/** The remaining violations, and why they stay. docs/deploy.md has the same list for operators. */
const LEFT: readonly { rule: string; in: readonly Deployment[]; why: string }[] = [
  { rule: 'webapp-access-restrict', in: ['open'], why: 'whom to let in is for the operator to say' },
  { rule: 'webapp-scm-access-restrict', in: ['open'], why: 'from where to deploy is for the operator to say' },
  { rule: 'webapp-vnet-integration', in: ['open'], why: 'the network comes with the private endpoints' },
  { rule: 'webapp-private-endpoint', in: ['open', 'closed'], why: 'Event Grid delivers to none' },
  { rule: 'webapp-waf', in: ['open', 'closed'], why: 'Event Grid delivers to the app, past any firewall' },
];

/** Values that Azure sets itself, and refuses to accept on Flex Consumption. */
const OF_THE_PLATFORM = { ftpsState: 'FtpsOnly' };

/** Settings of `siteConfig` that make Azure refuse a site on Flex Consumption: error 51021, "invalid. Please remove". */
const REFUSED = [
  'alwaysOn',
  'ftpsState',
  'functionAppScaleLimit',
  'functionsRuntimeScaleMonitoringEnabled',
  'linuxFxVersion',
  'netFrameworkVersion',
  'preWarmedInstanceCount',
  'use32BitWorkerProcess',
  'windowsFxVersion',
];

describe("Plumbline's own deployment passes Plumbline's rules", () => {
  test.each(DEPLOYMENTS)(
    'deployed %s, the function app has only the violations that stay for a reason',
    (deployment) => {
      const found = findings(app, deployment);
      expect(found.filter(({ verdict }) => verdict === 'compliant').length).toBeGreaterThanOrEqual(15);
      const left = LEFT.filter((one) => one.in.includes(deployment)).map(({ rule }) => `${rule}: violation`);
      expect(named(found.filter(({ verdict }) => verdict === 'violation' || verdict === 'unknown'))).toEqual(
        left.sort(),
      );
    },
  );

  test('no remaining violation is of the baseline profile', () => {
    const profiles = LEFT.map(({ rule }) => rules.find(({ id }) => id === rule)?.profile);
    expect(profiles).toEqual(LEFT.map(() => 'strict'));
  });

  test('the page lists the remaining violations, each with its reason', () => {
    const [, section = ''] = /^\*\*What its own rules say of it\.\*\*([\s\S]*?)^\*\*/m.exec(page) ?? [];
    const said = [...section.matchAll(/\[([a-z-]+)\]\(rules\/web-app\.md#([a-z-]+)\)/g)];
    expect(said.map(([, rule]) => rule).sort()).toEqual(LEFT.map(({ rule }) => rule).sort());
    expect(said.filter(([, rule, anchor]) => rule !== anchor)).toEqual([]);
  });

  test('the plan has no violation', () => {
    const plan = resource(app, 'Microsoft.Web/serverfarms');
    const snapshot = parseSnapshot({ id: planId, documents: { resource: body(planId, plan.value, 'open') } });
    expect(snapshot.resource.kind).toBe('plan');
    const found = evaluate(snapshot, defaultRules(rules, snapshot.resource, { workspaceId: null }), new Date(0));
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(named(found.filter(({ verdict }) => verdict === 'violation' || verdict === 'unknown'))).toEqual([]);
  });

  test.each([
    ['httpsOnly: true', 'webapp-https-only'],
    ["minTlsVersion: '1.2'", 'webapp-min-tls'],
    ["scmMinTlsVersion: '1.2'", 'webapp-scm-min-tls'],
    ['http20Enabled: true', 'webapp-http2'],
    ['clientAffinityEnabled: false', 'webapp-arr-affinity'],
    ["categoryGroup: 'allLogs'", 'webapp-diagnostics'],
    ['allow: false', 'webapp-scm-basic-auth'],
  ])('without %s, the rule %s reports a violation', (line, rule) => {
    const { file, text } = app;
    const without = text.split('\n').filter((one) => one.trim() !== line);
    // Each of the two publishing policies has its own line.
    expect(text.split('\n').length - without.length).toBe(line === 'allow: false' ? 2 : 1);
    const found = findings(parse(file, without.join('\n')), 'closed').filter(({ verdict }) => verdict === 'violation');
    expect(found.map((one) => one.rule.id)).toContain(rule);
  });
});

test('the app denies other addresses as soon as ranges are given', () => {
  expect(variable(app, 'restricted')).toEqual(new Expression('!empty(allowedRanges)'));
});

test('the site sets nothing that Flex Consumption refuses', () => {
  const siteConfig = at(resource(app, 'Microsoft.Web/sites').value, 'properties', 'siteConfig');
  expect(at(resource(app, 'Microsoft.Web/serverfarms').value, 'sku', 'tier')).toBe('FlexConsumption');
  expect(Object.keys(isBody(siteConfig) ? siteConfig : {}).filter((name) => REFUSED.includes(name))).toEqual([]);
});

/** Every rule for web apps that runs on events, with its default parameters, on the app of the template. */
function findings(from: Template, deployment: Deployment): Evaluation[] {
  const answer = (value: Value | undefined) => plain(value, deployment);
  const made = resource(from, 'Microsoft.Web/sites').value;
  const policies = declared('resource', from).filter(({ type }) =>
    type.includes('/basicPublishingCredentialsPolicies@'),
  );
  const logs = at(resource(from, 'Microsoft.Insights/diagnosticSettings').value, 'properties');
  const siteConfig = answer(at(made, 'properties', 'siteConfig'));
  const documents = {
    resource: body(site, made, deployment),
    plan: body(planId, resource(from, 'Microsoft.Web/serverfarms').value, deployment),
    resourceGroup: answer(resource(template('main.bicep'), 'Microsoft.Resources/resourceGroups').value),
    'config/web': { properties: { ...OF_THE_PLATFORM, ...Object(siteConfig) } },
    ...Object.fromEntries(
      policies.map(({ value }) => [
        `basicPublishingCredentialsPolicies/${at(value, 'name')}`,
        { properties: answer(at(value, 'properties')) },
      ]),
    ),
    diagnosticSettings: { value: [{ name: 'plumbline', properties: answer(logs) }] },
    privateEndpointConnections: { value: deployment === 'closed' ? endpointsOfTheApp() : [] },
    'config/authsettingsV2': {
      properties: answer(at(resource(from, 'Microsoft.Web/sites/config', 'authsettingsV2').value, 'properties')),
    },
  };
  const snapshot = parseSnapshot({ id: site, documents });
  const known = defaultRules(rules, snapshot.resource, { workspaceId: null });
  const ofEvents = known.filter(({ rule }) =>
    rule.documents.every((name) => documentOf('web-app', name)?.readOn === 'event'),
  );
  return evaluate(snapshot, ofEvents, new Date(0));
}

function named(found: readonly Evaluation[]): string[] {
  return found.map(({ rule, verdict }) => `${rule.id}: ${verdict}`).sort();
}

/** The connections that a site has through the private endpoints of network.bicep. */
function endpointsOfTheApp() {
  return valuesIn(variable(template('network.bicep'), 'services'))
    .filter((one) => at(one, 'group') === 'sites')
    .map(() => ({ properties: { privateLinkServiceConnectionState: { status: 'Approved' } } }));
}

function body(id: string, value: Value, deployment: Deployment) {
  return { ...Object(plain(value, deployment)), id };
}

/** JSON as Azure would answer: an expression gives some text, or the value below. */
function plain(value: Value | undefined, deployment: Deployment): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, one) => (one instanceof Expression ? given(one.text, deployment) : one)),
  );
}

/** The value of an expression of the template. Throws when it depends on something unknown. */
function given(text: string, deployment: Deployment): Value {
  const [, more] = /^union\(tags, (\{[\s\S]*\})\)$/.exec(text) ?? [];
  if (more !== undefined) return { ...TAGS, ...Object(variable(parse('tags', `var more = ${more}\n`), 'more')) };
  const known = DECIDED[text];
  if (known) return known[deployment];
  if (/^('.*'|[\w.]+)$/.test(text)) return text;
  throw new Error(`the template says ${text}: say here what Azure gives for that`);
}

const TAGS: Body = { 'azd-env-name': 'prod' };
const OPERATORS = variable(app, 'operatorRules');
const DECIDED: Readonly<Record<string, Readonly<Record<Deployment, Value>>>> = {
  tags: { open: TAGS, closed: TAGS },
  'empty(subnetId) ? null : subnetId': {
    open: null,
    closed: `${GROUP}/Microsoft.Network/virtualNetworks/v/subnets/app`,
  },
  "restricted ? 'Deny' : 'Allow'": { open: 'Allow', closed: 'Deny' },
  'restricted ? concat([eventGridRule], operatorRules) : []': {
    open: [],
    closed: [variable(app, 'eventGridRule'), OPERATORS],
  },
  'restricted ? operatorRules : []': { open: [], closed: [OPERATORS] },
  '200 + index': { open: 200, closed: 200 },
  addresses: { open: '203.0.113.0/24', closed: '203.0.113.0/24' },
};

function variable(from: Template, name: string): Value {
  return declared('variable', from).find((one) => one.name === name)?.value ?? null;
}
