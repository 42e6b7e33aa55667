import { defineRequiredTags } from '../checks/governance/required-tags.ts';
import { siteSource } from '../declare/declarations.ts';

export const rule = defineRequiredTags('webapp-required-tags', siteSource);
