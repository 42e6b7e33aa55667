/**
 * The hooks of a deployment against a stand-in for the Azure CLI: their requests to Azure, and that a second run
 * changes nothing.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROLES } from '../../src/api/framework/principal.ts';
import { parseAuditKeys } from '../../src/domain/audit/audit.ts';

interface Call {
  readonly command: string;
  readonly args: readonly string[];
  /** The contents of files, by the argument that named them. */
  readonly files: Readonly<Record<string, Record<string, unknown>>>;
}

const hooks = fileURLToPath(new URL('../../infra/hooks', import.meta.url));
const GROUP = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers';
const vault = `${GROUP}/Microsoft.KeyVault/vaults/kv`;
const container = `${GROUP}/Microsoft.Storage/storageAccounts/st/blobServices/default/containers/plumbline-anchors`;
const environment = {
  AZURE_ENV_NAME: 'prod',
  AZURE_LOCATION: 'westeurope',
  AZURE_SUBSCRIPTION_ID: '00000000-0000-4000-8000-000000000001',
  PLUMBLINE_HOST: 'func-plumbline.azurewebsites.net',
  PLUMBLINE_AUTH_OBJECT_ID: 'object',
  PLUMBLINE_VAULT_ID: vault,
  PLUMBLINE_FUNCTION_APP_ID: `${GROUP}/Microsoft.Web/sites/func-plumbline`,
  PLUMBLINE_ACTION_GROUP_ID: `${GROUP}/Microsoft.Insights/actionGroups/ag-plumbline`,
  PLUMBLINE_ANCHOR_CONTAINER_ID: container,
  PLUMBLINE_ANCHOR_RETENTION_DAYS: '365',
  PLUMBLINE_LOCK_ANCHORS: 'true',
  PLUMBLINE_MAY_WRITE: 'true',
  PLUMBLINE_PRINCIPAL_ID: 'principal',
  PLUMBLINE_MONITORED_SUBSCRIPTIONS: '00000000-0000-4000-8000-000000000001',
};
const EMPTY = { secrets: [], apps: [], principals: [], policy: null, assigned: [], redirectUris: [] };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'plumbline-hooks-'));
  for (const command of ['az', 'azd']) {
    const file = path.join(folder, command);
    writeFileSync(file, `#!${process.execPath}\n${STAND_IN}`);
    chmodSync(file, 0o755);
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the hooks', () => {
  test('before provisioning, a registration for one tenant with the three roles and without a secret is created', () => {
    const { calls } = run('before-provision.mjs', EMPTY);
    const [created] = bodiesOf(calls, 'POST', '/applications');
    expect(created).toMatchObject({ displayName: 'plumbline-prod', signInAudience: 'AzureADMyOrg' });
    const roles = rolesIn(created?.appRoles);
    expect(roles.map(({ value }) => value)).toEqual(ROLES);
    // An application is not a person, so it cannot be a decider.
    expect(roles.find(({ value }) => value === 'Plumbline.Approver')?.allowedMemberTypes).toEqual(['User']);
    expect(created).not.toHaveProperty('passwordCredentials');
    expect(created?.optionalClaims).toEqual({ accessToken: [{ name: 'idtyp' }] });
    expect(created?.groupMembershipClaims).toBe('ApplicationGroup');
    expect(bodiesOf(calls, 'PATCH', '/applications/made-object')[0]).toMatchObject({
      identifierUris: ['api://made-app'],
    });
    expect(bodiesOf(calls, 'POST', '/servicePrincipals')).toEqual([
      { appId: 'made-app', appRoleAssignmentRequired: true },
    ]);
    expect(calls.filter(({ command }) => command === 'azd').map(({ args }) => args.slice(2))).toEqual([
      ['PLUMBLINE_AUTH_CLIENT_ID', 'made-app'],
      ['PLUMBLINE_AUTH_OBJECT_ID', 'made-object'],
    ]);
  });

  test('an interrupted run leaves no second registration, and a registration that you bring is not changed', () => {
    const apps = [{ displayName: 'plumbline-prod', id: 'old-object', appId: 'old-app' }];
    const again = run('before-provision.mjs', { ...EMPTY, apps, principals: [{ id: 'sp' }] });
    expect(bodiesOf(again.calls, 'POST', '/applications')).toEqual([]);
    expect(bodiesOf(again.calls, 'POST', '/servicePrincipals')).toEqual([]);
    expect(again.calls.at(-1)?.args).toContain('old-object');
    expect(run('before-provision.mjs', EMPTY, { PLUMBLINE_AUTH_CLIENT_ID: 'mine' }).calls).toEqual([]);
  });

  test('the redirect URI of the app is added to the registration once, and existing ones stay', () => {
    const own = 'https://plumbline.contoso.com/.auth/login/aad/callback';
    const callback = `https://${environment.PLUMBLINE_HOST}/.auth/login/aad/callback`;
    const { calls } = run('after-provision.mjs', { ...EMPTY, redirectUris: [own] });
    expect(bodiesOf(calls, 'PATCH', '/applications/object')).toEqual([{ web: { redirectUris: [own, callback] } }]);
    const again = run('after-provision.mjs', { ...EMPTY, redirectUris: [own, callback] });
    expect(bodiesOf(again.calls, 'PATCH', '/applications/object')).toEqual([]);
  });

  test('guarantee 13: going back to audit-only deletes the assignments that were granted, and no others', () => {
    const assigned = [
      'Plumbline writer (prod, x)',
      'Plumbline reader (prod, x)',
      'Plumbline linked action (prod, y)',
    ].map((roleDefinitionName, index) => ({ id: `assignment-${index}`, roleDefinitionName }));
    const deleted = (mayWrite: string) =>
      run('after-provision.mjs', { ...EMPTY, assigned }, { PLUMBLINE_MAY_WRITE: mayWrite })
        .calls.filter(({ args }) => args.slice(0, 3).join(' ') === 'role assignment delete')
        .map(({ args }) => args[4]);
    expect(deleted('false')).toEqual(['assignment-0', 'assignment-2']);
    expect(deleted('true')).toEqual([]);
  });

  test('a vault without a signing key gets one through a file, and the key is neither printed nor in an argument', () => {
    const { calls, output } = run('after-provision.mjs', EMPTY);
    const [body] = bodiesOf(calls, 'PUT', '/secrets/plumbline-audit-key');
    const key = String(Object(body?.properties).value);
    expect(parseAuditKeys(key).signing.id).toBe('k1');
    expect(output).not.toContain(key.slice(3));
    expect(JSON.stringify(calls.map(({ args }) => args))).not.toContain(key.slice(3));
    expect(bodiesOf(calls, 'POST', '/config/configreferences/appsettings/refresh')).toHaveLength(1);
    for (const file of calls.flatMap(({ args }) => args.filter((arg) => arg.startsWith('@')))) {
      expect(existsSync(file.slice(1))).toBe(false);
    }
  });

  test('a vault that has the key keeps it', () => {
    const { calls } = run('after-provision.mjs', { ...EMPTY, secrets: [{ name: 'plumbline-audit-key' }] });
    expect(calls.some(({ args }) => args.includes('PUT') && String(args).includes('/secrets/'))).toBe(false);
  });

  test('the retention policy of anchors is set and locked under the version that was just created', () => {
    const { calls } = run('after-provision.mjs', EMPTY);
    const policy = `${container}/immutabilityPolicies/default`;
    expect(bodiesOf(calls, 'PUT', policy)).toEqual([
      { properties: { immutabilityPeriodSinceCreationInDays: 365, allowProtectedAppendWrites: false } },
    ]);
    const lock = calls.find(({ args }) => String(args).includes(`${policy}/lock`));
    expect(lock?.files.headers).toEqual({ 'If-Match': '"made"' });
  });

  test('a locked policy is not changed, and an unlocked one stays unlocked on request', () => {
    const policy = { properties: { state: 'Locked', immutabilityPeriodSinceCreationInDays: 30 } };
    const locked = run('after-provision.mjs', { ...EMPTY, policy });
    expect(locked.calls.some(({ args }) => String(args).includes('immutabilityPolicies'))).toBe(false);
    expect(locked.output).toContain('extend that to 365 yourself');
    const unlocked = run('after-provision.mjs', EMPTY, { PLUMBLINE_LOCK_ANCHORS: 'false' });
    expect(unlocked.calls.some(({ args }) => String(args).includes('/lock'))).toBe(false);
  });

  test('after the code, one deployment subscribes to the events of every subscription', () => {
    const { calls } = run('after-deploy.mjs', EMPTY, { PLUMBLINE_EXISTING_TOPICS: 'topic' });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.args.slice(0, 3)).toEqual(['deployment', 'sub', 'create']);
    expect(calls[0]?.args).toContain('infra/events.bicep');
    expect(calls[0]?.files.parameters?.parameters).toEqual({
      environmentName: { value: 'prod' },
      location: { value: 'westeurope' },
      functionAppId: { value: environment.PLUMBLINE_FUNCTION_APP_ID },
      actionGroupId: { value: environment.PLUMBLINE_ACTION_GROUP_ID },
      monitoredSubscriptions: { value: environment.PLUMBLINE_MONITORED_SUBSCRIPTIONS },
      existingTopics: { value: 'topic' },
      deadLetterAccountId: { value: '' },
    });
  });

  test('a role is assigned by its short name', () => {
    const principal = '99999999-2222-4333-8444-555555555555';
    const { calls } = run(
      'assign-role.mjs',
      { ...EMPTY, principals: [{ id: 'sp' }] },
      { PLUMBLINE_AUTH_CLIENT_ID: 'app' },
      ['Operator', principal],
    );
    const [body] = bodiesOf(calls, 'POST', '/servicePrincipals/sp/appRoleAssignedTo');
    expect(body).toMatchObject({ principalId: principal, resourceId: 'sp' });
    expect(run('assign-role.mjs', EMPTY, {}, ['Owner', principal], 1).output).toContain('usage:');
  });

  test('an error of the Azure CLI stops the deployment and is printed', () => {
    const { output } = run('after-provision.mjs', { ...EMPTY, refuse: 'you may not' }, {}, [], 1);
    expect(output).toContain('you may not');
  });
});

