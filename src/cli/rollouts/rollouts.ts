/** `plumbline rollouts`. */
import type { z } from 'zod';
import { continueRollout, endRollout, listRollouts } from '../../api/endpoints/rollouts.ts';
import { describeScope } from '../../domain/approvals/rollout.ts';
import { type Client, createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import { confirm } from '../framework/confirm.ts';
import type { Context } from '../framework/context.ts';
import { CommandFailure, invalidInput } from '../framework/failure.ts';
import { tableOf } from '../framework/table.ts';
import { counted, moreLine, type OutputFormat, pairs, show } from '../text/show.ts';
import { ago } from '../text/time.ts';
import { word } from '../text/words.ts';

interface Input extends DeploymentInput {
  readonly output: OutputFormat;
}

interface DecisionInput extends Input {
  readonly id: string;
  readonly yes: boolean;
}

type Rollout = z.output<typeof listRollouts.result>['items'][number];

export async function list(
  context: Context,
  input: Input & { readonly status: readonly string[]; readonly limit: number | undefined },
): Promise<undefined> {
  const found = await listUpTo(createClient(context, input), listRollouts, { status: input.status }, input.limit);
  return show(context, input.output, found, ({ items, more }) =>
    items.length === 0 ? 'No roll-outs.\n' : `${table(context, items)}${moreLine(more)}`,
  );
}

export async function continueOne(context: Context, input: DecisionInput): Promise<undefined> {
  const client = createClient(context, input);
  const before = await findOpen(client, input.id);
  if (before.status !== 'stopped') return show(context, input.output, before, () => 'The roll-out is not stopped.\n');
  context.stderr.write(rolloutText(context, before));
  await confirm(context, 'Continue the roll-out? The stage goes on.', input.yes);
  const { body } = await client.call(continueRollout, { params: { id: input.id } });
  return show(context, input.output, body, () => 'The roll-out goes on.\n');
}

export async function end(context: Context, input: DecisionInput): Promise<undefined> {
  const client = createClient(context, input);
  context.stderr.write(rolloutText(context, await findOpen(client, input.id)));
  await confirm(context, 'End the roll-out? All apps that it holds are written.', input.yes);
  const { body } = await client.call(endRollout, { params: { id: input.id } });
  return show(context, input.output, body, () => 'The roll-out has ended. The apps that it held are written now.\n');
}

/** Throws CommandFailure: 2 when there is none, 6 when it has ended. */
async function findOpen(client: Client, wanted: string): Promise<Rollout> {
  const { items } = await listUpTo(client, listRollouts, {}, Number.POSITIVE_INFINITY);
  const found = items.find(({ id }) => id === wanted);
  if (!found) throw invalidInput('there is no such roll-out; plumbline rollouts list shows their ids');
  if (found.status === 'ended') throw new CommandFailure(6, `the roll-out has ended: ${found.ended?.reason ?? ''}`);
  return found;
}

/** What is decided, in full. */
function rolloutText({ stderr, clock }: Context, one: Rollout): string {
  const { rule, scope, except, status, text, progress, stopped, startedAt, startedBy } = one;
  const now = clock.now();
  return pairs(stderr, [
    ['Rule', rule],
    ['Scope', describeScope(scope)],
    ['Except', except.length === 0 ? null : except.join(', ')],
    ['Status', word(status)],
    ['Progress', `${text}: ${doneText(one)}; ${counted(progress.left, 'app waits', 'apps wait')} for a later stage`],
    ['Stopped', stopped && `${ago(stopped.at, now)}: ${stopped.reason}`],
    ['App', stopped?.resource?.id],
    ['Started', `${ago(startedAt, now)} by ${startedBy.name}`],
  ]);
}

function doneText({ progress: { apps, pending } }: Rollout): string {
  return `${apps - pending} of ${counted(apps, 'app')} done`;
}

function table({ stdout, clock }: Context, items: readonly Rollout[]): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Rule', value: ({ rule }) => rule },
      { title: 'Status', value: ({ status }) => word(status) },
      { title: 'Stage', value: ({ progress, stages }) => `${progress.stage} of ${stages.length}` },
      { title: 'Apps', value: doneText },
      { title: 'Wait', value: ({ progress }) => progress.left, align: 'right' },
      { title: 'Started', value: ({ startedAt }) => ago(startedAt, now) },
      { title: 'Scope', value: ({ scope }) => describeScope(scope) },
      { title: 'Why', value: ({ stopped, ended }) => (stopped ?? ended)?.reason },
    ],
    items,
  );
}
