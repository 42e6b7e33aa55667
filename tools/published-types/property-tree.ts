// The properties of one resource type in one api-version, and what becomes of these trees of all versions together.
import type { Outline, Shape } from '../../simulator/api-versions/outline.ts';

export interface PropertyTree {
  readOnly: boolean;
  members: Map<string, PropertyTree>;
}

/** Trees by resource type and api-version. */
export type PropertyTrees = Map<string, Map<string, PropertyTree>>;

/** One outline of all versions. Names are in the order of the alphabet. */
export function outlineOf(trees: PropertyTrees): Outline {
  const versions = [...new Set([...trees.values()].flatMap((byVersion) => [...byVersion.keys()]))].sort();
  const types = [...trees]
    .sort(byName)
    .map(([type, byVersion]): [string, Shape] => [type, joined(byVersion, versions)]);
  return { versions, types: new Map(types) };
}

/** `parents`: the versions in which it could be. */
function joined(byVersion: ReadonlyMap<string, PropertyTree>, parents: readonly string[]): Shape {
  const versions = [...byVersion.keys()];
  const below = new Map<string, Map<string, PropertyTree>>();
  for (const [version, { members }] of byVersion) {
    for (const [name, tree] of members) below.set(name, (below.get(name) ?? new Map()).set(version, tree));
  }
  const newest = byVersion.get([...versions].sort().at(-1) ?? '');
  return {
    readOnly: newest?.readOnly ?? false,
    versions: versions.length === parents.length ? null : new Set(versions),
    members: new Map([...below].sort(byName).map(([name, trees]) => [name, joined(trees, versions)])),
  };
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
