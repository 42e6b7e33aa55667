/** An image from a registry that nobody vouches for is code that nobody has looked at. */
import * as z from 'zod';
import { compliant, defineAdvice, judgeProperties, notApplicable } from '../../domain/rule.ts';
import { imageSource, judgeImages, registryOf } from '../container-images.ts';
import { referencesOf } from '../references.ts';

const host = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/i, 'must be the host of a registry, such as contoso.azurecr.io');

const parameters = z.object({
  registries: z
    .array(host)
    .default([])
    .describe(
      'Hosts of the registries that images may come from, with their ports; without any the rule asks nothing.',
    ),
});

export const rule = defineAdvice({
  id: 'containerapp-image-registry',
  version: 1,
  title: 'Images come from approved registries',
  why: 'What is in an approved registry has been built, scanned and kept by somebody who answers for it.',
  risk: 'Another image is another deployment: it may not be the same code.',
  severity: 'medium',
  profile: 'baseline',
  kind: 'container-app',
  documents: ['resource'],
  parameters,
  references: referencesOf({ MCSB: ['DS-6'] }),
  check(snapshot, { registries }) {
    const approved = registries.map(registryOf);
    if (approved.length === 0) {
      return judgeProperties(snapshot, 'resource', () =>
        notApplicable('No registries are configured that images may come from.'),
      );
    }
    return judgeImages(snapshot, (images) => {
      const others = images.map(({ registry }) => registry).filter((registry) => !approved.includes(registry));
      if (others.length === 0) return compliant('Every image comes from an approved registry.');
      return {
        verdict: 'violation',
        reason: `Images come from registries that are not approved: ${[...new Set(others)].join(', ')}.`,
        changes: [],
      };
    });
  },
  source: imageSource,
});
