import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { rule } from '../../../src/rules/web-app/webapp-runtime.ts';
import { SITE_ID, SLOT_ID, site, webConfig } from '../fixtures/web-app.ts';
import { testRule } from '../rule-tester.ts';

/** The clock of the tables is 2026-01-15. */
const linux = (linuxFxVersion: string | null, kind = 'app,linux') => ({
  resource: site({ reserved: true }, { kind }),
  'config/web': webConfig({ linuxFxVersion, ...none }),
});
const none = {
  windowsFxVersion: null,
  netFrameworkVersion: 'v4.0',
  phpVersion: '',
  pythonVersion: '',
  nodeVersion: '',
  javaVersion: null,
  javaContainer: null,
};
const windows = (properties: JsonObject, kind: string | null = 'app') => ({
  resource: site({ reserved: false }, { kind }),
  'config/web': webConfig({ linuxFxVersion: '', ...none, ...properties }),
});
const repeating = (value: string) =>
  site({ siteProperties: { metadata: null, properties: [{ name: 'LinuxFxVersion', value }], appSettings: null } });
const advice = { tier: 'advice', changes: [] } as const;
const flex = (runtime: JsonObject) => ({
  resource: site({ functionAppConfig: { runtime } }, { kind: 'functionapp,linux' }),
  'config/web': webConfig({ linuxFxVersion: '', ...none }),
});

