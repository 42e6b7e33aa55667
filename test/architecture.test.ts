/** Structure of the code, checked over every file: imports point down only, without circles; domain and rules are pure. */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { declarationsIn } from './declarations.ts';
import {
  codeOf,
  filesBelow,
  folderArrows,
  groupBy,
  imports,
  onCircles,
  reachedByValue,
  sources,
} from './import-graph.ts';

/** What a file of each folder of src/ may import of src/; its own folder is always allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly RegExp[]>> = {
  domain: [],
  rules: [/^domain\//],
  workflows: [/^domain\//],
  http: [],
  azure: [/^domain\//, /^workflows\/ports\//, /^http\//],
  storage: [/^domain\//, /^workflows\/ports\//, /^http\//],
  // Types of what the API answers; see the test below.
  console: [/^api\//, /^domain\//, /^workflows\/ports\//],
  // A missing setting is a problem document.
  api: [/^domain\//, /^workflows\//, /^app\/config\.ts$/],
  // The composition root.
  app: [/^domain\//, /^rules\/index\.ts$/, /^workflows\//, /^azure\//, /^storage\//],
  // The command line calls the API by the definitions of its endpoints, and reads an estate with the caller's own sign-in.
  cli: [
    /^domain\//,
    /^rules\/index\.ts$/,
    /^api\//,
    /^azure\//,
    /^workflows\/ports\//,
    /^workflows\/sweep\/listing(-trust)?\.ts$/,
    /^console\/ui\/settings-change\/document\.ts$/,
  ],
  // A trigger names its queue.
  functions: [/^domain\//, /^workflows\//, /^api\//, /^app\//, /^storage\/names\.ts$/],
};

/** What the folders around src/ may import outside themselves. */
const MAY_IMPORT_OUTSIDE: Readonly<Record<string, readonly RegExp[]>> = {
  simulator: [],
  'dev/functions-host': [],
  // The commands build a missing bundle and escape what they print; `npm start` checks its audit key as the service does.
  dev: [
    /^simulator\//,
    /^tools\/build\/build\.ts$/,
    /^src\/cli\/framework\/printable\.ts$/,
    /^src\/domain\/audit\/audit\.ts$/,
  ],
  // The page about tampering is generated from the cells of its test; the bench reads the log of a million entries of another;
  // pictures and measurements of the console have the samples of its tests.
  tools: [
    /^simulator\//,
    /^dev\/(azurite|environment|sign-in)\//,
    /^src\//,
    /^test\/browser\/(chromium|fake-api|samples\/\w+)\.ts$/,
    /^test\/(tamper\/page|storage\/(million|samples|table-service))\.ts$/,
  ],
};

/** A folder of rules has one file for each rule of its kind. */
const LARGE_FOLDERS = /^(src|test)\/rules\/[a-z-]+$/;
const MOST_FILES = 20;

