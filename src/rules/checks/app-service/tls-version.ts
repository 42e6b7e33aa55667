/** The minimum TLS version of a site, for the app and for its SCM site. */

import * as z from 'zod';
import { siteOf } from '../../../domain/resources/hosting.ts';
import type { Json } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, unknown, violation } from '../../../domain/rules/rule.ts';
import { quoted } from '../documents/leaves.ts';
import { renegotiates } from './client-certificates.ts';
import { judgeWebConfig, webConfigChange } from './web-config.ts';

export const tlsParameters = z.object({
  minimum: z
    .enum(['1.2', '1.3'])
    .default('1.2')
    .describe("The least version. 1.2 is the platform's default and spoken by every maintained client; 1.3 is not."),
});
export type TlsParameters = z.infer<typeof tlsParameters>;

/** Checks the property of `config/web` that holds a minimum TLS version. A higher version is never lowered. */
export function judgeTlsVersion(snapshot: Snapshot, name: string, { minimum }: TlsParameters): CheckResult {
  return judgeWebConfig(snapshot, (properties) => {
    const found = properties[name];
    if (typeof found === 'object' && found !== null) return unknown(`${name} is no version.`);
    if (isAtLeast(found, minimum)) return compliant(`The least TLS version is ${found}.`);
    const wrong = `The least TLS version (${name}) is ${quoted(found)}, below ${minimum}.`;
    const changes = [webConfigChange(properties, name, minimum)];
    const broken = isAtLeast(minimum, '1.3') ? brokenWithoutRenegotiation(snapshot) : null;
    if (broken === null) return violation(wrong, changes);
    return violation(`${wrong} ${broken}`, changes, { tier: 'risky' });
  });
}

/** A sentence about what TLS 1.3, which does not renegotiate, would break in an app; null when nothing. */
function brokenWithoutRenegotiation(snapshot: Snapshot): string | null {
  const site = siteOf(snapshot);
  if (!site)
    return 'Whether the app asks for certificates in the middle of a connection, which TLS 1.3 cannot, is not known.';
  return renegotiates(site)
    ? 'The app asks for client certificates in the middle of a connection (OptionalInteractiveUser, or paths without one), which TLS 1.3 cannot: its callers would lose it.'
    : null;
}

/** Whether the minimum is above the platform's default, which cuts off clients that use the default. */
export function asksForMoreTls({ minimum }: TlsParameters): boolean {
  return !isAtLeast('1.2', minimum);
}

/** Whether a value is this version or a higher one, by major and minor number; false for what is no version. */
export function isAtLeast(value: Json | undefined, minimum: string): boolean {
  const found = versionOf(value);
  const asked = versionOf(minimum);
  if (!found || !asked) return false;
  return found.major > asked.major || (found.major === asked.major && found.minor >= asked.minor);
}

function versionOf(value: Json | undefined): { major: number; minor: number } | null {
  const [, major, minor] = /^\s*(\d+)(?:\.(\d+))?(?:\.\d+)*\s*$/.exec(String(value)) ?? [];
  return major === undefined ? null : { major: Number(major), minor: Number(minor ?? 0) };
}
