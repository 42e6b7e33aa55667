/** A Dapr component without scopes is every app's, and secrets written into it are everybody's who may write it. */
import { isObject, type JsonObject } from '../../domain/json.ts';
import { compliant, defineAdvice, notApplicable, unknown } from '../../domain/rule.ts';
import { judgeList, nameOf, propertiesOf } from '../listed.ts';
import { objectsIn, stringsIn } from '../lists.ts';
import { referencesOf } from '../references.ts';
import { Block, declared, Expression } from '../source-lines.ts';

export const rule = defineAdvice({
  id: 'environment-dapr-scopes',
  version: 1,
  title: 'Dapr components are scoped to named apps and take secrets from a secret store',
  why: 'A Dapr component without scopes can be used by every app of the environment, with the rights of its connection; a secret that is written into it is kept in no vault and nobody rotates it.',
  risk: 'An empty scope means every app, so naming some can cut callers off.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'environment',
  documents: ['daprComponents'],
  references: referencesOf({ guide: ['Secure your Azure Container Apps deployment'] }),
  check(snapshot) {
    return judgeList(snapshot, 'daprComponents', (components) => {
      if (components.length === 0) return notApplicable('The environment has no Dapr components.');
      const judged = components.map((component) => ({ name: nameOf(component), ...judgeComponent(component) }));
      const reasons = [
        ...sentence(
          'can be used by every app',
          judged.filter(({ scoped }) => scoped === false).map(({ name }) => name),
        ),
        ...sentence(
          'carries secrets of its own',
          judged.filter(({ inline }) => inline === true).map(({ name }) => name),
        ),
      ];
      if (reasons.length > 0) return { verdict: 'violation', reason: reasons.join(' '), changes: [] };
      const strange = judged.find(({ scoped, inline }) => scoped === null || inline === null);
      if (strange) return unknown(`The Dapr component '${strange.name}' is one that Plumbline does not understand.`);
      return compliant('Every Dapr component names its apps and carries no secret.');
    });
  },
  source: () =>
    declared({
      type: 'Microsoft.App/managedEnvironments/daprComponents@2026-07-01',
      name: 'component',
      body: {
        parent: new Expression('environment'),
        name: 'orders',
        properties: { scopes: ['orders'], secretStoreComponent: 'vault' },
      },
      azurerm: {
        resource: 'azurerm_container_app_environment_dapr_component',
        body: {
          name: 'orders',
          container_app_environment_id: new Expression('azurerm_container_app_environment.environment.id'),
          scopes: ['orders'],
          secret: new Block({
            name: 'key',
            key_vault_secret_id: new Expression('azurerm_key_vault_secret.key.versionless_id'),
            identity: 'System',
          }),
        },
      },
    }),
});

/** Whether it names apps, and whether it carries secrets; null where that is not understood. */
function judgeComponent(component: JsonObject): { scoped: boolean | null; inline: boolean | null } {
  if (!isObject(component.properties)) return { scoped: null, inline: null };
  const { scopes, secrets, secretStoreComponent } = propertiesOf(component);
  const apps = stringsIn(scopes);
  const carried = objectsIn(secrets);
  const store = secretStoreComponent ?? '';
  return {
    scoped: apps ? apps.some((app) => app.trim() !== '') : null,
    inline: typeof store !== 'string' ? null : carried && store === '' && !carried.every(isInVault),
  };
}

/** A secret that names a vault is looked up there, and not written into the component. */
function isInVault({ keyVaultUrl }: JsonObject): boolean {
  return typeof keyVaultUrl === 'string' && keyVaultUrl !== '';
}

function sentence(wrong: string, names: readonly string[]): string[] {
  return names.map((name) => `The Dapr component '${name}' ${wrong}.`);
}
