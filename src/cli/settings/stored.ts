/** The settings of a deployment, read and replaced as a whole under their ETag. */
import type { z } from 'zod';
import { getSettings, putSettings } from '../../api/endpoints/settings.ts';
import { documentOf, type JsonObject } from '../../console/ui/settings-change/document.ts';
import type { Call, Client } from '../client/client.ts';
import { CommandFailure } from '../framework/failure.ts';

export interface StoredSettings {
  /** As a PUT takes them. */
  readonly document: JsonObject;
  /** As the deployment answers: with who stopped it. */
  readonly answer: z.output<typeof getSettings.result>;
  readonly etag: string;
}

export async function loadSettings(client: Client): Promise<StoredSettings> {
  const { body, headers } = await client.call(getSettings);
  const etag = headers.get('etag');
  if (etag === null) throw new CommandFailure(5, `${client.url} sends settings without an ETag; check what is between`);
  return { document: documentOf(body), answer: body, etag };
}

/** The service judges the document: it knows its rules. */
const put: Call<typeof putSettings.result, unknown> = putSettings;

/** Throws SettingsChanged when somebody else changed them since the ETag, and CommandFailure for others. */
export async function saveSettings(client: Client, document: JsonObject, etag: string): Promise<StoredSettings> {
  try {
    const { body, headers } = await client.call(put, { body: document, headers: { 'if-match': etag } });
    return { document: documentOf(body), answer: body, etag: headers.get('etag') ?? '' };
  } catch (error) {
    if (error instanceof CommandFailure && error.exitCode === 6) throw new SettingsChanged(error);
    throw error;
  }
}

export class SettingsChanged extends CommandFailure {
  constructor(cause: unknown) {
    super(6, 'settings changed by someone else; review and save again', { cause });
  }
}

const ATTEMPTS = 5;

/**
 * Stores what `change` makes of the settings as they are. A change by someone else meanwhile is kept: the settings are read
 * again, and changed again.
 */
export async function updateSettings(
  client: Client,
  change: (document: JsonObject) => JsonObject,
): Promise<StoredSettings> {
  for (let attempt = 1; ; attempt++) {
    const { document, etag } = await loadSettings(client);
    try {
      return await saveSettings(client, change(document), etag);
    } catch (error) {
      if (!(error instanceof SettingsChanged) || attempt === ATTEMPTS) throw error;
    }
  }
}
