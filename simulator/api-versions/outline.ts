// Which properties a body has by api-version, as an outline in text: one name a line, indented below its parent, `!` for
// what only the service sets, and the versions where these are not all of the parent's.

export interface Shape {
  readOnly: boolean;
  /** The api-versions that have it; all of its parent's when null. */
  versions: ReadonlySet<string> | null;
  /** By name; `*` stands for names that people choose. Empty: a value, or an object of any form. */
  members: Map<string, Shape>;
}

export interface Outline {
  versions: string[];
  /** By resource type. */
  types: Map<string, Shape>;
}

/** Reads an outline. Throws for a line that is none. */
export function parseOutline(text: string): Outline {
  const [first = '', ...lines] = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const versions = first.split(' ').slice(1);
  const types = new Map<string, Shape>();
  const above: Map<string, Shape>[] = [types];
  for (const line of lines) {
    const found = /^(?<indent> *)(?<name>[^ !]+)(?<mark>!?)(?: (?<ranges>\S+))?$/.exec(line)?.groups;
    const place = above[found?.indent?.length ?? -1];
    if (!found?.name || !place) throw new Error(`'${line}' is no line of an outline.`);
    const shape: Shape = {
      readOnly: found.mark === '!',
      versions: found.ranges === undefined ? null : versionsIn(found.ranges, versions),
      members: new Map(),
    };
    place.set(found.name, shape);
    above.splice((found.indent?.length ?? 0) + 1, above.length, shape.members);
  }
  return { versions, types };
}

/** Writes what `parseOutline` reads, below the given comment. */
export function printOutline({ versions, types }: Outline, comment: readonly string[]): string {
  const lines = (members: Map<string, Shape>, depth: number): string[] =>
    [...members].flatMap(([name, { readOnly, versions: some, members: below }]) => [
      `${' '.repeat(depth)}${name}${readOnly ? '!' : ''}${some === null ? '' : ` ${rangesOf(some, versions)}`}`,
      ...lines(below, depth + 1),
    ]);
  return [...comment.map((line) => `# ${line}`), `versions ${versions.join(' ')}`, ...lines(types, 0), ''].join('\n');
}

/** Such as `..2023-12-01,2024-11-01..`: runs of the list of versions. */
function rangesOf(some: ReadonlySet<string>, all: readonly string[]): string {
  const runs: string[][] = [];
  for (const [index, version] of all.entries()) {
    if (!some.has(version)) continue;
    const run = runs.at(-1);
    if (run && run.at(-1) === all[index - 1]) run.push(version);
    else runs.push([version]);
  }
  return runs
    .map((run) => {
      const [from, to] = [run[0] ?? '', run.at(-1) ?? ''];
      if (run.length === 1) return from;
      return `${from === all[0] ? '' : from}..${to === all.at(-1) ? '' : to}`;
    })
    .join(',');
}

function versionsIn(ranges: string, all: readonly string[]): Set<string> {
  return new Set(
    ranges.split(',').flatMap((range) => {
      const [from = '', to] = range.split('..');
      if (to === undefined) return [from];
      return all.slice(from === '' ? 0 : all.indexOf(from), to === '' ? all.length : all.indexOf(to) + 1);
    }),
  );
}
