// Faults on demand: which requests a fault applies to, and what it answers in place of Resource Manager.
import { randomUUID } from 'node:crypto';
import { errors } from '../arm/errors.ts';
import type { Address } from '../arm/resource-id.ts';
import type { HttpResponse } from '../http/response.ts';
import type { Caller } from '../identity/directory.ts';
import { createRegistry, isExhausted, type Registry } from './registry.ts';

export const faultNames = [
  'throttled',
  'busy-app',
  'busy-environment',
  'busy-site',
  'conflicting-write',
  'locked',
  'policy',
  'forbidden',
  'linked-forbidden',
  'not-found',
  'server-error',
  'unsupported-category',
  'answer',
  'reset',
  'hang',
  'ignore-write',
  'apply-then-reset',
  'accepted-empty',
  'operation-fails',
  'delay',
] as const;

export type FaultName = (typeof faultNames)[number];

/** Which requests are meant; an absent member matches every one. */
export interface RequestMatch {
  method?: string;
  /** A part of the path, or the source of a regular expression; without case. */
  path?: string;
}

/**
 * What goes wrong, and with which requests. Without `match` every ARM request; the identity endpoint only when
 * `match.path` names it (`/msi/token`).
 */
export interface Fault {
  match?: RequestMatch & {
    /** The RBAC action, such as `Microsoft.Web/sites/write`; without case. */
    action?: string;
  };
  action: FaultName;
  /** How often it is used; absent: always. */
  times?: number;
  /** How many matching requests pass before the first use. */
  skip?: number;
  /** The probability with which it applies to a matching request, 0 to 1; absent: always. */
  chance?: number;
  /** Of `delay`. */
  milliseconds?: number;
  /** Of `throttled`, in seconds; default 10. */
  retryAfter?: number;
  /** Of `answer` and `server-error`. */
  status?: number;
  /** Of `answer`. */
  body?: unknown;
}

export interface FaultRegistry extends Omit<Registry<Fault>, 'entries'> {
  /** The faults that apply to this request, each used once more: every delay, and the first of the others. */
  trigger(request: FaultTarget): Fault[];
}

export interface FaultTarget {
  method: string;
  path: string;
  /** Absent for requests that are not Resource Manager's. */
  action?: string;
}

/** An empty registry; faults apply in the order in which they were added. `random` decides about those with a `chance`. */
export function createFaultRegistry(random: () => number = Math.random): FaultRegistry {
  const { entries, ...faults } = createRegistry<Fault>();
  return {
    ...faults,
    trigger(request) {
      const triggered: Fault[] = [];
      for (const entry of entries) {
        const { item: fault } = entry;
        const isTaken = fault.action !== 'delay' && triggered.some((other) => other.action !== 'delay');
        if (isTaken || !matches(fault, request) || isExhausted(entry)) continue;
        if (entry.skipped++ < (fault.skip ?? 0)) continue;
        if (fault.chance !== undefined && random() >= fault.chance) continue;
        entry.uses++;
        triggered.push(fault);
      }
      return triggered;
    },
  };
}

function matches({ match = {} }: Fault, { method, path, action }: FaultTarget): boolean {
  if (action === undefined && match.path === undefined) return false;
  if (match.action && match.action.toLowerCase() !== action?.toLowerCase()) return false;
  return matchesRequest(match, { method, path });
}

/** Whether a request is one of those that are meant. */
export function matchesRequest(match: RequestMatch, { method, path }: { method: string; path: string }): boolean {
  if (match.method && match.method.toUpperCase() !== method) return false;
  return match.path === undefined || isPartOrPattern(match.path, path);
}

function isPartOrPattern(wanted: string, path: string): boolean {
  if (path.toLowerCase().includes(wanted.toLowerCase())) return true;
  try {
    return new RegExp(wanted, 'i').test(path);
  } catch {
    return false; // No pattern, just a part that is not there.
  }
}

/** What the fault answers; null where it changes the effect or the connection and not the answer. */
export function faultResponse(
  fault: Fault,
  request: { method: string; action: string; address: Address; scope: string; caller: Caller },
): HttpResponse | null {
  const { method, action, address, scope, caller } = request;
  const client = caller.appId ?? caller.objectId;
  const isWrite = method !== 'GET';
  const kind = !isWrite ? 'read' : method === 'DELETE' ? 'delete' : 'write';
  switch (fault.action) {
    case 'throttled':
      return errors.throttled(kind, address.subscriptionId, caller.objectId, fault.retryAfter ?? 10);
    case 'busy-app':
      return errors.busyApp(address.name, randomUUID());
    case 'busy-environment':
      return errors.busyEnvironment(address.name, randomUUID());
    case 'busy-site':
      return errors.busySite(randomUUID(), new Date().toISOString());
    case 'conflicting-write':
      return errors.conflictingWrite();
    case 'locked':
      return errors.locked(scope, kind === 'delete' ? 'delete' : 'write', groupOf(address));
    case 'policy':
      return errors.policy(address.name);
    case 'forbidden':
      return errors.forbidden(client, caller.objectId, action, scope);
    case 'linked-forbidden': {
      const subnet = `${groupOf(address)}/providers/Microsoft.Network/virtualNetworks/network/subnets/apps`;
      return errors.linkedForbidden(
        client,
        caller.objectId,
        action,
        scope,
        'Microsoft.Network/virtualNetworks/subnets/join/action',
        subnet,
      );
    }
    case 'not-found':
      return errors.resourceNotFound(`${address.type}/${address.name}`, address.resourceGroup);
    case 'server-error':
      return errors.server(fault.status ?? 500);
    case 'unsupported-category':
      return errors.unsupportedCategory('allLogs');
    case 'answer':
      return { status: fault.status ?? 500, body: fault.body };
    default:
      return null;
  }
}

function groupOf(address: Address): string {
  return `/subscriptions/${address.subscriptionId}/resourceGroups/${address.resourceGroup}`;
}
