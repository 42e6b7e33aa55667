/** `plumbline settings get`. */
import type { z } from 'zod';
import { getEffectiveSettings } from '../../api/endpoints/effective-settings.ts';
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import { type OutputFormat, show } from '../text/show.ts';
import { loadSettings } from './stored.ts';

interface Input extends DeploymentInput {
  readonly resource: string | undefined;
  readonly output: OutputFormat;
}

/** Settings are a JSON document to people as well. */
export async function getSettings(context: Context, input: Input): Promise<undefined> {
  const client = createClient(context, input);
  if (input.resource === undefined) return show(context, 'json', (await loadSettings(client)).answer, () => '');
  const { body } = await client.call(getEffectiveSettings, { query: { resource: input.resource } });
  return show(context, 'json', body satisfies z.output<typeof getEffectiveSettings.result>, () => '');
}
