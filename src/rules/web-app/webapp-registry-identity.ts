/** A registry password in the settings of an app opens the registry to whoever reads them. */
import * as z from 'zod';
import { valueAt } from '../../domain/change.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { defineRule, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { azureRegistryIn } from '../container-registries.ts';
import { assignedIdentities, judgeIdentity } from '../identity.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';
import { lowerCase } from '../text.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

const ON: Setting = { document: 'config/web', path: '/properties/acrUseManagedIdentityCreds', to: true };

export const rule = defineRule({
  id: 'webapp-registry-identity',
  version: 1,
  title: 'Container images are pulled with a managed identity',
  why: 'Otherwise the image is pulled with the password of a registry account, which stands in the settings of the app.',
  fix: 'Sets `acrUseManagedIdentityCreds` of the configuration to true.',
  risk: 'The image cannot be pulled unless the identity of the app has been granted AcrPull on the registry.',
  differs:
    'Only an app that has an identity to pull with is changed: its own, or the one that `acrUserManagedIdentityID` names. Any other gets advice.',
  severity: 'medium',
  tier: 'risky',
  profile: 'strict',
  kind: 'web-app',
  reversible: true,
  documents: WEB_CONFIG_DOCUMENTS,
  writes: ['config/web'],
  parameters: z.object({}),
  references: referencesOf({ MCSB: ['IM-3'] }),
  check(snapshot) {
    return judgeWebConfig(snapshot, (properties) => {
      const elsewhere = withoutImageInAzure(properties);
      if (elsewhere) return elsewhere;
      const judgement = judgeSwitch(properties, {
        document: 'config/web',
        name: 'acrUseManagedIdentityCreds',
        wanted: true,
        otherwise: false,
        right: 'Images are pulled with a managed identity',
        wrong: 'Images are pulled with a password',
      });
      if (judgement.verdict !== 'violation') return judgement;
      return judgeIdentity(snapshot, (types, body) => {
        const missing = identityMissing(properties.acrUserManagedIdentityID, types, body);
        return missing === null
          ? judgement
          : { verdict: 'violation', reason: `${judgement.reason} ${missing}`, changes: [] };
      });
    });
  },
  source: (changes) => siteConfigSource(settingsOf(changes, ON), { container_registry_use_managed_identity: true }),
});

/** The judgement of an app that has no image in a registry of Azure, or whose images stand elsewhere; null for the others. */
function withoutImageInAzure({ linuxFxVersion, windowsFxVersion }: JsonObject): Judgement | null {
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

/** Why no identity could pull if the switch were on; null when one could. Without a name it is the system-assigned one. */
function identityMissing(named: Json | undefined, types: readonly string[], body: JsonObject): string | null {
  const assigned = assignedIdentities(types, body);
  if ((named ?? '') !== '') {
    const known = assigned.some(([id, told]) => [id, valueAt(told, '/clientId')].some((one) => isSame(one, named)));
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
