/** Events made by hand, in both schemas, as Event Grid delivers them. */
import { randomUUID } from 'node:crypto';
import type { Caller } from '../../local/simulator/simulator.ts';

export interface EventOptions {
  readonly id?: string;
  readonly caller?: Caller;
  readonly correlationId?: string;
  readonly type?: string;
  readonly operation?: string;
}

/** An event of the Event Grid schema about `subject`. */
export function gridEvent(subject: string | undefined, options: EventOptions = {}): Record<string, unknown> {
  const { id, type, data } = parts(subject, options);
  return {
    id,
    topic: '/subscriptions/00000000-0000-4000-8000-000000000001',
    ...(subject === undefined ? {} : { subject }),
    eventType: type,
    eventTime: '2026-01-12T09:30:00.4166667Z',
    data,
    dataVersion: '2',
    metadataVersion: '1',
  };
}

/** The same as CloudEvents 1.0. */
export function cloudEvent(subject: string | undefined, options: EventOptions = {}): Record<string, unknown> {
  const { id, type, data } = parts(subject, options);
  return {
    id,
    source: '/subscriptions/00000000-0000-4000-8000-000000000001',
    ...(subject === undefined ? {} : { subject }),
    type,
    time: '2026-01-12T09:30:00.4166667Z',
    specversion: '1.0',
    data,
  };
}

function parts(subject: string | undefined, options: EventOptions) {
  const { caller, operation = 'Microsoft.Web/sites/write' } = options;
  const claims = caller
    ? {
        'http://schemas.microsoft.com/identity/claims/objectidentifier': caller.objectId,
        ...(caller.name === undefined ? {} : { name: caller.name }),
      }
    : {};
  return {
    id: options.id ?? randomUUID(),
    type: options.type ?? 'Microsoft.Resources.ResourceWriteSuccess',
    data: {
      // As a real delivery without known caller: claims empty, evidence a list.
      authorization: { scope: subject, action: operation, evidence: [] },
      claims,
      correlationId: options.correlationId ?? randomUUID(),
      ...(subject === undefined ? {} : { resourceUri: subject }),
      operationName: operation,
      status: 'Succeeded',
    },
  };
}