/** Runs a hook with a state of Azure; returns its calls in order. */
function run(hook: string, state: object, more: Record<string, string> = {}, args: readonly string[] = [], code = 0) {
  const log = path.join(folder, 'log.jsonl');
  writeFileSync(log, '');
  writeFileSync(path.join(folder, 'state.json'), JSON.stringify(state));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(hooks, hook), ...args], {
    cwd: path.join(hooks, '../..'),
    env: { ...environment, ...more, PATH: folder, TMPDIR: folder, STAND_IN: folder },
    encoding: 'utf8',
  });
  const output = stdout + stderr;
  expect(status, output).toBe(code);
  const calls: Call[] = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { calls, output };
}

function bodiesOf(calls: readonly Call[], method: string, end: string): Record<string, unknown>[] {
  return calls
    .filter(({ args }) => args.includes(method) && args.some((arg) => arg.split('?')[0]?.endsWith(end)))
    .map(({ files }) => files.body ?? {});
}

function rolesIn(roles: unknown): { value: string; allowedMemberTypes: string[] }[] {
  return Array.isArray(roles) ? roles : [];
}

/** Records its arguments with the contents of the named files, and answers from the state. */
const STAND_IN = `
const fs = require('node:fs');
const folder = process.env.STAND_IN;
const args = process.argv.slice(2);
const state = JSON.parse(fs.readFileSync(folder + '/state.json', 'utf8'));
const files = {};
args.forEach((arg, index) => { if (arg.startsWith('@')) files[args[index - 1].slice(2)] = JSON.parse(fs.readFileSync(arg.slice(1), 'utf8')); });
const command = require('node:path').basename(process.argv[1]);
fs.appendFileSync(folder + '/log.jsonl', JSON.stringify({ command, args, files }) + '\\n');
if (state.refuse) { process.stderr.write(state.refuse); process.exit(1); }
const line = args.join(' ');
const answers = [
  [/^cloud show/, 'https://graph.microsoft.com/'],
  [/^ad app list/, state.apps],
  [/^ad sp list/, state.principals],
  [/^role assignment list/, state.assigned],
  [/GET .*\\/applications\\/object/, { web: { redirectUris: state.redirectUris } }],
  [/POST .*\\/applications/, { id: 'made-object', appId: 'made-app' }],
  [/GET .*\\/secrets\\?/, { value: state.secrets }],
  [/GET .*containers\\/plumbline-anchors\\?/, { properties: { immutabilityPolicy: state.policy } }],
  [/PUT .*immutabilityPolicies/, { etag: '"made"' }],
];
const found = answers.find(([pattern]) => pattern.test(line));
if (found) process.stdout.write(JSON.stringify(found[1]));
`;
