/** Compares rows of Resource Graph with what Resource Manager answered, leaf by leaf. */
import { isObject, type Json } from '../resources/json.ts';
import { bodyOf, type Snapshot } from '../resources/snapshot.ts';
import { canonical } from './canonical.ts';
import type { LeafNode } from './leaf-tree.ts';
import { type ResourceRows, toldDocuments } from './row-documents.ts';
import { valueClass } from './value-class.ts';

/** agreed: both say the same, or both nothing. not-told: only the row says nothing. differed: anything else. */
export type Agreement = 'agreed' | 'differed' | 'not-told';

export interface ComparedLeaf {
  /** The type of the row, in lower case. */
  readonly type: string;
  /** The pattern of the leaf, or of the object or list above leaves. */
  readonly leaf: string;
  readonly result: Agreement;
  /** The class of the value of the row (value-class.ts), never the value. */
  readonly valueClass: string;
}

/**
 * What the rows of a resource say, compared with its snapshot. Documents that were not read, or have no row, are left out.
 * Elements of lists are compared in their order; of one leaf in several elements there are several results.
 */
export function compareRows(rows: ResourceRows, snapshot: Snapshot): ComparedLeaf[] {
  return toldDocuments(snapshot.resource.kind, rows).flatMap(({ name, row, body, tree }) => {
    const answered = bodyOf(snapshot, name);
    const found: ComparedLeaf[] = [];
    if (answered) compareMembers({ type: row.type, found }, tree, { told: body, answered });
    return found;
  });
}

interface Results {
  readonly type: string;
  readonly found: ComparedLeaf[];
}

interface Both {
  /** By the row. */
  readonly told: Json | undefined;
  /** By Resource Manager. */
  readonly answered: Json | undefined;
}

function compareMembers(results: Results, node: LeafNode, { told, answered }: Both): void {
  for (const [name, member] of node.members) {
    if (member.untold) continue;
    const both = { told: memberOf(told, name), answered: memberOf(answered, name) };
    if (member.opened) compareMembers(results, member, both);
    else compareNode(results, member, both);
  }
}

function compareNode(results: Results, node: LeafNode, { told = null, answered = null }: Both): void {
  const add = (result: Agreement) =>
    void results.found.push({ type: results.type, leaf: node.pattern, result, valueClass: valueClass(node, told) });
  if (told === null) return add(answered === null ? 'agreed' : 'not-told');
  if (node.form !== null) return add(isSame(node, told, answered) ? 'agreed' : 'differed');
  if (Array.isArray(told)) {
    const { element } = node;
    if (!Array.isArray(answered) || answered.length !== told.length || !element) return add('differed');
    add('agreed');
    for (const [at, one] of told.entries()) compareNode(results, element, { told: one, answered: answered[at] });
    return;
  }
  if (!isObject(answered)) return add('differed');
  add('agreed');
  compareMembers(results, node, { told, answered });
}

function isSame(node: LeafNode, told: Json, answered: Json): boolean {
  const isRegion = node.pattern === '/location';
  return JSON.stringify(canonical(told, isRegion)) === JSON.stringify(canonical(answered, isRegion));
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}