describe('arrows point down only', () => {
  const arrows = imports
    .filter(({ from }) => from.startsWith('src/'))
    .map(({ from, to }) => ({ from, folder: folderOf(from), to }))
    .filter(({ folder }) => folder !== null);

  test.each(Object.entries(MAY_IMPORT))('%s', (folder, allowed) => {
    const wrong = arrows
      .filter((arrow) => arrow.folder === folder && arrow.to.startsWith('src/'))
      .map(({ from, to }) => ({ from, to: to.slice('src/'.length) }))
      .filter(({ to }) => !to.startsWith(`${folder}/`) && !allowed.some((pattern) => pattern.test(to)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(MAY_IMPORT_OUTSIDE))('%s', (folder, allowed) => {
    const wrong = imports
      .filter(({ from, to }) => from.startsWith(`${folder}/`) && !to.startsWith(`${folder}/`))
      .filter(({ to }) => !allowed.some((pattern) => pattern.test(to)))
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test('every folder of src/ has its arrows in this test', () => {
    const folders = new Set(sources.filter((file) => file.startsWith('src/')).map(folderOf));
    for (const folder of folders) if (folder !== null) expect(Object.keys(MAY_IMPORT)).toContain(folder);
  });

  test('the page runs with its own files alone', () => {
    const page = reachedByValue(sources.filter((file) => file.startsWith('src/console/')));
    expect(page.filter((file) => !file.startsWith('src/console/'))).toEqual([]);
  });

  test('the help of the command line is loaded without the code that runs, and without a schema', () => {
    const help = reachedByValue(['src/cli/main.ts']);
    const allowed = /^src\/cli\/|^src\/api\/framework\/version\.ts$/;
    expect(help.filter((file) => !allowed.test(file))).toEqual([]);
    expect(help.filter((file) => /^import .* from '(zod|@azure\/|cli-table3)/m.test(valueCodeOf(file)))).toEqual([]);
  });

  test('the deployed code imports nothing from simulator, dev and tools', () => {
    expect(imports.filter(({ from, to }) => from.startsWith('src/') && !to.startsWith('src/'))).toEqual([]);
  });

  test('a rule imports no other rule', () => {
    const wrong = imports.filter(
      ({ from, to }) => from.startsWith('src/rules/') && /^src\/rules\/(?!checks\/|declare\/)/.test(to),
    );
    expect(wrong).toEqual([]);
  });
});

describe('there is no circle', () => {
  test('between files', () => {
    expect(onCircles(imports)).toEqual([]);
  });

  test('between folders', () => {
    expect(onCircles(folderArrows())).toEqual([]);
  });

  test('a circle is found with exactly its members', () => {
    const arrows = ['a b', 'b c', 'c b', 'd a'].map((arrow) => arrow.split(' '));
    expect(onCircles(arrows.map(([from = '', to = '']) => ({ from, to })))).toEqual(['b', 'c']);
  });
});

describe('folders are small and have few dependencies between them', () => {
  test(`a folder has at most ${MOST_FILES} files`, () => {
    const folders = groupBy(['src', 'simulator', 'dev', 'tools', 'test'].flatMap(filesBelow), path.posix.dirname);
    const large = [...folders]
      .filter(([folder, files]) => files.length > MOST_FILES && !LARGE_FOLDERS.test(folder))
      .map(([folder, files]) => `${folder}: ${files.length} files`);
    expect(large).toEqual([]);
  });

  test.each([
    // Health gates and roll-outs are subjects of their own, between reconcile and what it uses.
    ['src/workflows', 42],
    ['src/domain', 20],
  ])('%s has at most %i pairs of folders where one imports the other', (top, most) => {
    const isInside = (folder: string) => folder.startsWith(`${top}/`);
    const pairs = folderArrows().filter(({ from, to }) => isInside(from) && isInside(to));
    expect(pairs.length).toBeGreaterThan(0);
    expect(pairs.length).toBeLessThanOrEqual(most);
  });
});

describe('domain and rules are pure', () => {
  const pure = sources.filter((file) => /^src\/(domain|rules)\//.test(file));

  test.each([
    ['the time', /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.now\(|\bsetTimeout\(|\bsetInterval\(/],
    ['random numbers', /\bMath\.random\(|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/],
    ['the environment', /\bprocess\b\s*[.[]|\bfrom 'node:process'/],
    ['the outside', /\bfrom 'node:(?!crypto')|\bfetch\(|\bconsole\.|\bawait import\(/],
    ['a service', /\bfrom '@azure\//],
  ])('they never use %s', (_, pattern) => {
    expect(pure.length).toBeGreaterThan(20);
    expect(pure.filter((file) => pattern.test(codeOf(file)))).toEqual([]);
  });
});

describe('a plan is computed only', () => {
  const plans = ['src/workflows/reconcile/plan-reconcile.ts', 'src/workflows/reconcile/plan-attempts.ts'];
  const used = reachedByValue(plans).filter((file) => file.startsWith('src/workflows/'));

  test('it waits for nothing', () => {
    expect(used.length).toBeGreaterThan(plans.length);
    expect(used.filter((file) => /\b(async|await|Promise)\b/.test(codeOf(file)))).toEqual([]);
  });

  test('it imports no port, other than as a type', () => {
    expect(used.filter((file) => file.startsWith('src/workflows/ports/'))).toEqual([]);
  });

  test('its input has no port', () => {
    const input = codeOf('src/workflows/state/reconcile-context.ts').match(/interface ReconcileInput \{[^}]*\}/)?.[0];
    expect(input).toContain('snapshot');
    expect(input).not.toMatch(/\b(deps|lease|Deps|Lease)\b/);
    for (const file of plans) expect(codeOf(file)).not.toMatch(/\bReconcileContext\b|\bdeps\b/);
  });
});

describe('names and types', () => {
  // A test, because a lint rule sees the absolute path of a file and no folder names.
  test('no file and no folder has a name without a subject', () => {
    const vague = /^(utils?|helpers?|commons?|misc|shared|lib|stuff|support)$/i;
    const names = ['src', 'simulator', 'dev', 'tools', 'test'].flatMap(filesBelow).filter((file) => {
      const parts = file.split('/').map((part) => part.replace(/\..*$/, ''));
      return parts.some((part) => vague.test(part) || part.split('-').some((word) => vague.test(word)));
    });
    expect(names).toEqual([]);
  });

  test('no code bypasses the compiler', () => {
    const forced = /\bas any\b|: any\b|<any>|as unknown as|@ts-(ignore|nocheck|expect-error)/;
    expect(sources.filter((file) => forced.test(codeOf(file)))).toEqual([]);
  });
});

describe('each type has one schema', () => {
  const subjects = sources.filter((file) => /^src\/(domain|workflows\/ports)\//.test(file)).map(codeOf);
  const derived = sources.filter((file) => /^src\/(storage|api)\//.test(file));

  test('storage and API derive from the types of domain and ports, and repeat none', () => {
    expect(derived.flatMap((file) => repeated(codeOf(file), subjects).map((one) => `${file}: ${one}`))).toEqual([]);
  });

  test('a type that is repeated is found, as an interface and as a schema, and one that is derived is not', () => {
    const subject =
      'export const head = z.strictObject({ chain: z.string(), seq: z.int(), hash: z.string(), at: time });';
    const members = 'at: z.object({ day: z.int() }), hash: z.string(),\n  seq: z.int(), chain: z.string()';
    expect(repeated(`const HEAD = z\n  .looseObject({ ${members} })`, [subject])).toEqual(['HEAD repeats head']);
    const row = 'interface Row {\n readonly chain: string;\n seq: number;\n at?: string;\n hash: string;\n}';
    expect(repeated(row, [subject])).toEqual(['Row repeats head']);
    expect(repeated(row.replace('interface Row', 'type Row ='), [subject])).toEqual(['Row repeats head']);
    expect(repeated(subject, [row])).toEqual(['head repeats Row']);
    expect(repeated('const HEAD = head.omit({ hash: true }).extend({ last: head.shape.hash });', [subject])).toEqual(
      [],
    );
    expect(repeated(`{ body: z.strictObject({ ${members} }) }`, [subject])).toEqual([]);
  });
});

/** Three equal names may be chance. */
const FEWEST_REPEATED = 4;

/** The types in some code that name the members of a subject again. The body of a request has rules of its own. */
function repeated(code: string, subjects: readonly string[]): string[] {
  const known = subjects.flatMap(declarationsIn);
  return declarationsIn(code)
    .filter(({ name }) => name !== 'body')
    .flatMap(({ name, members }) =>
      known
        .filter((subject) => subject.members.filter((one) => members.includes(one)).length >= FEWEST_REPEATED)
        .map((subject) => `${name} repeats ${subject.name}`),
    );
}

/** The code of a file without its imports of types. */
function valueCodeOf(file: string): string {
  return codeOf(file).replace(/^import type [^;]*;$/gm, '');
}

/** The folder of src/ that a file is in; null for src/main.ts. */
function folderOf(file: string): string | null {
  const [, folder, ...rest] = file.split('/');
  return rest.length > 0 ? (folder ?? null) : null;
}
