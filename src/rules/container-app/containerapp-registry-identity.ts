/** A registry's password is known to more than the app; what an identity may pull is granted, and can be taken away. */
import * as z from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import { compliant, defineRule, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeConfiguration } from '../app-configuration.ts';
import { azureRegistryIn } from '../container-registries.ts';
import { assignedIdentities, judgeIdentity } from '../identity.ts';
import { objectsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block } from '../source-lines.ts';
import { containerAppSource, type Setting, settingsOf, valueSet } from '../sources.ts';

const REGISTRIES = '/properties/configuration/registries';

const PULLED: Setting = {
  document: 'resource',
  path: REGISTRIES,
  to: [{ server: 'contoso.azurecr.io', identity: 'system' }],
};

export const rule = defineRule({
  id: 'containerapp-registry-identity',
  version: 1,
  title: 'Private registries are pulled with a managed identity, not a password',
  why: 'The password of a registry is one for all that use it and has no end; an identity is granted what it pulls, and nobody can copy it.',
  fix: 'Writes the whole list of registries, in which those of Azure Container Registry name an identity of the app and no password.',
  risk: 'New replicas cannot be started unless the identity holds AcrPull on the registry.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'container-app',
  reversible: true,
  documents: ['resource'],
  writes: ['resource'],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['IM-3'] }),
  check(snapshot) {
    return judgeConfiguration(snapshot, ({ registries: list = null }) => {
      const registries = objectsIn(list);
      if (!registries?.every(isRegistry)) return unknown('The registries have a form that nobody knows.');
      if (registries.length === 0) return compliant('The app pulls from no private registry.');
      if (!registries.some(isAzure)) return notApplicable('None of the registries is an Azure Container Registry.');
      const wanting = registries.filter((registry) => isAzure(registry) && !pullsByIdentity(registry));
      if (wanting.length === 0) return compliant('Registries are pulled with a managed identity.');
      return judgeIdentity(snapshot, (types, body) => {
        const found = `Not pulled by a managed identity alone: ${wanting.map(({ server }) => server).join(', ')}.`;
        const choice = identityToPullWith(types, body);
        if ('missing' in choice && wanting.some((registry) => !isSet(registry.identity))) {
          return { verdict: 'violation', reason: `${found} ${choice.missing}`, changes: [] };
        }
        const to = registries.map((registry) =>
          wanting.includes(registry) ? withIdentity(registry, 'id' in choice ? choice.id : '') : registry,
        );
        return {
          verdict: 'violation',
          reason: found,
          changes: [{ document: 'resource', path: REGISTRIES, from: list, to }],
        };
      });
    });
  },
  source: (changes) =>
    containerAppSource(settingsOf(changes, PULLED), {
      registry: (objectsIn(valueSet(changes, PULLED)) ?? []).map((registry) => new Block(attributesOf(registry))),
    }),
});

/** The list is written whole, so each entry must be what Azure takes. */
function isRegistry({ server, identity, username, passwordSecretRef }: JsonObject): boolean {
  return (
    isSet(server) && [identity, username, passwordSecretRef].every((value) => (value ?? null) === null || isText(value))
  );
}

function isAzure({ server }: JsonObject): boolean {
  return isText(server) && azureRegistryIn(server) !== null;
}

function pullsByIdentity({ identity, passwordSecretRef }: JsonObject): boolean {
  return isSet(identity) && !isSet(passwordSecretRef);
}

/** The identity that a registry already names stays; ARM takes either an identity or a password. */
function withIdentity(registry: JsonObject, id: string): JsonObject {
  const { username: _username, passwordSecretRef: _password, ...beside } = registry;
  return { ...beside, identity: isSet(registry.identity) ? registry.identity : id };
}

/** Of several identities nobody but the owner knows which one may pull. */
function identityToPullWith(types: readonly string[], body: JsonObject): { id: string } | { missing: string } {
  if (types.includes('systemassigned')) return { id: 'system' };
  const [first, ...more] = assignedIdentities(types, body);
  if (first === undefined) return { missing: 'The app has no managed identity that could pull instead.' };
  return more.length === 0 ? { id: first[0] } : { missing: 'The app has several identities: say which one pulls.' };
}

function attributesOf({ server, identity, username, passwordSecretRef }: JsonObject): JsonObject {
  const attributes = { server, identity, username, password_secret_name: passwordSecretRef };
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]): [string, Json][] => (isText(value) ? [[name, value]] : [])),
  );
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string';
}

function isSet(value: Json | undefined): value is string {
  return isText(value) && value !== '';
}
