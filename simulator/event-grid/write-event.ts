// The event that a successful write raises, as a subscription's system topic carries it. Optional parts are missing
// where they are missing in Azure.

import { randomUUID } from 'node:crypto';
import { claimsOf } from '../identity/claims.ts';
import type { Caller } from '../identity/directory.ts';
import { tenantId } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';
import type { EventSchema } from './event-grid.ts';

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

/** `number` counts the events of a simulator: each third has another casing, since Azure's is not stable. */
export function writeEvent(write: FinishedWrite, schema: EventSchema, number: number): JsonObject {
  const { caller, action, target, subscriptionId } = write;
  const subject = recased(target, number);
  const kind = { delete: 'Delete', action: 'Action' }[action.toLowerCase().split('/').at(-1) ?? ''] ?? 'Write';
  const eventType = `Microsoft.Resources.Resource${kind}Success`;
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
