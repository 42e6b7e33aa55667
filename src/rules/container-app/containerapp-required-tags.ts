/** An app that nobody can be found for is one that nobody keeps safe. */
import { defineRule } from '../../domain/rule.ts';
import { referencesOf } from '../references.ts';
import {
  asksForTags,
  judgeRequiredTags,
  neededForTags,
  OWNER_TAG,
  requiredTagsParameters,
  TAGGED_DOCUMENTS,
  tagsToDeclare,
} from '../required-tags.ts';
import { containerAppSource, settingsOf } from '../sources.ts';

export const rule = defineRule({
  id: 'containerapp-required-tags',
  version: 1,
  title: 'Required tags are present',
  why: 'Tags say whose an app is and what it is for; without them nobody knows whom to ask when something is wrong with it.',
  fix: 'Merges the missing tags into those of the app, with the values that its resource group carries.',
  risk: 'Tools for costs and deployments read tags, and take the app for what they say from then on.',
  severity: 'low',
  tier: 'risky',
  profile: 'baseline',
  kind: 'container-app',
  reversible: true,
  documents: TAGGED_DOCUMENTS,
  writes: ['resource'],
  parameters: requiredTagsParameters,
  needs: neededForTags,
  stricter: asksForTags,
  references: referencesOf({ MCSB: ['AM-1'] }),
  check: judgeRequiredTags,
  source: (changes) => {
    const settings = settingsOf(changes, OWNER_TAG);
    return containerAppSource(settings, { tags: tagsToDeclare(settings) });
  },
});
