// What a generated app may have wrong, and which apps have what.

import type { ContainerAppOptions } from '../container-app/builders.ts';
import { plantedSecrets } from '../estate/resource-seed.ts';
import type { JsonObject } from '../json/json.ts';
import type { WebAppOptions } from '../web-app/builders.ts';
import type { GeneratedEstate } from './definition.ts';

type WebApp = Pick<WebAppOptions, 'auth' | 'ftpBasicAuth' | 'scmBasicAuth' | 'diagnostics'>;

/** By name: the options of the builders that differ from those of a compliant app. */
export const webAppViolations: Readonly<Record<string, WebApp & { site?: JsonObject; web?: JsonObject }>> = {
  'plain-http': { site: { httpsOnly: false } },
  'old-tls': { web: { minTlsVersion: '1.0' } },
  'clear-text-ftp': { web: { ftpsState: 'AllAllowed' } },
  'remote-debugging': { web: { remoteDebuggingEnabled: true } },
  'any-origin': { web: { cors: { allowedOrigins: ['*'], supportCredentials: false } } },
  'no-sign-in': { auth: 'off' },
  'ftp-password': { ftpBasicAuth: true },
  'scm-password': { scmBasicAuth: true },
  'no-logs': { diagnostics: {} },
};

export const containerAppViolations: Readonly<
  Record<string, Pick<ContainerAppOptions, 'auth' | 'env' | 'ingress'> & { ingress?: JsonObject }>
> = {
  'plain-http': { ingress: { allowInsecure: true } },
  'any-origin': { ingress: { corsPolicy: { allowedOrigins: ['*'], allowCredentials: false } } },
  'no-sign-in': { auth: 'off' },
  'token-in-clear-text': { env: [{ name: 'API_TOKEN', value: plantedSecrets[0] }] },
};

/** Names of what the app of this number has wrong: nothing, one, or of every fourth two. */
export function violationsOf(estate: GeneratedEstate, number: number, isContainerApp: boolean): string[] {
  if (random(estate.seed, number, 1) >= estate.violations) return [];
  const names = Object.keys(isContainerApp ? containerAppViolations : webAppViolations);
  const first = Math.floor(random(estate.seed, number, 2) * names.length);
  const another = random(estate.seed, number, 3) < 0.25;
  const second = (first + 1 + Math.floor(random(estate.seed, number, 4) * (names.length - 1))) % names.length;
  return [...(another ? [first, second] : [first])].sort((a, b) => a - b).map((index) => names[index] ?? '');
}

/** From 0 (inclusive) to 1, the same for the same numbers. */
function random(seed: number, number: number, use: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35) ^ Math.imul(use, 0x27d4eb2f);
  for (const multiplier of [0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f]) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), multiplier);
  }
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
