/** The leaves of a source as a tree, to follow a body down to them. */
import { tokensOf } from '../resources/json.ts';
import { type LeafForm, OPENED, ROW_SOURCES, type RowSourceName, sourceOf } from './leaves.ts';

/** A place in a body. It has a form, members or elements; `untold` ones have none of them. */
export interface LeafNode {
  readonly pattern: string;
  /** Of a leaf; null for an object or a list above leaves. */
  readonly form: LeafForm | null;
  /** By their name in Resource Manager. */
  readonly members: ReadonlyMap<string, LeafNode>;
  /** The elements of a list; null for an object. */
  readonly element: LeafNode | null;
  /** An object whose members are columns, so a row does not show the object itself. */
  readonly opened: boolean;
  readonly untold: boolean;
  /** A list that Resource Manager answers empty where the row has none. */
  readonly emptyWhenUnset?: true;
}

interface Growing extends LeafNode {
  form: LeafForm | null;
  readonly members: Map<string, Growing>;
  element: Growing | null;
  untold: boolean;
}

const TREES = new Map(ROW_SOURCES.map((name) => [name, treeOf(name)]));

/** The tree of the leaves of a source; its root is the body. */
export function leafTree(name: RowSourceName): LeafNode {
  return TREES.get(name) ?? treeOf(name);
}

/** The columns of a source: the shortest paths to its leaves that lead through opened objects only, in order. */
export function columnsOf(name: RowSourceName): readonly LeafNode[] {
  const below = (node: LeafNode): LeafNode[] =>
    [...node.members.values()].flatMap((member) => (member.untold ? [] : member.opened ? below(member) : [member]));
  return below(leafTree(name));
}

/** Kind, location and manager are texts of the row itself, empty where there is none; everything else is JSON. */
export function isTextColumn({ pattern, form }: LeafNode): boolean {
  return (form === 'word' || form === 'text') && pattern.lastIndexOf('/') === 0;
}

function treeOf(name: RowSourceName): LeafNode {
  const { leaves, untold } = sourceOf(name);
  const root = nodeAt('');
  for (const [leaf, form] of leaves) grow(root, leaf).form = form;
  for (const leaf of untold) grow(root, leaf).untold = true;
  return root;
}

function grow(root: Growing, leaf: string): Growing {
  let node = root;
  for (const token of tokensOf(leaf)) {
    const pattern = `${node.pattern}/${token}`;
    if (token === '*') {
      node.element ??= nodeAt(pattern);
      node = node.element;
    } else {
      const member = node.members.get(token) ?? nodeAt(pattern);
      node.members.set(token, member);
      node = member;
    }
  }
  return node;
}

function nodeAt(pattern: string): Growing {
  const opened = pattern === '' || OPENED.has(pattern);
  return { pattern, form: null, members: new Map(), element: null, opened, untold: false };
}
