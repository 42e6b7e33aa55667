/** `plumbline findings`. */
import type { z } from 'zod';
import { exportFindings } from '../../api/endpoints/findings/export.ts';
import { listFindings } from '../../api/endpoints/findings/findings.ts';
import { findingBriefAnswer, findingGroups } from '../../api/endpoints/findings/schemas.ts';
import { pageSchema } from '../../api/framework/page.ts';
import { type Client, createClient, type Download, type Query, textIn } from '../client/client.ts';
import { writeDownload } from '../client/download.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput } from '../framework/failure.ts';
import { tableOf } from '../framework/table.ts';
import { moreLine, show } from '../text/show.ts';
import { ago } from '../text/time.ts';
import { severityColor, word } from '../text/words.ts';

interface Input extends DeploymentInput {
  readonly verdict: readonly string[];
  readonly resource: readonly string[];
  readonly rule: readonly string[];
  readonly severity: readonly string[];
  readonly decision: readonly string[];
  readonly benchmark: string | undefined;
  readonly search: string | undefined;
  readonly group: string | undefined;
  readonly file: string | undefined;
  readonly limit: number | undefined;
  readonly output: 'text' | 'json' | 'jsonl' | 'csv' | 'ocsf';
}

type Brief = z.output<typeof findingBriefAnswer>;
type Group = z.output<typeof findingGroups>['items'][number];

const briefPage = pageSchema(findingBriefAnswer).loose();

export async function findings(context: Context, input: Input): Promise<undefined> {
  const { resource, rule, severity, decision, benchmark, search, group, output } = input;
  // Numbers of groups are those of every verdict.
  const verdict = input.verdict.length > 0 || group !== undefined ? input.verdict : ['violation'];
  const filters: Query = { verdict, resource, rule, severity, decision, benchmark };
  const client = createClient(context, input);
  if (output !== 'text' && output !== 'json') return exportAll(context, client, { ...input, output }, filters);
  if (input.file !== undefined) throw invalidInput('--file needs --output jsonl, csv or ocsf');
  const query = { ...filters, q: search };
  if (group !== undefined) {
    const { body } = await client.call({ ...listFindings, result: findingGroups }, { query: { ...query, group } });
    return show(context, output, body, ({ items }) => groupTable(context, items));
  }
  const sorted = { ...query, view: 'brief', sort: '-severity' };
  const found = await listUpTo(client, { ...listFindings, result: briefPage }, sorted, input.limit);
  return show(context, output, found, ({ items, more }) =>
    items.length === 0 ? 'No findings.\n' : `${table(context, items)}${moreLine(more)}`,
  );
}

async function exportAll(
  context: Context,
  client: Client,
  { output, search, group, limit, file }: Input,
  filters: Query,
): Promise<undefined> {
  const unusable = Object.entries({ search, group, limit }).find(([, value]) => value !== undefined);
  if (unusable) throw invalidInput(`--${unusable[0]} does not go with an export: it has all that match`);
  await writeDownload(context, file, async function* () {
    let query: Query | null = { ...filters, format: output, part: 'first' };
    for (let isFirst = true; query !== null; isFirst = false) {
      const part: Download = await client.download(exportFindings, { query });
      const text = textIn(part.bytes);
      // Every part of a CSV export has the line of names.
      yield output === 'csv' && !isFirst ? text.slice(text.indexOf('\n') + 1) : text;
      query = client.nextOf(exportFindings, part);
    }
  });
}

function table({ stdout, clock }: Context, items: readonly Brief[]): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Severity', value: ({ severity }) => severity, color: severityColor(stdout.colors) },
      { title: 'Verdict', value: ({ verdict }) => word(verdict) },
      { title: 'Decision', value: ({ decision }) => (decision ? word(decision.action) : '') },
      { title: 'Since', value: ({ since }) => ago(since, now) },
      { title: 'Resource', value: ({ resource }) => resource.name },
      { title: 'Rule', value: ({ rule }) => rule },
      { title: 'Title', value: ({ title }) => title },
    ],
    items,
  );
}

function groupTable({ stdout }: Context, items: readonly Group[]): string {
  return tableOf(
    stdout,
    [
      { title: 'Fail', value: ({ byVerdict }) => byVerdict.violation ?? 0, align: 'right' },
      { title: 'Pass', value: ({ byVerdict }) => byVerdict.compliant ?? 0, align: 'right' },
      { title: 'Unknown', value: ({ byVerdict }) => byVerdict.unknown ?? 0, align: 'right' },
      { title: 'Group', value: ({ key }) => key },
    ],
    items,
  );
}
