/** What the design says of the house, held over every file: arrows point down, domain and rules are pure, no drawers. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = ['src', 'local'].flatMap(filesBelow).filter((file) => /\.(ts|cjs|html|css)$/.test(file));
const sources = files.filter((file) => file.endsWith('.ts') && file !== 'src/rules/index.ts');
const textOf = new Map(sources.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));

/** What a file of each folder of src/ may import of src/; its own folder is always allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly RegExp[]>> = {
  domain: [],
  rules: [/^domain\//],
  workflows: [/^domain\//],
  azure: [/^domain\//, /^workflows\/ports\.ts$/],
  storage: [/^domain\//, /^workflows\/ports\.ts$/],
  console: [],
  // The page is served by a route, and a setting that is missing is a problem of its own.
  api: [/^domain\//, /^workflows\//, /^console\//, /^config\.ts$/],
  // A trigger names its queue.
  functions: [/^domain\//, /^workflows\//, /^api\//, /^storage\/names\.ts$/, /^[\w-]+\.ts$/],
};

describe('arrows point down only', () => {
  const arrows = sources
    .filter((file) => file.startsWith('src/'))
    .flatMap((file) => importsOf(file).map((to) => ({ file, folder: folderOf(file), to })))
    .filter(({ folder }) => folder !== null);

  test.each(Object.entries(MAY_IMPORT))('%s', (folder, allowed) => {
    const wrong = arrows
      .filter((arrow) => arrow.folder === folder && arrow.to.startsWith('src/'))
      .map(({ file, to }) => ({ file, to: to.slice('src/'.length) }))
      .filter(({ to }) => !to.startsWith(`${folder}/`) && !allowed.some((pattern) => pattern.test(to)))
      .map(({ file, to }) => `${file} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test('every folder of src/ has its arrows in this test', () => {
    const folders = new Set(sources.filter((file) => file.startsWith('src/')).map(folderOf));
    for (const folder of folders) if (folder !== null) expect(Object.keys(MAY_IMPORT)).toContain(folder);
  });

  test('what is deployed imports nothing of what runs it here', () => {
    const wrong = sources.filter(
      (file) => file.startsWith('src/') && importsOf(file).some((to) => !to.startsWith('src/')),
    );
    expect(wrong).toEqual([]);
  });

  test('a rule imports no other rule', () => {
    const wrong = sources
      .filter((file) => /^src\/rules\/.+\//.test(file))
      .filter((file) => importsOf(file).some((to) => /^src\/rules\/(.+\/|index\.ts)/.test(to)));
    expect(wrong).toEqual([]);
  });
});

describe('domain and rules are pure', () => {
  const pure = sources.filter((file) => /^src\/(domain|rules)\//.test(file));

  test.each([
    ['the time', /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(/],
    ['chance', /\bMath\.random\(|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/],
    ['the environment', /\bprocess\b\s*[.[]|\bfrom 'node:process'/],
    ['the world', /\bfrom 'node:(?!crypto')|\bfetch\(|\bconsole\.|\bawait import\(/],
    ['a service', /\bfrom '@azure\//],
  ])('they never ask for %s', (_, pattern) => {
    expect(pure.length).toBeGreaterThan(20);
    expect(pure.filter((file) => pattern.test(codeOf(file)))).toEqual([]);
  });
});

describe('every room is found by its name', () => {
  test('no file and no folder is a drawer', () => {
    const drawer = /^(utils?|helpers?|commons?|misc|shared|lib|stuff|support)$/i;
    const names = ['src', 'local', 'test'].flatMap(filesBelow).filter((file) => {
      const parts = file.split('/').map((part) => part.replace(/\..*$/, ''));
      return parts.some((part) => drawer.test(part) || part.split('-').some((word) => drawer.test(word)));
    });
    expect(names).toEqual([]);
  });

  test('no file has more than 300 lines', () => {
    const long = files
      .filter((file) => file !== 'src/rules/index.ts')
      .map((file) => ({ file, lines: readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });

  test('nothing is forced past the compiler', () => {
    const forced = /\bas any\b|: any\b|<any>|as unknown as|@ts-(ignore|nocheck|expect-error)/;
    expect(sources.filter((file) => forced.test(codeOf(file)))).toEqual([]);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .sort();
}

/** The folder of src/ that a file is in; null for the files that join the rooms (main, service, config, log). */
function folderOf(file: string): string | null {
  const [, folder, ...rest] = file.split('/');
  return rest.length > 0 ? (folder ?? null) : null;
}

/** The files of this repository that a file imports, dynamically and for types too. */
function importsOf(file: string): string[] {
  return [...(textOf.get(file) ?? '').matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, to]) =>
    path.posix.join(path.posix.dirname(file), to ?? ''),
  );
}

/** Without comments, whose words are free. */
function codeOf(file: string): string {
  return (textOf.get(file) ?? '').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
