import { defineRequiredTags } from '../checks/governance/required-tags.ts';
import { siteSource } from '../declare/declarations.ts';

export const rule = defineRequiredTags({ id: 'webapp-required-tags', kind: 'web-app', declare: siteSource });
