/**
 * Documents that are lists of resources: `{ value: [ … ] }` from Resource Manager, `{ data: [ … ] }` from Resource Graph, as
 * in some snapshot files.
 */

import type { DocumentName } from '../../../domain/resources/documents.ts';
import { isObject, type JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot, stateOf } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, unknown, unreadResult } from '../../../domain/rules/rule.ts';
import { objectsIn } from './arrays.ts';

/** Checks the elements of a list; unknown when it was not read or has an element that is no resource. */
export function judgeList(
  snapshot: Snapshot,
  name: DocumentName,
  judge: (elements: readonly JsonObject[]) => CheckResult,
): CheckResult {
  const state = stateOf(snapshot, name);
  if (state.status !== 'read') return unreadResult(snapshot, name);
  const body = bodyOf(snapshot, name);
  const list = body?.value ?? body?.data;
  const elements = Array.isArray(list) ? objectsIn(list) : null;
  return elements ? judge(elements) : unknown(`${name} came without a list of resources`);
}

/** The properties of an element of a list; empty when it has none. */
export function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

/** The name of an element in a reason. */
export function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : 'one without a name';
}
