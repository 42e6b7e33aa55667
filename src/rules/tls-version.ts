/** The least TLS version that a site accepts: one judgement for the app and for its SCM site. */
import * as z from 'zod';
import { siteOf } from '../domain/hosting.ts';
import type { Json } from '../domain/json.ts';
import { compliant, type Judgement, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { renegotiates } from './client-certificates.ts';
import { judgeWebConfig, quoted, webConfigChange } from './web-config.ts';

export const tlsParameters = z.object({
  minimum: z
    .enum(['1.2', '1.3'])
    .default('1.2')
    .describe("The least version. 1.2 is the platform's default and spoken by every maintained client; 1.3 is not."),
});
export type TlsParameters = z.infer<typeof tlsParameters>;

/** Judges the property of `config/web` that holds a least TLS version; a higher one than asked is never lowered. */
export function judgeTlsVersion(snapshot: Snapshot, name: string, { minimum }: TlsParameters): Judgement {
  return judgeWebConfig(snapshot, (properties) => {
    const found = properties[name];
    if (typeof found === 'object' && found !== null) return unknown(`${name} is no version.`);
    if (isAtLeast(found, minimum)) return compliant(`The least TLS version is ${found}.`);
    const wrong = `The least TLS version (${name}) is ${quoted(found)}, below ${minimum}.`;
    const changes = [webConfigChange(properties, name, minimum)];
    const broken = isAtLeast(minimum, '1.3') ? brokenWithoutRenegotiation(snapshot) : null;
    if (broken === null) return { verdict: 'violation', reason: wrong, changes };
    return { verdict: 'violation', reason: `${wrong} ${broken}`, changes, tier: 'risky' };
  });
}

/** What TLS 1.3, which does not renegotiate, would break in an app, as a sentence; null when nothing. */
function brokenWithoutRenegotiation(snapshot: Snapshot): string | null {
  const site = siteOf(snapshot);
  if (!site)
    return 'Whether the app asks for certificates in the middle of a connection, which TLS 1.3 cannot, is not known.';
  return renegotiates(site)
    ? 'The app asks for client certificates in the middle of a connection (OptionalInteractiveUser, or paths without one), which TLS 1.3 cannot: its callers would lose it.'
    : null;
}

/** Asking for more than the platform's default cuts off clients that speak it. */
export function asksForMoreTls({ minimum }: TlsParameters): boolean {
  return !isAtLeast('1.2', minimum);
}

/** Whether a value is a version of at least this one, by major and minor number; what cannot be read as one is not. */
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
