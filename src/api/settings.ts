/** What operators choose: the whole document, guarded by its ETag. */
import * as z from 'zod';
import { Refusal } from '../domain/refusal.ts';
import { parseSettings, type Settings, settingsSchema } from '../domain/settings.ts';
import { changeSettings, currentSettings, etagOf } from '../workflows/change-settings.ts';
import type { StoredSettings } from '../workflows/ports.ts';
import { defineCall, type Reply } from './call.ts';
import { invalid } from './problem.ts';
import * as schemas from './schemas.ts';

/** Characters as JSON in ASCII: settings are one row of a table, which holds a megabyte in UTF-16. */
const LARGEST_SETTINGS = 400_000;
const sendsHeaders = { ETag: 'The revision in force; "0" while nothing is stored.' };

export const getSettings = defineCall({
  name: 'getSettings',
  method: 'GET',
  route: 'settings',
  summary: 'The settings in force, defaults filled in.',
  role: 'Plumbline.Reader',
  query: z.strictObject({}),
  statuses: [200],
  result: schemas.settings,
  sendsHeaders,
  refusals: [],
  async handle({ world }) {
    return reply(await currentSettings(world));
  },
});

export const putSettings = defineCall({
  name: 'putSettings',
  method: 'PUT',
  route: 'settings',
  summary: 'Replaces the settings as a whole; a missing key takes its default.',
  role: 'Plumbline.Operator',
  query: z.strictObject({}),
  body: settingsSchema,
  takesHeaders: { 'If-Match': 'The ETag of the settings that you saw, or *.' },
  sendsHeaders,
  statuses: [200],
  result: schemas.settings,
  refusals: ['settings-changed', 'if-match-required'],
  async handle({ world, principal, headers, body }) {
    const parsed = parseSettings(body, world.rules);
    if ('problems' in parsed) {
      throw invalid(parsed.problems.map(({ pointer, message }) => ({ pointer, detail: message })));
    }
    const ifMatch = headers.get('if-match')?.trim();
    if (!ifMatch) {
      throw new Refusal('if-match-required', 'Send If-Match with the ETag of the settings that you saw, or *.');
    }
    const { objectId, name, application } = principal;
    const { settings } = parsed;
    refuseLarge(settings);
    return reply(
      await changeSettings(world, { settings, ifMatch, person: { objectId, name }, personIsApp: application }),
    );
  },
});

function refuseLarge(settings: Settings): void {
  const characters = JSON.stringify(settings).replaceAll(/[^ -~]/g, '\\u0000').length;
  if (characters > LARGEST_SETTINGS) {
    throw new Refusal('too-large', `Settings may have ${LARGEST_SETTINGS} characters; these have ${characters}.`);
  }
}

function reply(stored: StoredSettings): Reply {
  const { stopped } = stored.settings;
  return {
    headers: { etag: etagOf(stored) },
    body: {
      ...stored.settings,
      stopped: stopped && { reason: stopped.reason, at: stored.stoppedAt, by: stored.stoppedBy },
    },
  };
}
