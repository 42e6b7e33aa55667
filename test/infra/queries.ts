/** The queries over the log: of the alerts, of the workbook, of the documentation; and what each asks of a line. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { page } from '../docs/pages.ts';
import { INFRA } from './bicep.ts';

export interface Query {
  readonly name: string;
  readonly text: string;
}

const alertsText = readFileSync(path.join(INFRA, 'alerts.bicep'), 'utf8');

/** The rules of alerts.bicep, with the variables in their queries filled in. */
export function alertQueries(): Query[] {
  const found = [...alertsText.matchAll(/name: '([\w-]+)'\n\s+title: '[^']+'\n\s+severity: \d\n\s+query: '(.*)'\n/g)];
  return found.map(([, name = '', text = '']) => ({ name, text: filled(text) }));
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

/** The fields of a line that a query looks at. */
export function fieldsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bline\.(\w+)/g)].map(([, field = '']) => field))];
}

function filled(text: string): string {
  const variables = [...alertsText.matchAll(/^var (\w+) = '(.*)'$/gm)];
  const next = variables.reduce((so, [, name, value = '']) => so.replaceAll(`\${${name}}`, value), text);
  return next === text ? next : filled(next);
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
