/** The source files of the repository and their imports, for the tests of the architecture. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every file below a folder, as a path from the root. */
export function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

const GENERATED = ['src/rules/index.ts', 'src/api/built/console.ts'];

/** The TypeScript files of the code, without generated ones. */
export const sources = ['src', 'simulator', 'dev', 'tools']
  .flatMap(filesBelow)
  .filter((file) => /\.tsx?$/.test(file) && !GENERATED.includes(file));
const textOf = new Map(sources.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

/** The text of a source file without comments. */
export function codeOf(file: string): string {
  return (textOf.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of a file of this repository, dynamic ones and those of types included. */
export const imports: readonly Import[] = sources.flatMap((from) =>
  [...(textOf.get(from) ?? '').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, to]) => ({
    from,
    to: path.posix.join(path.posix.dirname(from), to ?? ''),
  })),
);

/** The files that run with these: what they import, directly or not. Imports of types alone do not count. */
export function reachedByValue(files: readonly string[]): string[] {
  const reached = new Set(files);
  for (const file of reached) for (const { to } of valueImports(file)) reached.add(to);
  return [...reached];
}

function valueImports(from: string): Import[] {
  const statements = (textOf.get(from) ?? '').matchAll(/^import (?!type\b)([^;]*?) ?from '(\.[^']+)';$/gm);
  return [...statements]
    .filter(([, names = '']) => !/^\{(\s*type \w+,?)*\s*\}$/.test(names))
    .map(([, , to = '']) => ({ from, to: path.posix.join(path.posix.dirname(from), to) }));
}

/** The imports as arrows between folders. A folder has no arrow to itself. */
export function folderArrows(of: readonly Import[] = imports): Import[] {
  const arrows = of.map(({ from, to }) => ({ from: path.posix.dirname(from), to: path.posix.dirname(to) }));
  const distinct = new Map(arrows.map((arrow) => [`${arrow.from} ${arrow.to}`, arrow]));
  return [...distinct.values()].filter(({ from, to }) => from !== to);
}

/** The nodes on a circle: each node to which a path of arrows leads back. */
export function onCircles(arrows: readonly Import[]): string[] {
  const targets = groupBy(arrows, ({ from }) => from);
  const reaches = (start: string): boolean => {
    const seen = new Set<string>();
    const next = [start];
    for (let node = next.pop(); node !== undefined; node = next.pop()) {
      for (const { to } of targets.get(node) ?? []) {
        if (to === start) return true;
        if (!seen.has(to)) next.push(to);
        seen.add(to);
      }
    }
    return false;
  };
  return [...targets.keys()].filter(reaches).sort();
}

/** The values by their key. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return groups;
}
