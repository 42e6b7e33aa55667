/** Whether an app has a managed identity, by the types that it names. */
import { type Change, type Kept, valueAt } from '../domain/change.ts';
import { idIn } from '../domain/document-rows.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { compliant, type Judgement, judgeProperties, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { Block, Expression } from './source-lines.ts';
import { type Setting, valueSet } from './sources.ts';

const TYPE = '/identity/type';
const ASSIGNED = '/identity/userAssignedIdentities';

/** What is recommended: an identity that lives and dies with its app. */
export const SYSTEM_ASSIGNED: Setting = { document: 'resource', path: TYPE, to: 'SystemAssigned' };

/** Judges the types of identity of a resource, in lower case; unknown when the identity names others than Azure has. */
export function judgeIdentity(
  snapshot: Snapshot,
  judge: (types: readonly string[], body: JsonObject) => Judgement,
): Judgement {
  return judgeProperties(snapshot, 'resource', (_, body) => {
    const types = typesOf(valueAt(body, TYPE));
    const { identity = null } = body;
    const known = identity === null || isObject(identity);
    return types && known ? judge(types, body) : unknown('The identity of the app is none that Azure documents.');
  });
}

/** Judges whether there is an identity at all. `both` is how the provider spells an identity of both types. */
export function judgeManagedIdentity(snapshot: Snapshot, both: string): Judgement {
  return judgeIdentity(snapshot, (types, body) => {
    const type = valueAt(body, TYPE);
    if (types.some(isIdentity)) return compliant(`The app has a managed identity (${type}).`);
    const assigned = valueAt(body, ASSIGNED);
    if (assigned !== null && !isObject(assigned)) return unknown('The assigned identities are no map of identities.');
    const keeps = assigned !== null && Object.keys(assigned).length > 0;
    const change: Change = { document: 'resource', path: TYPE, from: type, to: keeps ? both : 'SystemAssigned' };
    // The type alone would drop the identities that are already assigned.
    const kept: Kept[] = keeps ? [{ document: 'resource', path: ASSIGNED, value: assigned }] : [];
    return { verdict: 'violation', reason: 'The app has no managed identity.', changes: [change], kept };
  });
}

/** The identities of their own that a resource is assigned: what Azure tells of each, by its id. */
export function assignedIdentities(types: readonly string[], body: JsonObject): [id: string, identity: Json][] {
  const assigned = types.includes('userassigned') ? valueAt(body, ASSIGNED) : null;
  return isObject(assigned) ? Object.entries(assigned).filter(([id]) => idIn(id)) : [];
}

/** How azurerm declares the identity: both types with a blank between them, and those that are assigned by their ids. */
export function identityBlock(changes: readonly Change[]): Block {
  const type = String(valueSet(changes, SYSTEM_ASSIGNED)).replace(/,\s*/, ', ');
  return new Block({ type, ...(type.includes(',') ? { identity_ids: new Expression('var.identity_ids') } : {}) });
}

function isIdentity(type: string): boolean {
  return type === 'systemassigned' || type === 'userassigned';
}

/** Azure writes two types with and without a blank after the comma. null when it names what Azure does not know. */
function typesOf(type: Json): string[] | null {
  if (type === null) return [];
  if (typeof type !== 'string') return null;
  const types = type
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  return types.every((one) => isIdentity(one) || one === 'none' || one === '') ? types : null;
}
