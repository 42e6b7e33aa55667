/** Two snapshot files. */
import { defineCommand } from '../framework/command.ts';
import { choiceWithDefault, flag, requiredText, text } from '../framework/field.ts';

export const diff = defineCommand({
  name: 'diff',
  summary: 'Say what changed between two snapshot files: values of documents, and verdicts of rules.',
  description: 'It reads files only. Of the environment it takes PLUMBLINE_WORKSPACE_ID.',
  arguments: {
    before: requiredText('The older snapshot file.', { complete: 'file' }),
    after: requiredText('The newer snapshot file.', { complete: 'file' }),
  },
  options: {
    settings: text('Settings: profile, switches and parameters of rules. Without it all rules are evaluated.', {
      value: 'file',
      complete: 'file',
    }),
    output: choiceWithDefault(['table', 'json'], 'The form of the answer.'),
    exitCode: flag('End with 1 when something changed.'),
  },
  examples: [
    { command: 'diff monday.json friday.json', description: 'What changed in the week' },
    {
      command: 'diff before.json after.json --exit-code',
      description: 'End with 1 when a deployment changed something',
    },
  ],
  exitCodes: [1],
  load: async () => (await import('./run.ts')).run,
});
