/** `plumbline stop` and `plumbline resume`. */
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import { confirm } from '../framework/confirm.ts';
import type { Context } from '../framework/context.ts';
import { printable } from '../framework/printable.ts';
import { type OutputFormat, show } from '../text/show.ts';
import { ago } from '../text/time.ts';
import { loadSettings, updateSettings } from './stored.ts';

type Input = DeploymentInput & { readonly output: OutputFormat };

/** Asks nothing: a stop is urgent, and changes nothing that resume does not bring back. */
export async function stop(context: Context, input: Input & { readonly reason: string }): Promise<undefined> {
  const { reason, output } = input;
  const { answer } = await updateSettings(createClient(context, input), (document) => ({
    ...document,
    stopped: { reason },
  }));
  return show(context, output, answer, () => 'All changes are stopped. plumbline resume resumes them.\n');
}

export async function resume(context: Context, input: Input & { readonly yes: boolean }): Promise<undefined> {
  const client = createClient(context, input);
  const { answer: before } = await loadSettings(client);
  if (before.stopped === null) return show(context, input.output, before, () => 'Nothing is stopped.\n');
  const { reason, at, by } = before.stopped;
  const stopped = `Stopped ${by ? `by ${by.name} ` : ''}${ago(at, context.clock.now())}: ${reason}`;
  context.stderr.write(`${printable(stopped)}\n`);
  await confirm(context, 'Resume changes?', input.yes);
  const { answer } = await updateSettings(client, (document) => ({ ...document, stopped: null }));
  return show(context, input.output, answer, () => 'Changes resumed.\n');
}
