// What goes wrong on demand: which requests a fault strikes, and what it answers in place of Resource Manager.
import { randomUUID } from 'node:crypto';
import type { Address } from './address.ts';
import { type Book, book, isUsedUp } from './book.ts';
import type { Caller, Fault, Move } from './contract.ts';
import { type Answer, errors } from './errors.ts';

export interface FaultBook extends Omit<Book<Fault>, 'entries'> {
  /** The faults that strike this request: every delay, and the first of the others. */
  strike(request: Struck): Fault[];
}

export interface Struck {
  method: string;
  path: string;
  /** Absent for requests that are not Resource Manager's. */
  action?: string;
}

/** An empty book; faults strike in the order in which they were added. `random` is asked by those that strike by chance. */
export function faultBook(random: () => number = Math.random): FaultBook {
  const { entries, ...faults } = book<Fault>();
  return {
    ...faults,
    strike(request) {
      const struck: Fault[] = [];
      for (const entry of entries) {
        const { told: fault } = entry;
        const taken = fault.action !== 'delay' && struck.some((other) => other.action !== 'delay');
        if (taken || !matches(fault, request) || isUsedUp(entry)) continue;
        if (entry.passed++ < (fault.skip ?? 0)) continue;
        if (fault.chance !== undefined && random() >= fault.chance) continue;
        entry.struck++;
        struck.push(fault);
      }
      return struck;
    },
  };
}

function matches({ match = {} }: Fault, { method, path, action }: Struck): boolean {
  if (action === undefined && match.path === undefined) return false;
  if (match.action && match.action.toLowerCase() !== action?.toLowerCase()) return false;
  return fits(match, { method, path });
}

/** Whether a request is one that is meant. */
export function fits(match: NonNullable<Move['match']>, { method, path }: { method: string; path: string }): boolean {
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
export function faultAnswer(
  fault: Fault,
  request: { method: string; action: string; address: Address; scope: string; caller: Caller },
): Answer | null {
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
