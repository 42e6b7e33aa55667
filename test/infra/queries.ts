/**
 * Every Kusto query of the repository: of the alerts, of the workbook, in documents and in code. Queries are found by
 * their place; a text elsewhere that looks like a query is a stray, and a test refuses it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { page, pages, ROOT } from '../docs/pages.ts';
import { INFRA } from './bicep.ts';

export interface Query {
  /** The name of an alert or a tile, or the sentence before it; otherwise the place. */
  readonly name: string;
  /** The query as it runs: names of variables and parameters replaced. */
  readonly text: string;
}

/** A text in a file that looks like a query, and its place. */
interface Found {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Source {
  /** From the root of the repository, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** The files that may hold queries: deployed files, code and documents. */
export function sources(): Source[] {
  const files = ['src', 'simulator', 'dev', 'tools', 'infra'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  );
  const top = readdirSync(ROOT).filter((file) => /\.(ya?ml|json|mjs)$/.test(file) && file !== 'package-lock.json');
  return [...pages(), ...[...files, ...top].map(page)];
}

/** The queries of a file, named by their place. What code composes is no query yet: tests parse it as it is sent. */
export function queriesOf(source: Source): Query[] {
  return foundIn(source)
    .filter(({ text }) => !text.includes('${'))
    .map(({ start, text }) => ({ name: placeOf(source, start), text }));
}

/** The places in a file that look like a query and are not found by `queriesOf`. */
export function straysIn(source: Source): string[] {
  const found = foundIn(source);
  return operatorsIn(source)
    .filter((at) => !found.some(({ start, end }) => start <= at && at < end))
    .map((at) => placeOf(source, at));
}

/** An operator of the language behind its pipe; a line break in JSON is written out. */
const OPERATOR =
  /\\?\|(?:\s|\\n)*(?:where|project|extend|summarize|join|lookup|union|mv-expand|mv-apply|parse|evaluate|make-series|render|distinct|count|top|take|limit|sample|order by|sort by|project-\w+)\b/g;

function operatorsIn({ file, text }: Source): number[] {
  const places = [...text.matchAll(OPERATOR)].map(({ index }) => index);
  if (!file.endsWith('.md')) return places;
  // Outside of code a pipe is the border of a table cell.
  const code = [...text.matchAll(/^```[\s\S]*?^```$|`[^`\n]+`/gm)].map(({ index, 0: all }) => [
    index,
    index + all.length,
  ]);
  return places.filter((at) => code.some(([start = 0, end = 0]) => start <= at && at < end));
}

function foundIn(source: Source): Found[] {
  const { file, text } = source;
  const kind = path.extname(file);
  if (kind === '.md') return literalsIn(text, /(?<=^```kusto\n)[\s\S]*?(?=^```$)/gm, (written) => written);
  // A workbook has its queries in members of that name, with those of its parameters.
  if (kind === '.json') return literalsIn(text, /(?<="query": )"(?:[^"\\]|\\.)*"/g, withoutParameters);
  const strings = kind === '.bicep' ? /(?<=')(?:[^'\\\n]|\\.)*(?=')/g : kind === '.ts' ? /`[^`]*`|'[^'\n]*'/g : null;
  if (strings === null) return [];
  return literalsIn(text, strings, (written) =>
    kind === '.bicep' ? filled(written, text) : written.slice(1, -1).replaceAll("\\'", "'"),
  ).filter((one) => operatorsIn({ file, text: one.text }).length > 0);
}

function literalsIn(text: string, pattern: RegExp, meant: (written: string) => string): Found[] {
  return [...text.matchAll(pattern)].map(({ index, 0: written }) => ({
    start: index,
    end: index + written.length,
    text: meant(written),
  }));
}

/** The text of a JSON string, with a value for each parameter of the workbook. */
function withoutParameters(written: string): string {
  return z.string().parse(JSON.parse(written)).replaceAll('{range:grain}', '1h');
}

/** A string of Bicep with its variables filled in, and a number for an expression. */
function filled(written: string, template: string): string {
  const variables = new Map([...template.matchAll(/^var (\w+) = '(.*)'$/gm)].map(([, name, value]) => [name, value]));
  const next = written.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => variables.get(name) ?? '1');
  return next === written ? next : filled(next, template);
}

function placeOf({ file, text }: Source, at: number): string {
  return `${file}, line ${text.slice(0, at).split('\n').length}`;
}

/** The rules of alerts.bicep. */
export function alertQueries(): Query[] {
  const { text: template } = page('infra/alerts.bicep');
  const found = [...template.matchAll(/name: '([\w-]+)'\n\s+title: '[^']+'\n\s+severity: \d\n\s+query: '(.*)'\n/g)];
  return found.map(([, name = '', text = '']) => ({ name, text: filled(text, template) }));
}

export function workbookQueries(): Query[] {
  const { items } = WORKBOOK.parse(JSON.parse(readFileSync(path.join(INFRA, 'workbook.json'), 'utf8')));
  return items.flatMap(({ type, content }) => (type === 3 ? [{ name: content.title, text: content.query }] : []));
}

/** The `kusto` blocks of a page, named by the sentence before them. */
export function queriesIn(file: string): Query[] {
  const { text } = page(file);
  const blocks = text.matchAll(/([^\n]*)\n\n```kusto\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, name = file, asked = '']) => ({ name, text: asked }));
}

/** The messages or kinds that a query compares lines with. */
export function askedFor(text: string, field: 'message' | 'kind'): string[] {
  const place = `(?:tostring\\()?line\\.${field}\\)?`;
  const one = [...text.matchAll(new RegExp(`${place} == "([^"]+)"`, 'g'))].map(([, value = '']) => value);
  const lists = [...text.matchAll(new RegExp(`${place} in \\(([^)]*)\\)`, 'g'))];
  return [...one, ...lists.flatMap(([, list = '']) => [...list.matchAll(/"([^"]+)"/g)].map(([, value = '']) => value))];
}

/** The fields of a line that a query uses. */
export function fieldsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bline\.(\w+)/g)].map(([, field = '']) => field))];
}

const WORKBOOK = z.object({
  version: z.literal('Notebook/1.0'),
  items: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal(1), content: z.object({ json: z.string() }) }),
      z.object({
        type: z.literal(3),
        content: z.object({
          title: z.string(),
          query: z.string(),
          queryType: z.literal(0),
          resourceType: z.literal('microsoft.operationalinsights/workspaces'),
        }),
      }),
      z.object({ type: z.literal(9), content: z.object({ parameters: z.array(z.object({ name: z.string() })) }) }),
    ]),
  ),
});
