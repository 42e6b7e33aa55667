/** An app that nobody can be found for is one that nobody keeps safe. */
import { defineRule } from '../../domain/rule.ts';
import { requiredTags, tagsToDeclare } from '../required-tags.ts';
import { siteSource } from '../sources.ts';

export const rule = defineRule({
  ...requiredTags,
  id: 'webapp-required-tags',
  kind: 'web-app',
  source(changes) {
    const { settings, tags } = tagsToDeclare(changes);
    return siteSource(settings, { tags });
  },
});
