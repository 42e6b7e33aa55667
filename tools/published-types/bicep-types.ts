// The types that Bicep knows, from their files: https://github.com/Azure/bicep-types-az (generated/**/types.json).
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PropertyTree, PropertyTrees } from './property-tree.ts';

const reference = z.object({ $ref: z.string() });
const property = z.object({ type: reference, flags: z.number() });
const entry = z.looseObject({
  $type: z.string(),
  name: z.string().optional(),
  body: reference.optional(),
  properties: z.record(z.string(), property).optional(),
  baseProperties: z.record(z.string(), property).optional(),
  additionalProperties: reference.optional(),
  itemType: reference.optional(),
  elements: z.union([z.array(reference), z.record(z.string(), reference)]).optional(),
});
type Entry = z.infer<typeof entry>;

const READ_ONLY = 2;
/** Of every resource, whatever the version: Bicep's own word, and what Resource Manager adds. */
const EVERYWHERE = ['apiVersion', 'systemData'];

export interface TypeSelection {
  types: readonly string[];
  /** For a type that is one of several, such as `Microsoft.Web/sites/config`. */
  elements?: Readonly<Record<string, readonly string[]>>;
  /** Levels of names; types that contain themselves end there. Default 12. */
  levels?: number;
}

/** Adds the trees of the wanted types. */
export async function addBicepTypes(
  trees: PropertyTrees,
  file: string,
  { types, elements = {}, levels = 12 }: TypeSelection,
): Promise<void> {
  const entries = z.array(entry).parse(JSON.parse(await readFile(file, 'utf8')));
  const at = ({ $ref }: { $ref: string }): Entry => {
    const found = entries[Number($ref.slice('#/'.length))];
    if (!found) throw new Error(`${file} has no ${$ref}.`);
    return found;
  };

  function treeOf(type: Entry, depth: number): Map<string, PropertyTree> {
    const members = new Map<string, PropertyTree>();
    const take = (more: Map<string, PropertyTree>) => {
      for (const [name, tree] of more) {
        const known = members.get(name);
        if (known) for (const [below, one] of tree.members) known.members.set(below, one);
        else members.set(name, tree);
      }
    };
    if (depth === levels) return members;
    for (const [name, { type: of, flags }] of Object.entries({ ...type.baseProperties, ...type.properties })) {
      if (depth > 0 || !EVERYWHERE.includes(name))
        members.set(name, { readOnly: (flags & READ_ONLY) !== 0, members: treeOf(at(of), depth + 1) });
    }
    if (type.additionalProperties) {
      members.set('*', { readOnly: false, members: treeOf(at(type.additionalProperties), depth + 1) });
    }
    if (type.itemType) return treeOf(at(type.itemType), depth);
    for (const one of Object.values(type.elements ?? {})) take(treeOf(at(one), depth));
    return members;
  }

  const add = (type: string, version: string, body: Entry) => {
    const byVersion = trees.get(type) ?? new Map<string, PropertyTree>();
    trees.set(type, byVersion.set(version, { readOnly: false, members: treeOf(body, 0) }));
  };
  for (const { $type, name, body } of entries) {
    const [type = '', version = ''] = name?.split('@') ?? [];
    if ($type !== 'ResourceType' || !body) continue;
    if (types.includes(type)) add(type, version, at(body));
    const { elements: each = {}, ...base } = at(body);
    for (const [element, $ref] of Object.entries(each)) {
      if (!elements[type]?.includes(element)) continue;
      add(`${type}/${element}`, version, { ...base, ...at($ref), baseProperties: base.baseProperties });
    }
  }
}
