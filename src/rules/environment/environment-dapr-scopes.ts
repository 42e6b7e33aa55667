import { isObject, type JsonObject } from '../../domain/resources/json.ts';
import { compliant, defineAdvice, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { objectsIn, stringsIn } from '../checks/documents/arrays.ts';
import { judgeList, nameOf, propertiesOf } from '../checks/documents/resource-lists.ts';
import { Block, declared, Expression } from '../declare/printers.ts';

export const rule = defineAdvice({
  id: 'environment-dapr-scopes',
  title: 'Dapr components are scoped to named apps and take secrets from a secret store',
  why: 'A Dapr component without scopes can be used by every app of the environment, with the rights of its connection. A secret in the component is in no vault and is not rotated.',
  risk: 'An empty scope means every app, so a scope can exclude callers.',
  severity: 'medium',
  documents: ['daprComponents'],
  references: { guide: ['Secure your Azure Container Apps deployment'] },
  check: (snapshot) =>
    judgeList(snapshot, 'daprComponents', (components) => {
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
      if (reasons.length > 0) return violation(reasons.join(' '));
      const invalid = judged.find(({ scoped, inline }) => scoped === null || inline === null);
      if (invalid) return unknown(`The Dapr component '${invalid.name}' is one that Plumbline does not understand.`);
      return compliant('Every Dapr component names its apps and carries no secret.');
    }),
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

/** Whether a component names apps, and whether it contains secrets; null where that is not understood. */
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

/** A secret with a vault URL is a reference. */
function isInVault({ keyVaultUrl }: JsonObject): boolean {
  return typeof keyVaultUrl === 'string' && keyVaultUrl !== '';
}

function sentence(wrong: string, names: readonly string[]): string[] {
  return names.map((name) => `The Dapr component '${name}' ${wrong}.`);
}
