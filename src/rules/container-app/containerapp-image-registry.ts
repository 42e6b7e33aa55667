import * as z from 'zod';
import { compliant, defineAdvice, notApplicable, violation } from '../../domain/rules/rule.ts';
import { imageSource, judgeImages, registryOf } from '../checks/container-apps/container-images.ts';
import { checkProperties } from '../checks/documents/sections.ts';

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
  title: 'Images come from approved registries',
  why: 'Images in an approved registry were built, scanned and stored by a known owner.',
  risk: 'Another image is another deployment: its code may be different.',
  severity: 'medium',
  parameters,
  references: { MCSB: ['DS-6'] },
  check(snapshot, { registries }) {
    const approved = registries.map(registryOf);
    if (approved.length === 0) {
      return checkProperties(snapshot, 'resource', () =>
        notApplicable('No registries are configured that images may come from.'),
      );
    }
    return judgeImages(snapshot, (images) => {
      const others = images.map(({ registry }) => registry).filter((registry) => !approved.includes(registry));
      if (others.length === 0) return compliant('Every image comes from an approved registry.');
      return violation(`Images come from registries that are not approved: ${[...new Set(others)].join(', ')}.`);
    });
  },
  source: imageSource,
});
