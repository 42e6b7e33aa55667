/** The permissions after a deployment: guarantee 13 over the templates. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { rolesFor } from '../../src/domain/rules/permissions.ts';
import { rules } from '../../src/rules/index.ts';
import { at, declared, Expression, INFRA, template, templates, valuesIn } from './bicep.ts';

const all = templates();
const roles = readFileSync(path.join(INFRA, 'roles.json'), 'utf8');

/** From Azure's documentation; the same in every tenant. */
const BUILT_IN: Readonly<Record<string, string>> = {
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb',
  eventGridDataSender: 'd5a91429-5739-47e2-a06b-3470a27159e7',
};

describe('guarantee 13: roles are minimal and scoped', () => {
  test('built-in roles are those that their names say', () => {
    const ids = all.flatMap(({ text }) => [...text.matchAll(/(\w+)(?: =|:) '([0-9a-f]{8}-[0-9a-f-]{27})'/g)]);
    expect(ids.map(([, name]) => name).sort()).toEqual([...Object.keys(BUILT_IN), 'storageBlobDataOwner'].sort());
    for (const [, name = '', id] of ids) expect(id, name).toBe(BUILT_IN[name]);
  });

  test('the actions of the roles are those that the code needs', () => {
    const { reader, writer, linked } = JSON.parse(roles);
    const needed = rolesFor(rules);
    expect(reader).toEqual(needed.reader.map(({ action }) => action));
    expect(writer.strict).toEqual(needed.writer.strict.map(({ action }) => action));
    expect(linked).toEqual(needed.linked.map(({ action }) => action));
  });

  test('no role has a wildcard, and every custom role takes its actions from the generated file', () => {
    expect(roles).not.toContain('*');
    const definitions = declared('resource', ...all).filter(({ type }) => /\/roleDefinitions@/.test(type));
    expect(definitions.map(({ name }) => name).sort()).toEqual(['reader', 'role', 'writer']);
    for (const { value } of definitions) {
      const [permission, ...more] = [at(value, 'properties', 'permissions')].flat();
      expect(more).toEqual([]);
      expect(at(permission, 'actions')).toBeInstanceOf(Expression);
      expect(at(permission, 'dataActions')).toEqual([]);
    }
    for (const file of ['monitored-subscription.bicep', 'linked-role.bicep']) {
      expect(template(file).text).toContain("loadJsonContent('roles.json')");
    }
  });

  test('an audit-only deployment has neither the writer nor a linked action, and is the default', () => {
    const [main, subscription] = [template('main.bicep'), template('monitored-subscription.bicep')];
    const conditions = (names: readonly string[]) =>
      declared('resource', subscription)
        .filter(({ name }) => names.includes(name))
        .map(({ condition }) => condition);
    expect(conditions(['writer', 'mayWriteToo'])).toEqual(['(mayWrite)', '(mayWrite)']);
    expect(conditions(['reader', 'mayRead'])).toEqual([null, null]);
    expect(declared('module', main).find(({ name }) => name === 'linkedRoles')?.condition).toBe('(mayWrite)');
    expect(main.text).toContain("var mayWrite = mode != 'audit-only'");
    expect(declared('parameter', main).find(({ name }) => name === 'mode')?.value).toBe('audit-only');
  });

  test('a custom role can be assigned only in its own scope: its subscription, or the group of the linked resource', () => {
    const scopes = declared('resource', ...all)
      .filter(({ type }) => /\/roleDefinitions@/.test(type))
      .map(({ name, value }) => [name, at(value, 'properties', 'assignableScopes')]);
    expect(scopes).toEqual([
      ['role', [new Expression(`'\${subscription().id}/resourceGroups/\${parts[4]}'`)]],
      ['reader', [new Expression('ownScope')]],
      ['writer', [new Expression('ownScope')]],
    ]);
  });

  test('every assignment names its resource, and only reader and writer are on a subscription', () => {
    const wide = all.flatMap((one) =>
      declared('resource', one)
        .filter(({ type, value }) => /\/roleAssignments@/.test(type) && at(value, 'scope') === undefined)
        .map(({ name }) => `${one.file} ${name}`),
    );
    expect(wide).toEqual(['monitored-subscription.bicep mayRead', 'monitored-subscription.bicep mayWriteToo']);
  });

  test('each linked action has one kind of resource for its assignment', () => {
    const { linked }: { linked: string[] } = JSON.parse(roles);
    const kinds = [...template('linked-assignment.bicep').text.matchAll(/resourceType == '([^']+)'/g)].map(
      ([, kind]) => kind,
    );
    for (const action of linked)
      expect(kinds.filter((kind) => action.toLowerCase().startsWith(`${kind}/`))).toHaveLength(1);
    expect(kinds).toHaveLength(linked.length);
  });
});

