import { defineRequiredTags } from '../checks/governance/required-tags.ts';
import { containerAppSource } from '../declare/declarations.ts';

export const rule = defineRequiredTags('containerapp-required-tags', containerAppSource);
