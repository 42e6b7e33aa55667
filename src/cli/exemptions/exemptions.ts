/** `plumbline exemptions`. */
import type { z } from 'zod';
import {
  createExemption,
  deleteExemption,
  exemptionAnswer,
  listExemptions,
  renewExemption,
} from '../../api/endpoints/exemptions.ts';
import { getExemptionsPreview, previewExemptions } from '../../api/endpoints/previews.ts';
import { createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import { confirm } from '../framework/confirm.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { tableOf } from '../framework/table.ts';
import { preview, previewText } from '../preview/preview.ts';
import { moreLine, type OutputFormat, show } from '../text/show.ts';
import { ago } from '../text/time.ts';

interface ListInput extends DeploymentInput {
  readonly state: string;
  readonly resource: string | undefined;
  readonly rule: readonly string[];
  readonly owner: string | undefined;
  readonly limit: number | undefined;
  readonly output: OutputFormat;
}

interface End {
  readonly expires: string | undefined;
  readonly days: number | undefined;
}

interface AddInput extends DeploymentInput, End {
  readonly scope: string;
  readonly rule: string;
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string | undefined;
  readonly yes: boolean;
  readonly output: OutputFormat;
}

type Listed = z.output<typeof listExemptions.result>['items'][number];

export async function list(context: Context, input: ListInput): Promise<undefined> {
  const { state, resource, rule, owner, limit, output } = input;
  const query = { state, resource, rule, owner };
  const found = await listUpTo(createClient(context, input), listExemptions, query, limit);
  return show(context, output, found, ({ items, more }) =>
    items.length === 0 ? 'No exemptions.\n' : `${table(context, items)}${moreLine(more)}`,
  );
}

export async function add(context: Context, input: AddInput): Promise<undefined> {
  const client = createClient(context, input);
  const { scope, rule, owner, reason, ticket } = input;
  const body = {
    scope,
    rule,
    owner,
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    expires: endOf(context, input),
  };
  const totals = await preview(context, client, { begin: previewExemptions, get: getExemptionsPreview }, body);
  context.stderr.write(previewText(context.stderr, totals));
  await confirm(context, `Exempt until ${body.expires}?`, input.yes);
  const { body: made } = await client.call({ ...createExemption, result: exemptionAnswer }, { body });
  return show(
    context,
    input.output,
    made,
    ({ id, expires }) => `Exempt until ${expires}, exemption ${printable(id)}.\n`,
  );
}

export async function renew(
  context: Context,
  input: DeploymentInput & End & { readonly id: string; readonly reason: string; readonly output: OutputFormat },
): Promise<undefined> {
  const { id, reason, output } = input;
  const body = { expires: endOf(context, input), reason };
  const { body: renewed } = await createClient(context, input).call(renewExemption, { params: { id }, body });
  return show(context, output, renewed, ({ expires }) => `Exempt until ${expires}.\n`);
}

export async function remove(
  context: Context,
  input: DeploymentInput & { readonly id: string; readonly yes: boolean },
): Promise<undefined> {
  const client = createClient(context, input);
  await confirm(context, `Remove exemption ${printable(input.id)}?`, input.yes);
  await client.order(deleteExemption, { params: { id: input.id } });
  context.stdout.write('The exemption is removed.\n');
}

/** The end as ISO 8601 in UTC. Throws CommandFailure 2. */
function endOf({ clock }: Context, { expires, days }: End): string {
  if ((expires === undefined) === (days === undefined)) throw invalidInput('give either --expires or --days');
  if (days !== undefined) return new Date(clock.now().getTime() + days * 86_400_000).toISOString();
  const time = Date.parse(expires ?? '');
  if (Number.isNaN(time))
    throw invalidInput(`--expires must be a time such as 2027-01-31T00:00:00Z, and not ${expires}`);
  return new Date(time).toISOString();
}

function table({ stdout, clock }: Context, items: readonly Listed[]): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Rule', value: ({ rule }) => rule },
      { title: 'Owner', value: ({ owner }) => owner },
      { title: 'Covers', value: ({ covers }) => covers, align: 'right' },
      { title: 'Ends', value: ({ expires, endedAt }) => ago(endedAt ?? expires, now) },
      { title: 'Scope', value: ({ scope }) => scope },
      { title: 'Reason', value: ({ reason }) => reason },
    ],
    items,
  );
}
