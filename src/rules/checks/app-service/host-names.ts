/** The host names of a web app, with the certificate that is bound to each. */
import type { JsonObject } from '../../../domain/resources/json.ts';
import { objectsIn } from '../documents/arrays.ts';
import { lowerCase } from '../documents/leaves.ts';

export interface HostName {
  readonly name: string;
  /** Whether it has a TLS binding. */
  readonly bound: boolean;
  /** Of the certificate, in lower case; null where there is none. */
  readonly thumbprint: string | null;
}

const BINDINGS = ['snienabled', 'ipbasedenabled'];

/** The host names in the properties of a site, without that of its SCM site; null when they are not understood. */
export function hostNamesOf({ hostNameSslStates }: JsonObject): HostName[] | null {
  const states = objectsIn(hostNameSslStates);
  if (!states?.every(({ name }) => typeof name === 'string')) return null;
  return states
    .filter(({ hostType }) => lowerCase(hostType) !== 'repository')
    .map(({ name, sslState, thumbprint }) => ({
      name: String(name),
      bound: BINDINGS.includes(lowerCase(sslState)),
      thumbprint: lowerCase(thumbprint) || null,
    }));
}
