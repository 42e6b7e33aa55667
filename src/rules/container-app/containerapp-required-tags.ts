import { defineRequiredTags } from '../checks/governance/required-tags.ts';
import { containerAppSource } from '../declare/declarations.ts';

export const rule = defineRequiredTags({
  id: 'containerapp-required-tags',
  kind: 'container-app',
  declare: containerAppSource,
});
