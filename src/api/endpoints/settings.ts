/** The settings of operators: one document, replaced as a whole under its ETag. */

import { Refusal } from '../../domain/approvals/refusal.ts';
import { parseSettings, type Settings, settingsSchema } from '../../domain/rules/settings.ts';
import { type StoredSettings, stopInForce } from '../../workflows/ports/settings.ts';
import { changeSettings, etagOf, loadSettings, stopIn } from '../../workflows/settings/change-settings.ts';
import { type ApiResponse, defineEndpoint } from '../framework/endpoint.ts';
import { actorOf } from '../framework/principal.ts';
import { invalidRequest } from '../framework/problem.ts';

/** Characters as JSON in ASCII: settings are one table row, which holds a megabyte in UTF-16. */
const MAX_SETTINGS_CHARACTERS = 400_000;

/** The settings in force, and who stopped the service. */
export const settingsAnswer = settingsSchema.extend({ stopped: stopInForce.nullable() }).meta({ id: 'Settings' });

const responseHeaders = { ETag: 'The revision in force; "0" while nothing is stored.' };

export const getSettings = defineEndpoint({
  name: 'getSettings',
  method: 'GET',
  route: 'settings',
  summary: 'The settings in force, defaults filled in.',
  role: 'Plumbline.Reader',
  result: settingsAnswer,
  responseHeaders,
  async handle({ deps }) {
    return reply(await loadSettings(deps));
  },
});

export const putSettings = defineEndpoint({
  name: 'putSettings',
  method: 'PUT',
  route: 'settings',
  summary: 'Replaces the settings as a whole; a missing key takes its default.',
  role: 'Plumbline.Operator',
  body: settingsSchema,
  requestHeaders: { 'If-Match': 'The ETag of the settings that you saw, or *.' },
  responseHeaders,
  result: settingsAnswer,
  refusals: ['settings-changed', 'if-match-required'],
  async handle({ deps, principal, headers, body }) {
    const parsed = parseSettings(body, deps.rules);
    if ('problems' in parsed) throw invalidRequest(parsed.problems);
    const ifMatch = headers.get('if-match')?.trim();
    if (!ifMatch) {
      throw new Refusal('if-match-required', 'Send If-Match with the ETag of the settings that you saw, or *.');
    }
    const { settings } = parsed;
    assertSettingsFit(settings);
    return reply(await changeSettings(deps, { settings, ifMatch, actor: actorOf(principal) }));
  },
});

/** Throws Refusal `too-large` when the settings do not fit their row. */
export function assertSettingsFit(settings: Settings): void {
  const characters = JSON.stringify(settings).replaceAll(/[^ -~]/g, '\\u0000').length;
  if (characters > MAX_SETTINGS_CHARACTERS) {
    throw new Refusal(
      'too-large',
      `Settings may have ${MAX_SETTINGS_CHARACTERS} characters; these have ${characters}.`,
    );
  }
}

function reply(stored: StoredSettings): ApiResponse {
  return { headers: { etag: etagOf(stored) }, body: { ...stored.settings, stopped: stopIn(stored) } };
}
