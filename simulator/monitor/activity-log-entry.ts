// A line of the Activity Log as Resource Manager answers it: who by the claims of their token, where with the casing of the
// request, and display names in German, since no program may match them.

import { ArmError, errors } from '../arm/errors.ts';
import { addressOf, namespaceOf } from '../arm/resource-id.ts';
import { claimsOf, soapClaims } from '../identity/claims.ts';
import type { Caller } from '../identity/directory.ts';
import { identityResource, isServiceIdentity, tenantId } from '../identity/directory.ts';
import type { JsonObject } from '../json/json.ts';

export interface LoggedOperation {
  /** Null: no caller with a token. */
  caller: Caller | null;
  /** The part of the platform that made it, when there is no caller. */
  platform?: string;
  /** Such as `Microsoft.Web/sites/config/write`. */
  action: string;
  /** Id of what was written, with the casing of the request. */
  target: string;
  correlationId: string;
}

export type Step = 'Started' | 'Accepted' | 'Succeeded' | 'Failed';

/** How an operation ended. */
export interface Outcome {
  status: number;
  /** The provider's error. */
  error?: unknown;
}

export interface EntryParts {
  operation: LoggedOperation;
  step: Step;
  outcome?: Outcome;
  eventDataId: string;
  /** Milliseconds since 1970. */
  at: number;
  submittedAt: number;
}

/** The entry as Azure answers it. */
export function activityEntry({ operation, step, outcome, eventDataId, at, submittedAt }: EntryParts): JsonObject {
  const { caller, action, target, correlationId } = operation;
  const address = addressOf(target);
  const claims = caller ? loggedClaims(caller, at) : {};
  const name = step === 'Started' ? 'BeginRequest' : 'EndRequest';
  const text = callerText({ operation, at });
  return {
    authorization: { action, scope: target },
    ...(text !== undefined && { caller: text }),
    channels: 'Operation',
    claims,
    correlationId,
    description: '',
    eventDataId,
    eventName: { value: name, localizedValue: localized[name] },
    category: { value: 'Administrative', localizedValue: 'Administrativ' },
    eventTimestamp: timeOf(at),
    id: `${target}/events/${eventDataId}/ticks/${BigInt(at) * 10_000n + EPOCH_TICKS}`,
    level: step === 'Failed' ? 'Error' : 'Informational',
    operationId: correlationId,
    operationName: { value: action, localizedValue: localized.operation },
    resourceGroupName: groupIn(target),
    resourceProviderName: { value: address ? namespaceOf(address) : '', localizedValue: localized.provider },
    resourceType: { value: action.split('/').slice(0, -1).join('/'), localizedValue: localized.type },
    resourceId: target,
    status: { value: step, localizedValue: localized[step] },
    subStatus: { value: outcome ? statusName(outcome.status) : '', localizedValue: '' },
    submissionTimestamp: timeOf(submittedAt),
    subscriptionId: address?.subscriptionId ?? '',
    tenantId,
    properties: {
      ...(outcome && { statusCode: statusName(outcome.status), serviceRequestId: null }),
      ...(outcome?.error !== undefined && { statusMessage: JSON.stringify(outcome.error) }),
      eventCategory: 'Administrative',
      entity: target,
      message: action,
      hierarchy: `${tenantId}/${address?.subscriptionId}`,
    },
  };
}

/** Who an entry says it was: a user by their principal name, anything else by its id; undefined when it does not say. */
export function callerText({ operation, at }: Pick<EntryParts, 'operation' | 'at'>): string | undefined {
  const { caller, platform } = operation;
  if (caller?.type !== 'user') return caller?.objectId ?? platform;
  return String(claimsOf(caller, new Date(at))[`${soapClaims}/upn`]);
}

/** Keeps the selected properties of an entry. Throws an ArmError for one that cannot be selected. */
export function selectProperties(select: string | null): (entry: JsonObject) => JsonObject {
  if (select === null) return (entry) => entry;
  const names = select.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !SELECTABLE.includes(name));
  if (unknown !== undefined) {
    throw new ArmError(errors.badRequest('BadRequest', `The property '${unknown}' cannot be selected.`)); // wording ours
  }
  return (entry) => Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));
}

/** The group of an id as it is written there; empty where there is none. */
export function groupIn(target: string): string {
  return addressOf(target)?.resourceGroup ?? '';
}

/** As documented: neither the caller nor the category is among them. */
const SELECTABLE = [
  'authorization',
  'claims',
  'correlationId',
  'description',
  'eventDataId',
  'eventName',
  'eventTimestamp',
  'httpRequest',
  'level',
  'operationId',
  'operationName',
  'properties',
  'resourceGroupName',
  'resourceProviderName',
  'resourceId',
  'status',
  'submissionTimestamp',
  'subStatus',
  'subscriptionId',
];

/** .NET counts from the year 1 in steps of 100 ns. */
const EPOCH_TICKS = 621_355_968_000_000_000n;

const localized = {
  operation: 'Ressource aktualisieren',
  provider: 'Anbieter',
  type: 'Ressourcentyp',
  BeginRequest: 'Anforderung starten',
  EndRequest: 'Anforderung beenden',
  Started: 'Gestartet',
  Accepted: 'Angenommen',
  Succeeded: 'Erfolgreich',
  Failed: 'Fehler',
};

const statusNames: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'NoContent',
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

function statusName(status: number): string {
  return statusNames[status] ?? String(status);
}

function loggedClaims(caller: Caller, at: number): JsonObject {
  const claims = claimsOf(caller, new Date(at));
  return { ...claims, idtyp: caller.type, ...(isServiceIdentity(caller) && { xms_mirid: identityResource }) };
}

/** Seven decimals, as .NET writes them. */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}7357Z`;
}
