/**
 * The steps that a template cannot do: add the redirect URI to the app registration, remove the write permissions of an
 * audit-only deployment, create a missing signing key, and lock the retention of the anchors. Each step first checks the
 * state, so that a second run changes nothing.
 */
import { randomBytes } from 'node:crypto';
import { az, required, rest, runHook, say } from './azure-cli.mjs';
import { graph } from './graph.mjs';

const VAULT = '2023-07-01';
const STORAGE = '2023-05-01';
const WEB = '2024-04-01';
const SECRET = 'plumbline-audit-key';

runHook(() => {
  tellWhereTheAppIs();
  takeWritingAway();
  keepSigningKey();
  retainAnchors();
});

function tellWhereTheAppIs() {
  const callback = `https://${required('PLUMBLINE_HOST')}/.auth/login/aad/callback`;
  const objectId = process.env.PLUMBLINE_AUTH_OBJECT_ID;
  if (!objectId) {
    say(`your app registration needs the redirect URI ${callback}, and the three roles.`);
    return;
  }
  const app = `${graph()}/applications/${objectId}`;
  const { redirectUris = [] } = rest('GET', app).web ?? {};
  if (redirectUris.includes(callback)) return;
  rest('PATCH', app, { body: { web: { redirectUris: [...redirectUris, callback] } } });
}

/** A deployment adds role assignments and removes none: after a return to audit-only the earlier ones would stay. */
function takeWritingAway() {
  if (required('PLUMBLINE_MAY_WRITE').toLowerCase() === 'true') return;
  const principal = required('PLUMBLINE_PRINCIPAL_ID');
  for (const subscription of required('PLUMBLINE_MONITORED_SUBSCRIPTIONS').split(',')) {
    const assigned = az('role', 'assignment', 'list', '--assignee', principal, '--all', '--subscription', subscription);
    for (const { id, roleDefinitionName } of assigned) {
      if (!/^Plumbline (writer|linked action) \(/.test(roleDefinitionName)) continue;
      az('role', 'assignment', 'delete', '--ids', id);
      say(`${roleDefinitionName} is taken away.`);
    }
  }
}

/** Through Resource Manager, which writes secrets and never reads them, so that no role to read the key is needed. */
function keepSigningKey() {
  const vault = required('PLUMBLINE_VAULT_ID');
  const { value: secrets } = rest('GET', `${vault}/secrets`, { version: VAULT });
  if (secrets.some(({ name }) => name === SECRET)) return;
  const value = `k1:${randomBytes(32).toString('base64')}`;
  rest('PUT', `${vault}/secrets/${SECRET}`, { version: VAULT, body: { properties: { value } } });
  say('a new key signs the audit log.');
  // The app started before the key existed.
  const app = required('PLUMBLINE_FUNCTION_APP_ID');
  rest('POST', `${app}/config/configreferences/appsettings/refresh`, { version: WEB });
}

/** Azure refuses a second deployment of a template with a locked policy, so the policy is in no template. */
function retainAnchors() {
  const container = required('PLUMBLINE_ANCHOR_CONTAINER_ID');
  const days = Number(required('PLUMBLINE_ANCHOR_RETENTION_DAYS'));
  const { properties } = rest('GET', container, { version: STORAGE });
  const current = properties.immutabilityPolicy?.properties;
  if (current?.state === 'Locked') {
    const kept = current.immutabilityPeriodSinceCreationInDays;
    if (kept < days) say(`anchors are locked for ${kept} days; extend that to ${days} yourself, it cannot be undone.`);
    return;
  }
  const policy = `${container}/immutabilityPolicies/default`;
  const wanted = { immutabilityPeriodSinceCreationInDays: days, allowProtectedAppendWrites: false };
  const { etag } = rest('PUT', policy, { version: STORAGE, body: { properties: wanted } });
  if (required('PLUMBLINE_LOCK_ANCHORS').toLowerCase() !== 'true') {
    say(`anchors are kept for ${days} days, unlocked: an owner can take that away.`);
    return;
  }
  rest('POST', `${policy}/lock`, { version: STORAGE, headers: { 'If-Match': etag } });
  say(`anchors are kept for ${days} days, locked: nobody can take that away.`);
}
