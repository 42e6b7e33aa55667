/** Snapshot files. */
import { defineCommand } from '../framework/command.ts';
import { requiredText, text } from '../framework/field.ts';

export const evaluate = defineCommand({
  name: 'evaluate',
  summary: 'Evaluate a snapshot file, and print the findings as JSON.',
  description: 'It reads files only. Of the environment it takes PLUMBLINE_WORKSPACE_ID.',
  arguments: { file: requiredText('A snapshot or an array of them; - is standard input.', { complete: 'file' }) },
  options: {
    settings: text('Settings: profile, switches and parameters of rules. Without it all rules are evaluated.', {
      value: 'file',
      complete: 'file',
    }),
  },
  examples: [
    { command: 'evaluate docs/examples/web-app.json', description: 'Evaluate a snapshot by all rules' },
    { command: 'evaluate snapshot.json --settings settings.json', description: 'Evaluate it as these settings say' },
  ],
  load: async () => (await import('./run.ts')).run,
});
