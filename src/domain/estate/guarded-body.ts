/**
 * A body of a row that a check can read: reading a leaf that the row does not tell ends the check. So a rule that takes
 * absent for unset gives no verdict on a row that leaves a leaf out.
 */
import { isObject, type Json, type JsonObject } from '../resources/json.ts';
import type { LeafNode } from './leaf-tree.ts';
import { LISTED_FOR_CHANGES } from './leaves.ts';

/** Ends a check: it needs what the rows do not tell. It is no Error, because a check often ends so and needs no stack. */
export class NotTold {
  /** The document, and below it the leaf; empty for the document itself. */
  readonly document: string;
  readonly leaf: string;
  /** Whether no row can tell it, so that only Resource Manager does. */
  readonly onlyInArm: boolean;

  constructor(document: string, leaf: string, onlyInArm: boolean) {
    this.document = document;
    this.leaf = leaf;
    this.onlyInArm = onlyInArm;
  }
}

/** Resource Manager answers null, nothing or an empty text where a row has nothing. */
export type Unset = null | undefined | '';

export interface Reading {
  readonly document: string;
  /** Whether the value of the row at this place counts; null: the row has none. */
  isTold(node: LeafNode, value: Json): boolean;
  /** What a check gets for a leaf that is told to be unset. */
  unset(node: LeafNode): Unset;
}

/** The body, which throws NotTold where it is not told. */
export function guardedBody(value: Json, node: LeafNode, reading: Reading): Json {
  if (node.form !== null) return value;
  if (Array.isArray(value) && node.element) return guardedList(value, node.element, reading);
  return isObject(value) ? guardedObject(value, node, reading) : value;
}

function guardedObject(object: JsonObject, node: LeafNode, reading: Reading): JsonObject {
  const made = new Map<string, Json>();
  const read = (name: string): Json | undefined => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const found = memberOf(object[name] ?? null, node.members.get(name), `${node.pattern}/${name}`, reading);
    if (found !== null && found !== undefined) made.set(name, found);
    return found;
  };
  return new Proxy(object, {
    get: (target, name) => (isMember(name, node) ? read(name) : Reflect.get(target, name)),
    has: (_, name) => isMember(name, node) && read(name) !== undefined,
    getOwnPropertyDescriptor(_, name) {
      const value = isMember(name, node) ? read(name) : undefined;
      return value === undefined ? undefined : { value, configurable: true, enumerable: true, writable: true };
    },
    // A row may leave members out, so the list of its names is not told.
    ownKeys(target) {
      if (LISTED_FOR_CHANGES.has(node.pattern)) return Reflect.ownKeys(target);
      throw new NotTold(reading.document, `${node.pattern}/*`, false);
    },
  });
}

function guardedList(list: readonly Json[], element: LeafNode, reading: Reading): Json[] {
  return list.map((value) => {
    if (value === null || !isInForm(value, element) || !reading.isTold(element, value)) {
      throw new NotTold(reading.document, element.pattern, false);
    }
    return guardedBody(value, element, reading);
  });
}

function memberOf(value: Json, node: LeafNode | undefined, pattern: string, reading: Reading): Json | undefined {
  if (!node || node.untold) throw new NotTold(reading.document, pattern, node?.untold ?? false);
  const isKnown = node.opened ? value !== null : isInForm(value, node) && reading.isTold(node, value);
  if (!isKnown) throw new NotTold(reading.document, pattern, false);
  if (value !== null) return guardedBody(value, node, reading);
  if (node.emptyWhenUnset) return [];
  return reading.unset(node);
}

/** Whether a value is of the kind that its leaves expect: a scalar, a list or an object. */
function isInForm(value: Json, { form, element }: LeafNode): boolean {
  if (value === null || form === 'whole') return true;
  if (form !== null) return typeof value !== 'object';
  return element ? Array.isArray(value) : isObject(value);
}

/** What every object has, such as `toString`, is no member of a body. */
function isMember(name: string | symbol, node: LeafNode): name is string {
  return typeof name === 'string' && (node.members.has(name) || !(name in Object.prototype));
}
