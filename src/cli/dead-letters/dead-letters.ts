/** `plumbline deadletters`. */
import type { z } from 'zod';
import { listDeadLetters, releaseDeadLetters } from '../../api/endpoints/dead-letters.ts';
import { createClient } from '../client/client.ts';
import { listUpTo } from '../client/lists.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { invalidInput } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { tableOf } from '../framework/table.ts';
import { moreLine, type OutputFormat, show } from '../text/show.ts';
import { ago } from '../text/time.ts';

interface Input extends DeploymentInput {
  readonly output: OutputFormat;
}

type DeadLetter = z.output<typeof listDeadLetters.result>['items'][number];

/** As many as the service releases at once. */
const MOST = 100;

export async function list(
  context: Context,
  input: Input & {
    readonly queue: readonly string[];
    readonly search: string | undefined;
    readonly limit: number | undefined;
  },
): Promise<undefined> {
  const query = { queue: input.queue, q: input.search };
  const found = await listUpTo(createClient(context, input), listDeadLetters, query, input.limit);
  return show(context, input.output, found, ({ items, more }) =>
    items.length === 0 ? 'No dead letters.\n' : `${table(context, items)}${moreLine(more)}`,
  );
}

export async function release(context: Context, input: Input & { readonly ids: readonly string[] }): Promise<ExitCode> {
  const { ids, output } = input;
  if (ids.length > MOST) throw invalidInput(`at most ${MOST} are released at once`);
  const { body } = await createClient(context, input).call(releaseDeadLetters, { body: { ids: [...ids] } });
  show(context, output, body, ({ items }) =>
    items
      .map(({ id, problem }) => `${printable(`${id}: ${problem ? `not released: ${problem.detail}` : 'released'}`)}\n`)
      .join(''),
  );
  return body.items.every(({ problem }) => problem === undefined) ? 0 : 1;
}

function table({ stdout, clock }: Context, items: readonly DeadLetter[]): string {
  const now = clock.now();
  return tableOf(
    stdout,
    [
      { title: 'Id', value: ({ id }) => id },
      { title: 'Since', value: ({ at }) => ago(at, now) },
      { title: 'Queue', value: ({ queue }) => queue },
      { title: 'Resource', value: ({ resource }) => resource?.name },
      { title: 'Reason', value: ({ reason }) => reason },
    ],
    items,
  );
}
