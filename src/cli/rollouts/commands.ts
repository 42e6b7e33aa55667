/** Roll-outs of rules. */
import { ROLLOUT_STATUSES } from '../client/choices.ts';
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { flag, list, requiredText } from '../framework/field.ts';

const DECIDING = {
  arguments: { id: requiredText('The id of the roll-out.', { value: 'id' }) },
  options: { yes: flag('Do not ask.'), ...DEPLOYMENT, ...OUTPUT },
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES, 6],
} as const;

const listCommand = defineCommand({
  name: 'list',
  summary: 'List roll-outs, newest first, with their progress.',
  options: {
    status: list('Statuses.', { value: 'status', choices: ROLLOUT_STATUSES }),
    ...LIMIT,
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [
    { command: 'rollouts list --as reader', description: 'How far each is' },
    { command: 'rollouts list --status stopped', description: 'What waits for an operator, and why' },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./rollouts.ts')).list,
});

const continueCommand = defineCommand({
  name: 'continue',
  summary: 'Let a stopped roll-out go on with its stage.',
  ...DECIDING,
  examples: [{ command: 'rollouts continue ID --as operator', description: 'Show why it was stopped, and continue' }],
  load: async () => (await import('./rollouts.ts')).continueOne,
});

const end = defineCommand({
  name: 'end',
  summary: 'End a roll-out: all apps that it holds are written.',
  ...DECIDING,
  examples: [{ command: 'rollouts end ID --as operator', description: 'Show how far it is, and end it' }],
  load: async () => (await import('./rollouts.ts')).end,
});

export const rollouts = defineGroup({
  name: 'rollouts',
  summary: 'See and decide how rules are rolled out.',
  commands: [listCommand, continueCommand, end],
});
