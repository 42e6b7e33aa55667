/**
 * Documents that are lists of resources, as Resource Manager answers them: `{ value: [ … ] }`. What comes from Resource Graph,
 * as a snapshot file may, has them as `data`.
 */
import type { DocumentName } from '../domain/documents.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { type Judgement, notRead, unknown } from '../domain/rule.ts';
import { bodyOf, type Snapshot, stateOf } from '../domain/snapshot.ts';
import { objectsIn } from './lists.ts';

/** Judges the elements of a list; unknown, with the reason, when it was not read or holds what is no resource. */
export function judgeList(
  snapshot: Snapshot,
  name: DocumentName,
  judge: (elements: readonly JsonObject[]) => Judgement,
): Judgement {
  const state = stateOf(snapshot, name);
  if (state.status !== 'read') return notRead(snapshot, name);
  const body = bodyOf(snapshot, name);
  const list = body?.value ?? body?.data;
  const elements = Array.isArray(list) ? objectsIn(list) : null;
  return elements ? judge(elements) : unknown(`${name} came without a list of resources`);
}

/** The properties of an element of a list; empty when it has none. */
export function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

/** What an element is called, for a reason. */
export function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : 'one without a name';
}
