/** `plumbline rollback`. */
import type { z } from 'zod';
import { getAuditEntry, listAudit } from '../../api/endpoints/audit/audit.ts';
import { getRollback, rollback as rollbackOne, rollbackOperation } from '../../api/endpoints/audit/rollback.ts';
import { type Client, createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import { confirm } from '../framework/confirm.ts';
import type { Context } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { changeLine } from '../text/changes.ts';
import { counted, type OutputFormat, show } from '../text/show.ts';

interface Input extends DeploymentInput {
  readonly entry: string | undefined;
  readonly operation: string | undefined;
  readonly comment: string | undefined;
  readonly yes: boolean;
  readonly output: OutputFormat;
}

type Entry = z.output<typeof getAuditEntry.result>;

export async function rollback(context: Context, input: Input): Promise<ExitCode> {
  const { entry, operation, comment = '' } = input;
  if ((entry === undefined) === (operation === undefined))
    throw invalidInput('give the id of an entry, or --operation');
  if (comment.trim() === '') throw invalidInput('give --comment: a rollback needs a reason');
  const client = createClient(context, input);
  if (entry !== undefined) return rollBackEntry(context, client, { ...input, entry, comment });
  return rollBackOperation(context, client, { ...input, operation: operation ?? '', comment });
}

type Given<Name extends 'entry' | 'operation'> = Input & { readonly [K in Name | 'comment']: string };

async function rollBackEntry(context: Context, client: Client, input: Given<'entry'>): Promise<ExitCode> {
  const params = { id: input.entry };
  const { body: entry } = await client.call(getAuditEntry, { params });
  const { body: possibility } = await client.call(getRollback, { params });
  if (!possibility.possible)
    throw new CommandFailure(6, `it cannot be rolled back: ${possibility.reason ?? 'not possible'}`);
  context.stderr.write(entryText(entry));
  await confirm(context, 'Roll back?', input.yes);
  const { body } = await client.call(rollbackOne, { params, body: { comment: input.comment } });
  show(context, input.output, body, ({ id }) => `The rollback is requested, approval ${printable(id)}.\n`);
  return 0;
}

async function rollBackOperation(context: Context, client: Client, input: Given<'operation'>): Promise<ExitCode> {
  const query = { operationId: input.operation, kind: 'fix.applied' };
  const { items: entries } = await listUpTo(client, listAudit, query, MOST_ENTRIES);
  if (entries.length === 0) throw invalidInput('no fix of such an operation is in the log');
  context.stderr.write(entries.map(entryText).join(''));
  await confirm(context, `Roll back ${counted(entries.length, 'fix', 'fixes')}?`, input.yes);
  const { operation: operationId, comment } = input;
  const { body } = await client.call(rollbackOperation, { body: { operationId, comment } });
  show(context, input.output, body, ({ items }) =>
    items
      .map(
        ({ id, problem }) => `${printable(`${id}: ${problem ? `not rolled back: ${problem.detail}` : 'requested'}`)}\n`,
      )
      .join(''),
  );
  return body.items.every(({ problem }) => problem === undefined) ? 0 : 1;
}

/** As many as the deployment rolls back at once. */
const MOST_ENTRIES = 200;

/** What would be put back: after becomes before. */
function entryText({ resource, rule, at, changes }: Entry): string {
  const lines = changes.map(({ document, path, from, to }) => changeLine({ document, path, from: to, to: from }));
  const title = printable(`${resource?.name ?? ''}, ${rule ?? ''}, fixed at ${at}`);
  return `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
