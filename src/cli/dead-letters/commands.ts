/** Dead letters. */
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { list, severalTexts, text } from '../framework/field.ts';

const listCommand = defineCommand({
  name: 'list',
  summary: 'List messages that could not be handled, newest first.',
  options: {
    queue: list('Names of queues.', { value: 'queue' }),
    search: text('A text in the resource, the reason or the message.'),
    ...LIMIT,
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [{ command: 'deadletters list --as reader', description: 'With the reasons' }],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./dead-letters.ts')).list,
});

const release = defineCommand({
  name: 'release',
  summary: 'Send messages to their queue again.',
  arguments: { ids: severalTexts('Ids of dead letters.', { value: 'id' }) },
  options: { ...DEPLOYMENT, ...OUTPUT },
  examples: [{ command: 'deadletters release ID --as operator', description: 'Handle one again' }],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./dead-letters.ts')).release,
});

export const deadLetters = defineGroup({
  name: 'deadletters',
  summary: 'See and release messages that could not be handled.',
  commands: [listCommand, release],
});
