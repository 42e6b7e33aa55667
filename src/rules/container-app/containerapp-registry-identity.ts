import type { Json, JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineRule, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { judgeConfiguration } from '../checks/container-apps/app-configuration.ts';
import { azureRegistryIn } from '../checks/container-apps/container-registries.ts';
import { objectsIn } from '../checks/documents/arrays.ts';
import { assignedIdentities, judgeIdentity } from '../checks/identity/managed-identity.ts';
import { containerAppSource, type Setting, settingsOf, valueSet } from '../declare/declarations.ts';
import { Block } from '../declare/printers.ts';

const REGISTRIES = '/properties/configuration/registries';

const PULLED: Setting = {
  document: 'resource',
  path: REGISTRIES,
  to: [{ server: 'contoso.azurecr.io', identity: 'system' }],
};

export const rule = defineRule({
  id: 'containerapp-registry-identity',
  title: 'Private registries are pulled with a managed identity, not a password',
  why: 'All users of a registry share its password, which does not expire. An identity gets only the access that it needs, and cannot be copied.',
  fix: 'Writes the whole list of registries, in which those of Azure Container Registry name an identity of the app and no password.',
  risk: 'New replicas cannot start unless the identity has AcrPull on the registry.',
  severity: 'medium',
  profile: 'strict',
  references: { MCSB: ['IM-3'] },
  check: (snapshot) =>
    judgeConfiguration(snapshot, ({ registries: list = null }) => {
      const registries = objectsIn(list);
      if (!registries?.every(isRegistry)) return unknown('The registries have a form that nobody knows.');
      if (registries.length === 0) return compliant('The app pulls from no private registry.');
      if (!registries.some(isAzure)) return notApplicable('None of the registries is an Azure Container Registry.');
      const withPassword = registries.filter((registry) => isAzure(registry) && !pullsByIdentity(registry));
      if (withPassword.length === 0) return compliant('Registries are pulled with a managed identity.');
      return judgeIdentity(snapshot, (types, body) => {
        const found = `Not pulled by a managed identity alone: ${withPassword.map(({ server }) => server).join(', ')}.`;
        const choice = identityToPullWith(types, body);
        if ('missing' in choice && withPassword.some((registry) => !isSet(registry.identity))) {
          return violation(`${found} ${choice.missing}`);
        }
        const to = registries.map((registry) =>
          withPassword.includes(registry) ? withIdentity(registry, 'id' in choice ? choice.id : '') : registry,
        );
        return violation(found, [{ document: 'resource', path: REGISTRIES, from: list, to }]);
      });
    }),
  source: (changes) =>
    containerAppSource(settingsOf(changes, PULLED), {
      registry: (objectsIn(valueSet(changes, PULLED)) ?? []).map((registry) => new Block(attributesOf(registry))),
    }),
});

/** The list is written as a whole, so each entry must be valid. */
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

/** An identity that is already named stays; ARM accepts either an identity or a password. */
function withIdentity(registry: JsonObject, id: string): JsonObject {
  const { username: _username, passwordSecretRef: _password, ...beside } = registry;
  return { ...beside, identity: isSet(registry.identity) ? registry.identity : id };
}

/** Of several identities only the owner knows which one may pull. */
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