describe('identities instead of keys', () => {
  test('no template reads a key, and no resource accepts one', () => {
    for (const { file, text } of all) {
      expect(text, file).not.toMatch(
        /\blist(Keys|Secrets|AccountSas|ServiceSas)?\(|AccountKey|SharedAccessSignature|primaryKey/i,
      );
    }
    const account = /\/storageAccounts@/;
    const accounts = declared('resource', ...all).filter(({ type, existing }) => account.test(type) && !existing);
    expect(accounts).toHaveLength(2);
    for (const { value } of accounts) {
      expect(at(value, 'properties')).toMatchObject({
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: 'TLS1_2',
        supportsHttpsTrafficOnly: true,
      });
    }
  });

  test.each([
    ['topic.bicep', 'Microsoft.EventGrid/topics@', ['properties', 'disableLocalAuth']],
    ['monitoring.bicep', 'Microsoft.Insights/components@', ['properties', 'DisableLocalAuth']],
    ['monitoring.bicep', 'Microsoft.OperationalInsights/workspaces@', ['properties', 'features', 'disableLocalAuth']],
    ['vault.bicep', 'Microsoft.KeyVault/vaults@', ['properties', 'enableRbacAuthorization']],
    ['vault.bicep', 'Microsoft.KeyVault/vaults@', ['properties', 'enablePurgeProtection']],
  ])('%s, %s: %s', (file, type, names) => {
    const found = declared('resource', template(file)).find((one) => one.type.startsWith(type));
    expect(at(found?.value, ...names)).toBe(true);
  });

  test('no parameter has a secret as default, and no output holds one', () => {
    const secret = /key|secret|password|token|sas|connection/i;
    const parameters = declared('parameter', ...all).filter(({ name }) => secret.test(name));
    expect(parameters.map(({ name, value }) => [name, value])).toEqual([['auditKeyUri', null]]);
    const outputs = declared('output', ...all).filter(
      ({ name, value }) => secret.test(name) || secret.test(textOf(value)),
    );
    expect(outputs.map(({ name }) => name)).toEqual(['auditKeyUri']);
    const made = declared('resource', ...all).map(({ type }) => type);
    expect(made.filter((type) => /vaults\/(secrets|keys)@/.test(type))).toEqual([]);
  });

  test('with private endpoints, storage and vault have no public access', () => {
    const given = declared('module', template('main.bicep')).filter(({ value }) =>
      at(value, 'params', 'publicNetworkAccess'),
    );
    expect(given.map(({ name, value }) => [name, at(value, 'params', 'publicNetworkAccess')])).toEqual(
      ['storage', 'package', 'vault'].map((name) => [name, new Expression('!privateEndpoints')]),
    );
    const groups = valuesIn(
      declared('variable', template('network.bicep')).find(({ name }) => name === 'services')?.value ?? [],
    );
    expect(groups.flatMap((one) => at(one, 'name') ?? [])).toEqual(['blob', 'queue', 'table', 'package', 'vault']);
  });

  test('with ranges given, only Event Grid and the ranges reach the app, and only the ranges deploy', () => {
    const { text } = template('function-app.bicep');
    expect(text).toContain("tag: 'ServiceTag'\n  ipAddress: 'AzureEventGrid'");
    expect(text).toContain("ipSecurityRestrictionsDefaultAction: restricted ? 'Deny' : 'Allow'");
    expect(text).toContain('ipSecurityRestrictions: restricted ? concat([eventGridRule], operatorRules) : []');
    expect(text).toContain('scmIpSecurityRestrictions: restricted ? operatorRules : []');
  });
});

function textOf(value: unknown): string {
  return value instanceof Expression ? value.text.replaceAll('auditKeyUri', '') : String(value);
}
