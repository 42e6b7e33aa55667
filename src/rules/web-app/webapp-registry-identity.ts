/** A registry password in the settings of an app opens the registry to whoever reads them. */
import * as z from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { defineRule, type Judgement, notApplicable, unknown } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import { type Setting, settingsOf, siteConfigSource } from '../sources.ts';
import { judgeSwitch } from '../switch.ts';
import { judgeWebConfig, WEB_CONFIG_DOCUMENTS } from '../web-config.ts';

const ON: Setting = { document: 'config/web', path: '/properties/acrUseManagedIdentityCreds', to: true };

/** Registries of Azure, in all its clouds. */
const IN_AZURE_REGISTRY = /^docker\|(https?:\/\/)?[a-z0-9-]+(\.[a-z0-9-]+)*\.azurecr\.(io|cn|us)(\/|$)/i;

export const rule = defineRule({
  id: 'webapp-registry-identity',
  version: 1,
  title: 'Container images are pulled with a managed identity',
  why: 'Otherwise the image is pulled with the password of a registry account, which stands in the settings of the app.',
  fix: 'Sets `acrUseManagedIdentityCreds` of the configuration to true.',
  risk: 'The image cannot be pulled unless the identity of the app has been granted AcrPull on the registry.',
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
    return judgeWebConfig(
      snapshot,
      (properties) =>
        withoutImageInAzure(properties) ??
        judgeSwitch(properties, {
          document: 'config/web',
          name: 'acrUseManagedIdentityCreds',
          wanted: true,
          otherwise: false,
          right: 'Images are pulled with a managed identity',
          wrong: 'Images are pulled with a password',
        }),
    );
  },
  source: (changes) => siteConfigSource(settingsOf(changes, ON), { container_registry_use_managed_identity: true }),
});

/** The judgement of an app that has no image in a registry of Azure, or whose images stand elsewhere; null for the others. */
function withoutImageInAzure({ linuxFxVersion, windowsFxVersion }: JsonObject): Judgement | null {
  const stacks = [linuxFxVersion, windowsFxVersion].map((stack) => stack ?? '');
  if (!stacks.every((stack) => typeof stack === 'string')) return unknown('The stack of the app is no text.');
  if (stacks.some((stack) => IN_AZURE_REGISTRY.test(stack))) return null;
  if (stacks.some((stack) => /^(compose|kube|sitecontainers)\b/i.test(stack))) {
    return unknown('The app runs several containers, and where their images are is not in its configuration.');
  }
  const container = stacks.some((stack) => /^docker\|/i.test(stack));
  return notApplicable(container ? 'The image is in no registry of Azure.' : 'The app runs code and no container.');
}
