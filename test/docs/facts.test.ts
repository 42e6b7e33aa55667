/** What the documentation names exists: links, files, settings, routes, scripts, personas and reason codes. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { personas } from '../../dev/sign-in/personas.ts';
import { REASON_CODES } from '../../src/domain/resources/reasons.ts';
import { ENDPOINTS } from '../../src/functions/api.ts';
import { TABLES } from '../../src/storage/names.ts';
import { commandsIn, page, pages, proseOf, ROOT } from './pages.ts';

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe.each(pages().map((one) => [one.file, one] as const))('%s', (file, one) => {
  it('shows output only right after the commands that print it, so that a test can compare them', () => {
    const shown = commandsIn(one).filter(({ shows }) => shows.length > 0);
    expect(shown.length).toBe([...one.text.matchAll(/^```text$/gm)].length);
  });

  it('has numbered lists without gaps', () => {
    const numbers = proseOf(one)
      .split('\n')
      .map((line) => Number(/^(\d+)\. /.exec(line)?.[1] ?? 0))
      .filter((number) => number > 0);
    expect(numbers.filter((number, index) => number !== 1 && number !== (numbers[index - 1] ?? 0) + 1)).toEqual([]);
  });

  it('has no broken link', () => {
    const links = [...proseOf(one).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(links.filter((target) => !leadsSomewhere(file, target))).toEqual([]);
  });

  it('names only existing files', () => {
    const named = [
      ...one.text.matchAll(/(?<![\w/.-])((?:src|local|simulator|dev|tools|test|docs|infra)\/[\w/.-]*\w\.\w+)/g),
    ];
    const missing = named.map(([, name = '']) => name).filter((name) => !existsSync(path.join(ROOT, name)));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('names only existing calls of the API', () => {
    const named = [...one.text.matchAll(/\b(GET|POST|PUT|DELETE) (\/api)?(\/[a-z][\w./{}-]*)/g)];
    const calls = ENDPOINTS.map(({ method, route }) => `${method} /${route}`);
    const strange = named
      .map(([, method, api, route = '']) => ({ api, call: `${method} ${route.replace(/\.$/, '')}` }))
      .filter(({ api, call }) => api !== undefined && !calls.includes(call));
    expect(strange.map(({ call }) => call)).toEqual([]);
  });

  it('uses only paths of the API that are served', () => {
    const used = [...one.text.matchAll(/(?:\$api|127\.0\.0\.1:7071\/api)(\/[\w./$-]+)/g)].map(
      ([, route = '']) => route,
    );
    const served = ENDPOINTS.map(({ route }) => new RegExp(`^/${route.replace(/\{\w+\}/g, '[^/]+')}$`));
    expect(used.filter((route) => !served.some((pattern) => pattern.test(route)))).toEqual([]);
  });

  it('names only existing scripts of package.json', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const named = [...one.text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it('signs in only as existing personas', () => {
    const named = [...one.text.matchAll(/persona=(\w+)/g)].map(([, key = '']) => key);
    expect(named.filter((key) => !personas.some((persona) => persona.key === key))).toEqual([]);
  });
});

describe('docs/settings.md', () => {
  const NAME =
    /\b(PLUMBLINE_[A-Z_]+|AZURE_[A-Z_]+|IDENTITY_[A-Z]+|WEBSITE_AUTH_ENABLED|AzureWebJobsStorage(?:__[a-z]\w*)?)\b/g;
  const namesIn = (text: string) => [...new Set([...text.matchAll(NAME)].map(([name]) => name))].sort();

  it('has every setting that the service reads, and no other', () => {
    const rows = page('docs/settings.md')
      .text.split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|')[1] ?? '');
    expect(namesIn(rows.join('\n'))).toEqual(namesIn(read('src/app/config.ts')));
  });
});

describe('docs/data-model.md', () => {
  const { text } = page('docs/data-model.md');

  it('names every table', () => {
    expect(Object.values(TABLES).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('names every reason code', () => {
    expect(REASON_CODES.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });
});

function leadsSomewhere(from: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const resolved = file === '' ? from : path.posix.join(path.posix.dirname(from), file);
  if (!existsSync(path.join(ROOT, resolved))) return false;
  return anchor === undefined || headingsOf(resolved).includes(anchor);
}

/** Anchors in the form of GitHub. */
function headingsOf(file: string): string[] {
  return [...proseOf(page(file)).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
