// The models of an SDK client, from the functions with which it writes and reads bodies: they are run on a value that has
// every property, and what they ask it for, or make of it, are the names on the wire.
import type { PropertyTree } from './property-tree.ts';

export type Model = (item: unknown) => unknown;

/** Models that contain themselves end here. */
const DEEPEST = 12;
const MADE_UP = Symbol('made up');

/** What the client reads, with what it never writes marked as read-only. */
export function treeOfDeserializer(read: Model, write: Model | undefined): PropertyTree {
  const root: PropertyTree = { readOnly: false, members: new Map() };
  read(recording(root, 0));
  if (write) markReadOnly(root, treeOfSerializer(write));
  return root;
}

/** What the client writes. */
export function treeOfSerializer(write: Model): PropertyTree {
  return shapeOf(write(recording({ readOnly: false, members: new Map() }, 0)));
}

/** A value that has all properties, as objects, lists and texts at once, and records which ones are read. */
function recording(tree: PropertyTree, depth: number): unknown {
  const below = (name: string): unknown => {
    if (depth >= DEEPEST) return undefined;
    const known = tree.members.get(name) ?? { readOnly: false, members: new Map() };
    tree.members.set(name, known);
    return recording(known, depth + 1);
  };
  const own: Record<string, unknown> = {
    map: (each: (one: unknown) => unknown) => [each(recording(tree, depth))],
    toISOString: () => '',
  };
  return new Proxy(
    { '*': true },
    {
      get(_, name) {
        if (name === MADE_UP) return true;
        if (typeof name === 'symbol') return name === Symbol.toPrimitive ? () => '' : undefined;
        return own[name] ?? below(name);
      },
    },
  );
}

function shapeOf(value: unknown): PropertyTree {
  if (Array.isArray(value)) return shapeOf(value[0]);
  const isPlain = typeof value === 'object' && value !== null && !(MADE_UP in value) && !Reflect.get(value, MADE_UP);
  const members = isPlain
    ? Object.entries(value).map(([name, one]): [string, PropertyTree] => [name, shapeOf(one)])
    : [];
  return { readOnly: false, members: new Map(members.filter(([, tree]) => tree !== undefined)) };
}

function markReadOnly(read: PropertyTree, written: PropertyTree): void {
  for (const [name, tree] of read.members) {
    const also = written.members.get(name);
    if (!also) tree.readOnly = true;
    else if (also.members.size > 0) markReadOnly(tree, also);
  }
}
