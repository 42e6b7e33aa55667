/** `plumbline settings set mode`. */
import { type JsonObject, withMember } from '../../console/ui/settings-change/document.ts';
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import { confirm } from '../framework/confirm.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput } from '../framework/failure.ts';
import { type OutputFormat, show } from '../text/show.ts';
import { review } from './review.ts';
import { loadSettings, saveSettings } from './stored.ts';

interface Input extends DeploymentInput {
  readonly mode: string | undefined;
  readonly scope: string | undefined;
  readonly yes: boolean;
  readonly output: OutputFormat;
}

export async function setMode(context: Context, input: Input): Promise<undefined> {
  const { mode, scope, yes, output } = input;
  if (mode === undefined) throw invalidInput('give the mode: audit, approve or autofix');
  const client = createClient(context, input);
  const { document, etag } = await loadSettings(client);
  const changed = withMode(document, mode, scope);
  await review(context, client, { from: document, to: changed });
  await confirm(context, 'Save?', yes);
  const { answer } = await saveSettings(client, changed, etag);
  return show(context, output, answer, () => `The mode is ${mode}${scope === undefined ? '' : ' there'} now.\n`);
}

/** A scope that has no settings yet comes behind the others. */
function withMode(document: JsonObject, mode: string, scope: string | undefined): JsonObject {
  if (scope === undefined) return { ...document, mode };
  const key = scope.replace(/\/+$/, '').toLowerCase();
  const scopes = Array.isArray(document.scopes) ? document.scopes : [];
  const isThere = scopes.some((one) => String(one?.scope).toLowerCase() === key);
  return isThere
    ? withMember(document, ['scopes', key, 'mode'], mode)
    : withMember(document, ['scopes', key], { scope: scope.replace(/\/+$/, ''), mode });
}
