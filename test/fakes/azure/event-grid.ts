/** Events as Event Grid delivers them for writes of Resource Manager, in both schemas. */
import type { JsonObject } from '../../../src/domain/resources/json.ts';
import { PLUMBLINE } from './arm.ts';

export interface Author {
  readonly objectId: string;
  readonly name?: string;
  readonly appId?: string;
}

export const ADA: Author = { objectId: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'ada@example.com' };
export const BOB: Author = { objectId: 'bbbbbbbb-0000-4000-8000-000000000002', name: 'bob@example.com' };
export const PIPELINE: Author = { objectId: 'cccccccc-0000-4000-8000-000000000003', appId: 'pipeline-app' };
export const OURSELVES: Author = PLUMBLINE;

export interface EventOptions {
  readonly by?: Author | null;
  readonly correlationId?: string;
  readonly type?: 'ResourceWriteSuccess' | 'ResourceDeleteSuccess' | 'ResourceActionSuccess';
  readonly operation?: string;
}

/** An event of the Event Grid schema about the resource with this id, or a child of it. */
export function gridEvent(id: string, subject: string, options: EventOptions = {}): JsonObject {
  return {
    id,
    subject,
    eventType: `Microsoft.Resources.${options.type ?? 'ResourceWriteSuccess'}`,
    eventTime: '2026-03-01T11:59:58Z',
    topic: '/subscriptions/11111111-2222-3333-4444-555555555555',
    dataVersion: '2',
    metadataVersion: '1',
    data: dataOf(subject, options),
  };
}

/** The same as a CloudEvent 1.0. */
export function cloudEvent(id: string, subject: string, options: EventOptions = {}): JsonObject {
  return {
    id,
    subject,
    source: '/subscriptions/11111111-2222-3333-4444-555555555555',
    type: `Microsoft.Resources.${options.type ?? 'ResourceWriteSuccess'}`,
    time: '2026-03-01T11:59:58Z',
    specversion: '1.0',
    data: dataOf(subject, options),
  };
}

function dataOf(subject: string, { by = BOB, correlationId, operation }: EventOptions): JsonObject {
  return {
    resourceUri: subject,
    operationName: operation ?? 'Microsoft.Web/sites/write',
    correlationId: correlationId ?? `correlation-of-${subject}`,
    status: 'Succeeded',
    claims:
      by === null
        ? {}
        : {
            'http://schemas.microsoft.com/identity/claims/objectidentifier': by.objectId,
            ...(by.name === undefined ? {} : { 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn': by.name }),
            ...(by.appId === undefined ? {} : { appid: by.appId }),
          },
  };
}
