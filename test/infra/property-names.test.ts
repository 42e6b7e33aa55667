/**
 * Names and known values of properties are checked against the models of Azure's SDKs, because the compiler may be
 * missing: some services ignore a misspelt property instead of refusing it.
 */
import { describe, expect, test } from 'vitest';
import { at, Expression, isBody, parse, resource, template, type Value } from './bicep.ts';
import { type Models, models } from './models.ts';

const web = models('arm-appservice');
const monitor = models('arm-monitor');

/** Of Bicep itself, on every resource. */
const ANYWHERE = ['parent', 'scope', 'dependsOn'];

describe.each([
  ['Microsoft.Web/sites', undefined, 'Site', web],
  ['Microsoft.Web/serverfarms', undefined, 'AppServicePlan', web],
  ['Microsoft.Web/sites/config', 'authsettingsV2', 'SiteAuthSettingsV2', web],
  ['Microsoft.Web/sites/basicPublishingCredentialsPolicies', 'ftp', 'CsmPublishingCredentialsPoliciesEntity', web],
  ['Microsoft.Web/sites/basicPublishingCredentialsPolicies', 'scm', 'CsmPublishingCredentialsPoliciesEntity', web],
  ['Microsoft.Insights/diagnosticSettings', undefined, 'DiagnosticSettingsResource', monitor],
])('%s %s', (type, name, model, sdk) => {
  test(`has only properties and values that ${model} has`, () => {
    expect(strange(resource(template('function-app.bicep'), type, name).value, model, sdk)).toEqual([]);
  });
});

describe.each([
  ['alerts.bicep', 'Microsoft.Insights/scheduledQueryRules', 'ScheduledQueryRuleResource'],
  ['alerts.bicep', 'Microsoft.Insights/actionGroups', 'ActionGroupResource'],
  ['dropped-events.bicep', 'Microsoft.Insights/metricAlerts', 'MetricAlertResource'],
])('%s: %s', (file, type, model) => {
  test(`has only properties and values that ${model} has`, () => {
    expect(strange(resource(template(file), type).value, model, monitor)).toEqual([]);
  });
});

test('a misspelt property and an unknown value are found', () => {
  const { file, text } = template('function-app.bicep');
  const wrong = text.replace('httpsOnly', 'httpOnly').replace("minTlsVersion: '1.2'", "minTlsVersion: '2.1'");
  const site = resource(parse(file, wrong), 'Microsoft.Web/sites').value;
  expect(strange(site, 'Site', web)).toEqual(['properties.httpOnly', "properties.siteConfig.minTlsVersion is '2.1'"]);
});

/** The properties of a value that the model does not have, by path. */
function strange(value: Value | undefined, type: string, sdk: Models, where = ''): string[] {
  const element = /^(\w+)\[\]$/.exec(type)?.[1];
  if (Array.isArray(value)) return value.flatMap((one) => strange(one, element ?? '', sdk, where));
  const known = sdk.values.get(type);
  if (typeof value === 'string' && known && !known.includes(value)) return [`${where} is '${value}'`];
  const properties = sdk.properties.get(type);
  if (!isBody(value) || !properties) return [];
  return Object.entries(value).flatMap(([name, inside]) => {
    const here = where ? `${where}.${name}` : name;
    if (where === '' && ANYWHERE.includes(name)) return [];
    // The SDKs flatten the properties of a resource; this keeps the model of their place on the wire.
    if (where === '' && name === 'properties') return strange(inside, lifted(type, sdk), sdk, here);
    return name in properties ? strange(inside, properties[name] ?? '', sdk, here) : [here];
  });
}

/** The model of a resource's properties. Throws when there is none, because then nothing would be checked. */
function lifted(type: string, sdk: Models): string {
  const bare = type.replace(/Resource$/, '');
  const found = [`${type}Properties`, `${bare}Properties`, bare].find(
    (name) => name !== type && sdk.properties.has(name),
  );
  if (found === undefined) throw new Error(`the SDK has no model for the properties of ${type}`);
  return found;
}

test('the models have the nested types: a site has its configuration with its settings', () => {
  expect(web.properties.get('SiteProperties')?.siteConfig).toBe('SiteConfig');
  expect(
    at(resource(template('function-app.bicep'), 'Microsoft.Web/sites').value, 'properties', 'serverFarmId'),
  ).toBeInstanceOf(Expression);
  expect(monitor.properties.get('LogSettings')).toHaveProperty('categoryGroup');
});
