/** What is shown before settings are stored: the members that differ, and what they would change. */
import { getSettingsPreview, previewSettings } from '../../api/endpoints/previews.ts';
import { type Difference, differencesBetween, type JsonObject } from '../../console/ui/settings-change/document.ts';
import type { Call, Client } from '../client/client.ts';
import type { Context } from '../framework/context.ts';
import { printable } from '../framework/printable.ts';
import { preview, previewText } from '../preview/preview.ts';

/** The service judges the document: it knows its rules. */
const begin: Call<typeof previewSettings.result, unknown> = previewSettings;

/** Prints the differences and the preview on stderr. Throws CommandFailure when the settings are not valid. */
export async function review(
  context: Context,
  client: Client,
  { from, to }: { readonly from: JsonObject; readonly to: JsonObject },
): Promise<void> {
  const totals = await preview(context, client, { begin, get: getSettingsPreview }, to);
  context.stderr.write(`${differenceLines(differencesBetween(from, to))}\n${previewText(context.stderr, totals)}`);
}

export function differenceLines(differences: readonly Difference[]): string {
  return differences
    .map(({ path, from, to }) => `  ${printable(`${path.join(' › ')}: ${valueText(from)} → ${valueText(to)}`)}\n`)
    .join('');
}

function valueText(value: Difference['from']): string {
  return value === undefined ? 'not set' : JSON.stringify(value);
}
