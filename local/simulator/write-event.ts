// The event that a successful write raises, with claims as a subscription's system topic carries them: people by name,
// applications by ids only, optional parts missing where they are missing in Azure.
import { createHash, randomUUID } from 'node:crypto';
import type { Caller, EventSchema } from './contract.ts';
import type { JsonObject } from './merge.ts';
import { tenantId } from './seeds.ts';

export interface FinishedWrite {
  caller: Caller;
  method: string;
  /** Such as `Microsoft.Web/sites/config/write`. */
  action: string;
  /** Id of what was written, below its resource included. */
  target: string;
  subscriptionId: string;
  resourceGroup: string;
  existed: boolean;
  correlationId: string;
  clientRequestId?: string;
  url: string;
  at: Date;
}

const microsoftClaims = 'http://schemas.microsoft.com/identity/claims';
export const soapClaims = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';

/** `number` counts the events of a simulator: each third has another casing, since Azure's is not stable. */
export function writeEvent(write: FinishedWrite, schema: EventSchema, number: number): JsonObject {
  const { caller, action, target, subscriptionId } = write;
  const subject = recased(target, number);
  const eventType = `Microsoft.Resources.Resource${action.toLowerCase().endsWith('/delete') ? 'Delete' : 'Write'}Success`;
  const data = {
    authorization: { scope: target, action, evidence: evidenceOf(caller, subscriptionId) },
    claims: claimsOf(caller, write.at),
    correlationId: write.correlationId,
    // Documented for updates and deletions only.
    ...(write.existed && {
      httpRequest: {
        clientRequestId: write.clientRequestId ?? randomUUID(),
        clientIpAddress: '198.51.100.7',
        method: write.method,
        url: write.url,
      },
    }),
    resourceProvider: action.split('/')[0],
    resourceUri: subject,
    operationName: action,
    status: 'Succeeded',
    subscriptionId,
    tenantId,
  };
  const id = randomUUID();
  const time = `${write.at.toISOString().slice(0, -1)}7357Z`; // Seven decimals, as .NET writes them.
  const topic = `/subscriptions/${subscriptionId}`;
  return schema === 'CloudEvents'
    ? { id, source: topic, subject, type: eventType, time, specversion: '1.0', data }
    : { topic, subject, eventType, eventTime: time, id, data, dataVersion: '2', metadataVersion: '1' };
}

function recased(id: string, number: number): string {
  if (number % 3 === 1) return id.replace(/\/resourceGroups\//i, '/resourcegroups/');
  if (number % 3 === 2)
    return id.replace(/\/resourceGroups\/([^/]+)\//i, (_, group: string) => `/resourceGroups/${group.toUpperCase()}/`);
  return id;
}

/** The claims of the token with which somebody made a request. */
export function claimsOf(caller: Caller, at: Date): JsonObject {
  const issued = Math.floor(at.getTime() / 1000) - 300;
  const both = {
    aud: 'https://management.core.windows.net/',
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: String(issued),
    nbf: String(issued),
    exp: String(issued + 3900),
    aio: 'simulated',
    [`${microsoftClaims}/objectidentifier`]: caller.objectId,
    [`${microsoftClaims}/tenantid`]: tenantId,
    uti: 'simulated',
    ver: '1.0',
  };
  if (caller.type === 'app') {
    return {
      ...both,
      appid: caller.appId ?? caller.objectId,
      appidacr: '2',
      [`${microsoftClaims}/identityprovider`]: `https://sts.windows.net/${tenantId}/`,
      [`${soapClaims}/nameidentifier`]: caller.objectId,
    };
  }
  const name = caller.name ?? 'Somebody';
  const [given = name, ...surnames] = name.split(' ');
  const principalName = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@contoso.example`;
  return {
    ...both,
    appid: caller.appId ?? 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c', // The Azure portal.
    appidacr: '2',
    ipaddr: '198.51.100.7',
    name,
    puid: createHash('sha256').update(caller.objectId).digest('hex').slice(0, 16).toUpperCase(),
    [`${microsoftClaims}/scope`]: 'user_impersonation',
    [`${microsoftClaims}/identityprovider`]: `https://sts.windows.net/${tenantId}/`,
    [`${soapClaims}/upn`]: principalName,
    [`${soapClaims}/name`]: principalName,
    [`${soapClaims}/nameidentifier`]: createHash('sha256').update(caller.objectId).digest('base64url'),
    [`${soapClaims}/givenname`]: given,
    [`${soapClaims}/surname`]: surnames.join(' '),
    'http://schemas.microsoft.com/claims/authnmethodsreferences': 'rsa,mfa',
  };
}

function evidenceOf(caller: Caller, subscriptionId: string): JsonObject {
  if (caller.type === 'user') return { role: 'Subscription Admin' };
  return {
    role: 'Contributor',
    roleAssignmentScope: `/subscriptions/${subscriptionId}`,
    roleAssignmentId: '00000000000040008000000000000301',
    roleDefinitionId: 'b24988ac618042a0ab8820f7382dd24c',
    principalId: caller.objectId.replaceAll('-', ''),
    principalType: 'ServicePrincipal',
  };
}
