import { valueAt } from '../../domain/changes/change.ts';
import type { Json, JsonObject } from '../../domain/resources/json.ts';
import { type CheckResult, notApplicable, unknown, violation } from '../../domain/rules/rule.ts';
import { WEB_CONFIG } from '../checks/app-service/web-config.ts';
import { azureRegistryIn } from '../checks/container-apps/container-registries.ts';
import { lowerCase } from '../checks/documents/leaves.ts';
import { defineSwitch } from '../checks/documents/switch.ts';
import { assignedIdentities, judgeIdentity } from '../checks/identity/managed-identity.ts';

export const rule = defineSwitch(WEB_CONFIG, {
  id: 'webapp-registry-identity',
  title: 'Container images are pulled with a managed identity',
  why: 'Otherwise the image is pulled with the password of a registry account, which is in the settings of the app.',
  fix: 'Sets `acrUseManagedIdentityCreds` of the configuration to true.',
  risk: 'The image cannot be pulled unless the identity of the app has been granted AcrPull on the registry.',
  differs:
    'Only an app with an identity for the pull is changed: its own, or the one that `acrUserManagedIdentityID` names. For other apps it is advice.',
  severity: 'medium',
  profile: 'strict',
  references: { MCSB: ['IM-3'] },
  leaf: 'acrUseManagedIdentityCreds',
  value: true,
  whenUnset: false,
  right: 'Images are pulled with a managed identity',
  wrong: 'Images are pulled with a password',
  azurerm: { container_registry_use_managed_identity: true },
  except: (_, properties) => withoutImageInAzure(properties),
  refine: (found, snapshot, properties) =>
    judgeIdentity(snapshot, (types, body) => {
      const missing = identityMissing(properties.acrUserManagedIdentityID, types, body);
      return missing === null ? found : violation(`${found.reason} ${missing}`);
    }),
});

/** The judgement of an app without an image in a registry of Azure, or whose images are not in `config/web`; null for others. */
function withoutImageInAzure({ linuxFxVersion, windowsFxVersion }: JsonObject): CheckResult | null {
  const stacks = [linuxFxVersion, windowsFxVersion].map((stack) => stack ?? '');
  if (!stacks.every((stack) => typeof stack === 'string')) return unknown('The stack of the app is no text.');
  const images = stacks.flatMap((stack) => /^docker\|(.*)$/i.exec(stack)?.[1] ?? []);
  if (images.some((image) => azureRegistryIn(image) !== null)) return null;
  if (stacks.some((stack) => /^(compose|kube|sitecontainers)\b/i.test(stack))) {
    return unknown('The app runs several containers, and where their images are is not in its configuration.');
  }
  return notApplicable(
    images.length > 0 ? 'The image is in no registry of Azure.' : 'The app runs code and no container.',
  );
}

/** Why no identity could pull; null when one could. Without a name it is the system-assigned one. */
function identityMissing(named: Json | undefined, types: readonly string[], body: JsonObject): string | null {
  const assigned = assignedIdentities(types, body);
  if ((named ?? '') !== '') {
    const known = assigned.some(([id, identity]) =>
      [id, valueAt(identity, '/clientId')].some((one) => isSame(one, named)),
    );
    return known ? null : 'The app does not have the identity that acrUserManagedIdentityID names.';
  }
  if (types.includes('systemassigned')) return null;
  return assigned.length === 0
    ? 'The app has no managed identity that could pull instead.'
    : 'The app has no identity of its own, and acrUserManagedIdentityID does not say which one pulls.';
}

function isSame(id: Json, named: Json | undefined): boolean {
  return typeof id === 'string' && lowerCase(id) === lowerCase(named);
}
