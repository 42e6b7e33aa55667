/** The state of a deployment. */
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand } from '../framework/command.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'Show the mode, what is pending, what fails, and who you are.',
  options: { ...DEPLOYMENT, ...OUTPUT },
  examples: [
    { command: 'status --url http://127.0.0.1:7071 --as reader', description: 'Of the development environment' },
    { command: 'status --output json', description: 'For a program; the address is in PLUMBLINE_URL' },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./status.ts')).status,
});
