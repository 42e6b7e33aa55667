/**
 * The effect of a plan's requests on the documents, by Resource Manager's rules: Microsoft.Web replaces the named
 * members of `properties` and ignores nulls, Microsoft.App merges (RFC 7396), a diagnostic setting is put whole.
 */

import { bodyToSend, type PlanStep } from '../../src/domain/changes/plan-requests.ts';
import { isObject, type Json, type JsonObject, pointerOf } from '../../src/domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../src/domain/resources/snapshot.ts';

export function written(snapshot: Snapshot, plan: readonly PlanStep[]): Snapshot {
  const documents = { ...snapshot.documents };
  for (const step of plan) {
    const document = bodyOf({ ...snapshot, documents }, step.document) ?? {};
    const body = step.root === '' ? patched(snapshot, document, step) : { ...document, value: put(document, step) };
    documents[step.document] = { status: 'read', body };
  }
  return { ...snapshot, documents };
}

/** The pointers whose values differ; absent and null are the same, and a named element has its name in the pointer. */
export function movedLeaves(before: Json, after: Json): string[] {
  if (before === after) return [];
  const [old, now] = [leavesOf(before), leavesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
}

function patched(snapshot: Snapshot, document: JsonObject, step: PlanStep): JsonObject {
  const sent = bodyToSend(step, document);
  if (!isObject(sent)) throw new Error(`${step.path} is sent without a body`);
  if (step.whole) return sent;
  if (step.path.endsWith('/Microsoft.Resources/tags/default')) {
    const { tags } = asObject(sent.properties);
    return { ...document, tags: { ...asObject(document.tags), ...asObject(tags) } };
  }
  if (snapshot.resource.kind !== 'web-app') return merged(document, sent);
  const { properties, ...beside } = sent;
  return {
    ...document,
    ...beside,
    ...(isObject(properties)
      ? { properties: withMembers(asObject(document.properties), withoutNulls(properties)) }
      : {}),
  };
}

/** App Service replaces a member as a whole, but merges objects with several switches. */
function withMembers(properties: JsonObject, named: JsonObject): JsonObject {
  const { outboundVnetRouting } = named;
  const routing = isObject(outboundVnetRouting)
    ? { outboundVnetRouting: { ...asObject(properties.outboundVnetRouting), ...outboundVnetRouting } }
    : {};
  return { ...properties, ...named, ...routing };
}

function put(document: JsonObject, step: PlanStep): Json[] {
  const list = Array.isArray(document.value) ? document.value : [];
  const name = decodeURIComponent(step.path.split('/').at(-1) ?? '');
  const is = (element: Json) => isObject(element) && String(element.name).toLowerCase() === name.toLowerCase();
  if (step.method === 'DELETE') return list.filter((element) => !is(element));
  const { properties = {} } = asObject(bodyToSend(step, document) ?? {});
  if (!list.some(is)) return [...list, { name, properties }];
  return list.map((element) => (is(element) ? { ...asObject(element), properties } : element));
}

function merged(target: Json | undefined, patch: JsonObject): JsonObject {
  const result = { ...asObject(target ?? null) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = isObject(value) ? merged(result[key], value) : value;
  }
  return result;
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function leavesOf(value: Json, path = '', leaves = new Map<string, string>()): Map<string, string> {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) {
      const name = isObject(element) && typeof element.name === 'string' ? element.name.toLowerCase() : String(index);
      leavesOf(element, path + pointerOf([name]), leaves);
    }
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (key !== 'name') leavesOf(member, path + pointerOf([key]), leaves);
    }
  } else if (value !== null) leaves.set(path, JSON.stringify(value));
  return leaves;
}