testRule(rule, {
  id: SITE_ID,
  compliant: [
    { title: 'version in a dated, configurable supported list: Node', documents: linux('NODE|20-lts') },
    { title: 'version in a dated, configurable supported list: .NET', documents: linux('DOTNETCORE|8.0') },
    {
      title: 'version in a dated, configurable supported list: isolated .NET',
      documents: linux('DOTNET-ISOLATED|9.0', 'functionapp,linux'),
    },
    { title: 'version in a dated, configurable supported list: Python', documents: linux('PYTHON|3.10') },
    { title: 'version in a dated, configurable supported list: PHP', documents: linux('PHP|8.2') },
    { title: 'version in a dated, configurable supported list: Java', documents: linux('JAVA|17-java17') },
    { title: 'Java below Tomcat', documents: linux('TOMCAT|10.1-java21') },
    { title: 'Java 8 by its old name', documents: linux('TOMCAT|8.5-jre8') },
    { title: 'another casing, as function apps have it', documents: linux('Python|3.11', 'functionapp,linux') },
    { title: 'windowsFxVersion', documents: windows({ windowsFxVersion: 'DOTNETCORE|10.0' }) },
    { title: 'netFrameworkVersion', documents: windows({ netFrameworkVersion: 'v10.0' }) },
    {
      title: 'PHP 5.6 of the platform on an app of .NET: what is named is judged',
      documents: windows({ netFrameworkVersion: 'v10.0', phpVersion: '5.6' }),
    },
    {
      title: 'PHP 5.6 of the platform on an app of Java',
      documents: windows({ phpVersion: '5.6', javaVersion: '17', javaContainer: 'TOMCAT' }),
    },
    { title: 'PowerShell', documents: linux('PowerShell|7.4', 'functionapp,linux') },
    {
      title: 'the stack that the site repeats, where the configuration names none',
      documents: { ...linux('', 'functionapp,linux'), resource: repeating('Python|3.11') },
    },
    { title: 'nodeVersion', documents: windows({ nodeVersion: '~22' }) },
    { title: 'javaVersion by its old name', documents: windows({ javaVersion: '1.8.0_202' }) },
    { title: 'Flex Consumption has it beside the configuration', documents: flex({ name: 'node', version: '22' }) },
    {
      title: 'a version that operators have added to the list',
      documents: linux('NODE|18-lts'),
      parameters: { endOfSupport: { 'NODE|18': '2026-01-15' } },
    },
    {
      title: 'a stack that operators have added to the list',
      documents: linux('RUBY|3.4'),
      parameters: { endOfSupport: { 'RUBY|3.4': '2028-03-31' } },
    },
  ],
  violation: [
    {
      title: 'a version past its end of support',
      documents: linux('NODE|18-lts'),
      reason: /^Node\.js 18 gets no security fixes since 2025-04-30\.$/,
      ...advice,
    },
    { title: '.NET past its end of support', documents: linux('DOTNETCORE|6.0'), ...advice },
    { title: 'Python past its end of support', documents: linux('PYTHON|3.9'), ...advice },
    { title: 'PHP past its end of support, which ended with the year', documents: linux('PHP|8.1'), ...advice },
    {
      title: 'older than everything in the list',
      documents: linux('PYTHON|2.7'),
      reason: /^Python 2\.7 is older/,
      ...advice,
    },
    {
      title: 'between versions of the list: never one with long support',
      documents: linux('JAVA|19-java19'),
      ...advice,
    },
    { title: 'phpVersion', documents: windows({ phpVersion: '7.4' }), ...advice },
    {
      title: 'PowerShell of a function app',
      documents: windows({ powerShellVersion: '7.2' }, 'functionapp'),
      ...advice,
    },
    {
      title: 'the stack that the site repeats, where the configuration was not read',
      documents: { resource: repeating('PYTHON|3.7') },
      ...advice,
    },
    { title: 'pythonVersion', documents: windows({ pythonVersion: '3.4' }), ...advice },
    { title: 'nodeVersion with all its numbers', documents: windows({ nodeVersion: '6.11.2' }), ...advice },
    { title: 'javaVersion', documents: windows({ javaVersion: '1.7' }), ...advice },
    {
      title: 'one of several, on Windows',
      documents: windows({ netFrameworkVersion: 'v8.0', phpVersion: '7.4' }),
      reason: /^PHP 7\.4 is older/,
      ...advice,
    },
    {
      title: 'a date that operators have moved',
      documents: linux('NODE|20-lts'),
      parameters: { endOfSupport: { 'NODE|20': '2026-01-14' } },
      ...advice,
    },
    {
      title: 'one version of many, more closely named by operators',
      documents: linux('NODE|20.9'),
      parameters: { endOfSupport: { 'NODE|20.9': '2024-01-01' } },
      ...advice,
    },
    { title: 'Flex Consumption past it', documents: flex({ name: 'dotnet-isolated', version: '7.0' }), ...advice },
    { title: 'a slot is a resource of its own', id: SLOT_ID, documents: linux('NODE|18-lts'), ...advice },
  ],
  notApplicable: [
    { title: '""', documents: linux('') },
    { title: 'null', documents: linux(null) },
    { title: '"OFF"', documents: windows({ phpVersion: 'OFF', pythonVersion: 'Off', netFrameworkVersion: null }) },
    { title: 'DOCKER|...', documents: linux('DOCKER|contoso.azurecr.io/shop/web:1.4', 'app,linux,container') },
    {
      title: 'DOCKER|... on Windows',
      documents: windows({ windowsFxVersion: 'docker|contoso.azurecr.io/web:ltsc2022' }),
    },
    { title: 'several containers', documents: linux('SITECONTAINERS') },
    {
      title: 'hosted on Container Apps',
      documents: linux('NODE|18', 'functionapp,linux,azurecontainerapps'),
    },
  ],
  unknown: [
    {
      title: 'a version that stands only in app settings = unknown: every app on Windows has .NET Framework',
      documents: windows({}),
    },
    {
      title: 'a version that stands only in app settings = unknown: function app on Windows, whose .NET is its host',
      documents: windows({ netFrameworkVersion: 'v6.0' }, 'functionapp'),
    },
    {
      title: 'a version that stands only in app settings = unknown: function app on Linux',
      documents: linux('', 'functionapp,linux'),
    },
    {
      title: 'PHP 5.6 of the platform, on a function app',
      documents: windows({ netFrameworkVersion: 'v8.0', phpVersion: '5.6' }, 'functionapp'),
    },
    {
      title: 'PHP 5.6, which may be what the app is written in, or the left-over of the platform',
      documents: windows({ phpVersion: '5.6' }),
    },
    {
      title: 'PHP 5.6 and nothing else',
      documents: windows({ netFrameworkVersion: '', phpVersion: '5.6' }),
    },
    { title: 'PowerShell by its major version alone', documents: windows({ powerShellVersion: '~7' }, 'functionapp') },
    { title: 'not read', documents: { resource: site() } },
    {
      title: 'no stack, and the site was not read: it may be a function app',
      documents: { 'config/web': webConfig({ linuxFxVersion: '', netFrameworkVersion: 'v6.0' }) },
    },
    { title: 'Flex Consumption in a form that nobody knows', documents: flex({ name: 'node', version: 22 }) },
    { title: 'newer than the list', documents: linux('NODE|40-lts') },
    { title: 'a version that the platform chooses', documents: linux('NODE|lts') },
    {
      title: 'half a version, which may be any of its kind',
      documents: linux('PYTHON|3'),
      parameters: { endOfSupport: { 'PYTHON|4.0': '2035-10-31' } },
    },
    { title: 'Tomcat without its Java', documents: linux('TOMCAT|9.0') },
    { title: 'a stack that is in no list', documents: linux('RUBY|2.7') },
    { title: 'a version of another form', documents: windows({ phpVersion: 8.2 }) },
  ],
});

describe('the list of ends of support', () => {
  test.each([
    ['a date that is none', { 'NODE|22': 'in spring' }],
    ['a version without a stack', { '22': '2027-04-30' }],
    ['no list', '2027-04-30'],
  ])('%s is refused', (_, endOfSupport) => {
    expect(rule.parameters.safeParse({ endOfSupport }).success).toBe(false);
  });
});
