/** Whether an app has a managed identity, by the types that it names. */

import { type Change, type PreservedValue, valueAt } from '../../../domain/changes/change.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { armIdOf } from '../../../domain/resources/resource.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, unknown, violation } from '../../../domain/rules/rule.ts';
import { type Setting, valueSet } from '../../declare/declarations.ts';
import { Block, Expression } from '../../declare/printers.ts';
import { checkProperties } from '../documents/sections.ts';

const TYPE = '/identity/type';
const ASSIGNED = '/identity/userAssignedIdentities';

/** The recommended setting: an identity that is created and deleted with its app. */
export const SYSTEM_ASSIGNED: Setting = { document: 'resource', path: TYPE, to: 'SystemAssigned' };

/** Checks the types of identity of a resource, in lower case; unknown when one is not a type of Azure. */
export function judgeIdentity(
  snapshot: Snapshot,
  judge: (types: readonly string[], body: JsonObject) => CheckResult,
): CheckResult {
  return checkProperties(snapshot, 'resource', (_, body) => {
    const types = typesOf(valueAt(body, TYPE));
    const { identity = null } = body;
    const known = identity === null || isObject(identity);
    return types && known ? judge(types, body) : unknown('The identity of the app is none that Azure documents.');
  });
}

/** Checks whether there is an identity at all. `both` is the spelling of the provider for an identity of both types. */
export function judgeManagedIdentity(snapshot: Snapshot, both: string): CheckResult {
  return judgeIdentity(snapshot, (types, body) => {
    const type = valueAt(body, TYPE);
    if (types.some(isIdentity)) return compliant(`The app has a managed identity (${type}).`);
    const assigned = valueAt(body, ASSIGNED);
    if (assigned !== null && !isObject(assigned)) return unknown('The assigned identities are no map of identities.');
    const keeps = assigned !== null && Object.keys(assigned).length > 0;
    const change: Change = { document: 'resource', path: TYPE, from: type, to: keeps ? both : 'SystemAssigned' };
    // The type alone would drop the identities that are already assigned.
    const preserved: PreservedValue[] = keeps ? [{ document: 'resource', path: ASSIGNED, value: assigned }] : [];
    return violation('The app has no managed identity.', [change], { preserved });
  });
}

/** The user-assigned identities of a resource, each with its id and the object that Azure returns for it. */
export function assignedIdentities(types: readonly string[], body: JsonObject): [id: string, identity: Json][] {
  const assigned = types.includes('userassigned') ? valueAt(body, ASSIGNED) : null;
  return isObject(assigned) ? Object.entries(assigned).filter(([id]) => armIdOf(id)) : [];
}

/** The block of azurerm for the identity: two types have a blank between them, and user-assigned ones are listed by id. */
export function identityBlock(changes: readonly Change[]): Block {
  const type = String(valueSet(changes, SYSTEM_ASSIGNED)).replace(/,\s*/, ', ');
  return new Block({ type, ...(type.includes(',') ? { identity_ids: new Expression('var.identity_ids') } : {}) });
}

function isIdentity(type: string): boolean {
  return type === 'systemassigned' || type === 'userassigned';
}

/** The types in the text; Azure writes two with and without a blank after the comma. null when one is not a type of Azure. */
function typesOf(type: Json): string[] | null {
  if (type === null) return [];
  if (typeof type !== 'string') return null;
  const types = type
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  return types.every((one) => isIdentity(one) || one === 'none' || one === '') ? types : null;
}
