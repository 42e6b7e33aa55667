/** Plumbline's own rules on Plumbline's own app: what the template deploys, evaluated as if Azure had answered with it. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/domain/evaluate.ts';
import { defaultRules } from '../../src/domain/settings.ts';
import { parseSnapshot } from '../../src/domain/snapshot.ts';
import { rules } from '../../src/rules/index.ts';
import { at, declared, Expression, parse, resource, type Template, template, type Value } from './bicep.ts';

const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers';
const site = `${GROUP}/Microsoft.Web/sites/func-plumbline`;
const planId = `${GROUP}/Microsoft.Web/serverfarms/plan-plumbline`;

describe('what Plumbline asks of others its own deployment meets', () => {
  test('no rule, strict ones included, finds a violation on the function app', () => {
    const found = findings(template('function-app.bicep'));
    expect(found.filter(({ verdict }) => verdict === 'compliant').length).toBeGreaterThanOrEqual(9);
    expect(found.filter(({ verdict }) => !['compliant', 'not-applicable'].includes(verdict))).toEqual([]);
  });

  test('nor on its plan', () => {
    const plan = resource(template('function-app.bicep'), 'Microsoft.Web/serverfarms');
    const snapshot = parseSnapshot({ id: planId, documents: { resource: body(planId, plan.value) } });
    expect(snapshot.resource.kind).toBe('plan');
    const found = evaluate(snapshot, defaultRules(rules, snapshot.resource, { workspaceId: null }), new Date(0));
    expect(found.filter(({ verdict }) => verdict === 'violation')).toEqual([]);
  });

  test.each([
    ['httpsOnly: true', 'webapp-https-only'],
    ["minTlsVersion: '1.2'", 'webapp-min-tls'],
    ["scmMinTlsVersion: '1.2'", 'webapp-scm-min-tls'],
    ["ftpsState: 'Disabled'", 'webapp-ftps-only'],
    ["categoryGroup: 'allLogs'", 'webapp-diagnostics'],
    ['allow: false', 'webapp-scm-basic-auth'],
  ])('without %s it would be found by %s', (line, rule) => {
    const { file, text } = template('function-app.bicep');
    const without = text.split('\n').filter((one) => one.trim() !== line);
    expect(without.length).toBe(text.split('\n').length - 1);
    const found = findings(parse(file, without.join('\n')));
    expect(found.filter(({ verdict }) => verdict === 'violation').map((one) => one.rule)).toContain(rule);
  });
});

/** Every rule for web apps, with its default parameters, on the app that the template makes. */
function findings(app: Template): { rule: string; verdict: string; reason: string }[] {
  const made = resource(app, 'Microsoft.Web/sites').value;
  const policy = {
    properties: at(resource(app, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies').value, 'properties'),
  };
  const policies = declared('resource', app).find(({ name }) => name === 'publishingPolicies');
  const loop = /for which in \[([^\]]*)\]/.exec(app.text)?.[1] ?? '';
  const logs = at(resource(app, 'Microsoft.Insights/diagnosticSettings').value, 'properties');
  const documents = {
    resource: body(site, made),
    plan: body(planId, resource(app, 'Microsoft.Web/serverfarms').value),
    'config/web': plain({ properties: at(made, 'properties', 'siteConfig') ?? {} }),
    ...(policies && loop.includes("'ftp'") ? { 'basicPublishingCredentialsPolicies/ftp': plain(policy) } : {}),
    ...(policies && loop.includes("'scm'") ? { 'basicPublishingCredentialsPolicies/scm': plain(policy) } : {}),
    diagnosticSettings: { value: [{ name: 'plumbline', properties: plain(logs) }] },
    'config/authsettingsV2': plain({
      properties: at(resource(app, 'Microsoft.Web/sites/config', 'authsettingsV2').value, 'properties'),
    }),
  };
  const snapshot = parseSnapshot({ id: site, documents });
  return evaluate(snapshot, defaultRules(rules, snapshot.resource, { workspaceId: null }), new Date(0)).map(
    ({ rule, verdict, reason }) => ({ rule: rule.id, verdict, reason }),
  );
}

function body(id: string, value: Value) {
  return { ...Object(plain(value)), id };
}

/** JSON as Azure would answer: what an expression gives is some text. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null, (_, one) => (one instanceof Expression ? one.text : one)));
}
