/** Settings, and the emergency stop. */
import { MODES } from '../client/choices.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { choice, flag, requiredText, text } from '../framework/field.ts';

const SCOPE = text('Only this subscription, resource group or resource (ARM id).', { value: 'id' });
const YES = flag('Do not ask.');

const get = defineCommand({
  name: 'get',
  summary: 'Print the settings, or those that apply to a resource and where they come from.',
  options: { resource: text('The ARM id of a resource or a scope.', { value: 'id' }), ...DEPLOYMENT, ...OUTPUT },
  examples: [
    { command: 'settings get --as reader', description: 'The whole document, as JSON' },
    {
      command: 'settings get --resource /subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop',
      description: 'What applies there',
    },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./get.ts')).getSettings,
});

const edit = defineCommand({
  name: 'edit',
  summary: 'Edit the settings in $VISUAL or $EDITOR, after a preview of what they change.',
  description:
    'They are stored only when nobody else has changed them since. If someone has, your changes are brought into the new settings, and you review them again.',
  options: { yes: YES, ...DEPLOYMENT },
  examples: [{ command: 'settings edit --as operator', description: 'Open the settings in the editor' }],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES, 6],
  load: async () => (await import('./edit.ts')).edit,
});

const mode = defineCommand({
  name: 'mode',
  summary: 'Set the mode of everything, or of a scope.',
  arguments: { mode: { ...choice(MODES, 'What may be done without a person.'), required: true } },
  options: { scope: SCOPE, yes: YES, ...DEPLOYMENT, ...OUTPUT },
  examples: [
    { command: 'settings set mode approve --as operator', description: 'Every fix needs approval' },
    { command: 'settings set mode autofix --scope SCOPE --yes', description: 'Only in a scope, without a question' },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES, 6],
  load: async () => (await import('./set-mode.ts')).setMode,
});

export const settings = defineGroup({
  name: 'settings',
  summary: 'See and change the settings.',
  commands: [get, edit, defineGroup({ name: 'set', summary: 'Change one setting.', commands: [mode] })],
});

export const stop = defineCommand({
  name: 'stop',
  summary: 'Stop all changes at once: nothing is written to Azure until resume.',
  options: { reason: requiredText('Why.'), ...DEPLOYMENT, ...OUTPUT },
  examples: [{ command: 'stop --reason "incident 4711" --as operator', description: 'Emergency stop' }],
  exitCodes: [...DEPLOYMENT_EXIT_CODES, 6],
  load: async () => (await import('./stop.ts')).stop,
});

export const resume = defineCommand({
  name: 'resume',
  summary: 'Resume changes after a stop.',
  options: { yes: YES, ...DEPLOYMENT, ...OUTPUT },
  examples: [{ command: 'resume --as operator', description: 'Show why it was stopped, and resume' }],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES, 6],
  load: async () => (await import('./stop.ts')).resume,
});
