/** The least TLS version that a site accepts: one judgement for the app and for its SCM site. */
import * as z from 'zod';
import type { Json, JsonObject } from '../domain/json.ts';
import { compliant, type Judgement, unknown } from '../domain/rule.ts';
import { quoted, webConfigChange } from './web-config.ts';

export const tlsParameters = z.object({
  minimum: z
    .enum(['1.2', '1.3'])
    .default('1.2')
    .describe("The least version. 1.2 is the platform's default and spoken by every maintained client; 1.3 is not."),
});
export type TlsParameters = z.infer<typeof tlsParameters>;

/** Judges the property of `config/web` that holds a least TLS version; a higher one than asked is never lowered. */
export function judgeTlsVersion(properties: JsonObject, name: string, { minimum }: TlsParameters): Judgement {
  const found = properties[name];
  if (typeof found === 'object' && found !== null) return unknown(`${name} is no version.`);
  if (atLeast(found, minimum)) return compliant(`The least TLS version is ${found}.`);
  return {
    verdict: 'violation',
    reason: `The least TLS version (${name}) is ${quoted(found)}, below ${minimum}.`,
    changes: [webConfigChange(properties, name, minimum)],
  };
}

/** Asking for more than the platform's default cuts off clients that speak it. */
export function asksForMoreTls({ minimum }: TlsParameters): boolean {
  return !atLeast('1.2', minimum);
}

/** Whether a value is a version of at least this one, by major and minor number; what cannot be read as one is not. */
function atLeast(value: Json | undefined, minimum: string): boolean {
  const found = versionOf(value);
  const asked = versionOf(minimum);
  if (!found || !asked) return false;
  return found.major > asked.major || (found.major === asked.major && found.minor >= asked.minor);
}

function versionOf(value: Json | undefined): { major: number; minor: number } | null {
  const [, major, minor] = /^\s*(\d+)(?:\.(\d+))?(?:\.\d+)*\s*$/.exec(String(value)) ?? [];
  return major === undefined ? null : { major: Number(major), minor: Number(minor ?? 0) };
}
