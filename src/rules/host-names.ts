/** The names under which a web app answers, with the certificate that is bound to each. */
import type { JsonObject } from '../domain/json.ts';
import { objectsIn } from './lists.ts';
import { lowerCase } from './text.ts';

export interface HostName {
  readonly name: string;
  /** Whether it has a TLS binding. */
  readonly bound: boolean;
  /** Of the certificate, in lower case; null where the name says none. */
  readonly thumbprint: string | null;
}

const BINDINGS = ['snienabled', 'ipbasedenabled'];

/** Those of the properties of a site, without that of its SCM site; null when they are not understood. */
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
