/** Compares rows of Resource Graph with what Resource Manager answered, leaf by leaf. */
import { isObject, type Json, sameJson } from '../resources/json.ts';
import { bodyOf, type Snapshot } from '../resources/snapshot.ts';
import { canonical } from './canonical.ts';
import { isTextColumn, type LeafNode } from './leaf-tree.ts';
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
    return answered ? comparedMembers(tree, { told: body, answered }).map((one) => ({ ...one, type: row.type })) : [];
  });
}

type Compared = Omit<ComparedLeaf, 'type'>;

interface Both {
  /** By the row. */
  readonly told: Json | undefined;
  /** By Resource Manager. */
  readonly answered: Json | undefined;
}

function comparedMembers(node: LeafNode, { told, answered }: Both): Compared[] {
  return [...node.members].flatMap(([name, member]) => {
    const both = { told: memberOf(told, name), answered: memberOf(answered, name) };
    if (member.untold) return [];
    return member.opened ? comparedMembers(member, both) : comparedNode(member, both);
  });
}

function comparedNode(node: LeafNode, { told = null, answered = null }: Both): Compared[] {
  const here = (result: Agreement): Compared => ({ leaf: node.pattern, result, valueClass: valueClass(node, told) });
  if (told === null) return [here(isUnset(node, answered) ? 'agreed' : 'not-told')];
  if (node.form !== null) return [here(isSame(node, told, answered) ? 'agreed' : 'differed')];
  const { element } = node;
  if (Array.isArray(told)) {
    if (!Array.isArray(answered) || answered.length !== told.length || !element) return [here('differed')];
    const elements = told.flatMap((one, at) => comparedNode(element, { told: one, answered: answered[at] }));
    return [here('agreed'), ...elements];
  }
  return isObject(answered) ? [here('agreed'), ...comparedMembers(node, { told, answered })] : [here('differed')];
}

function isUnset(node: LeafNode, answered: Json): boolean {
  if (answered === '') return isTextColumn(node);
  return answered === null || (node.emptyWhenUnset === true && Array.isArray(answered) && answered.length === 0);
}

function isSame(node: LeafNode, told: Json, answered: Json): boolean {
  const isRegion = node.pattern === '/location';
  return told === answered || sameJson(canonical(told, isRegion), canonical(answered, isRegion));
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) ? value[name] : undefined;
}
