/**
 * What entries of the log are bound to: a reason with the code `digest`. A row that is trusted as it is stored can then be
 * compared with what was logged when somebody changed it.
 */
import { digestOfJson } from './change.ts';
import { isObject, type Json, sameJson } from './json.ts';
import type { Reason } from './reasons.ts';
import { type Settings, settingsSchema } from './settings.ts';

export function digestReason(text: string): Reason {
  return { code: 'digest', text };
}

/** The digest that these reasons carry; null when they have none. */
export function digestIn(reasons: readonly Reason[]): string | null {
  return reasons.find(({ code }) => code === 'digest')?.text ?? null;
}

/** Of what was chosen: a member that has its default is left out, so that settings of a later version change no digest. */
export function settingsDigest(settings: Settings): string {
  const [stored, standard]: Json[] = JSON.parse(JSON.stringify([settings, settingsSchema.parse({})]));
  return digestOfJson(chosen(stored ?? {}, standard) ?? {});
}

function chosen(value: Json, standard: Json | undefined): Json | undefined {
  if (sameJson(value, standard)) return undefined;
  if (!isObject(value) || !isObject(standard)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, chosen(member, standard[name])] as const);
  return Object.fromEntries(members.flatMap(([name, member]) => (member === undefined ? [] : [[name, member]])));
}
