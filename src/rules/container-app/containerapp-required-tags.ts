/** An app that nobody can be found for is one that nobody keeps safe. */
import { defineRule } from '../../domain/rule.ts';
import { requiredTags, tagsToDeclare } from '../required-tags.ts';
import { containerAppSource } from '../sources.ts';

export const rule = defineRule({
  ...requiredTags,
  id: 'containerapp-required-tags',
  kind: 'container-app',
  source(changes) {
    const { settings, tags } = tagsToDeclare(changes);
    return containerAppSource(settings, { tags });
  },
});
