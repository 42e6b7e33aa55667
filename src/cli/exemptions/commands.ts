/** Exemptions. */
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { choiceWithDefault, flag, list, requiredText, text, wholeNumber } from '../framework/field.ts';

const END = {
  expires: text('When it ends (ISO 8601).', { value: 'time' }),
  days: wholeNumber('In how many days it ends, in place of --expires.', { least: 1 }),
} as const;

const listCommand = defineCommand({
  name: 'list',
  summary: 'List exemptions in force, or those that have ended.',
  options: {
    state: choiceWithDefault(['in-force', 'ended'], 'Which ones.'),
    resource: text('The ARM id of a resource or a scope that they apply to.', { value: 'id' }),
    rule: list('Ids of rules.', { value: 'rule' }),
    owner: text('Who answers for it.', { value: 'name' }),
    ...LIMIT,
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [{ command: 'exemptions list --as reader', description: 'What is exempt, and until when' }],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./exemptions.ts')).list,
});

const add = defineCommand({
  name: 'add',
  summary: 'Exempt the violations of a rule within a scope, after a preview.',
  options: {
    scope: requiredText('The ARM id of a resource, or of a scope above it.', { value: 'id' }),
    rule: requiredText('The id of the rule.', { value: 'rule' }),
    owner: requiredText('Who answers for it.', { value: 'name' }),
    reason: requiredText('Why.'),
    ticket: text('A ticket.'),
    ...END,
    yes: flag('Do not ask.'),
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [
    {
      command:
        'exemptions add --scope SCOPE --rule webapp-min-tls --owner payments --reason "old clients" --days 30 --as operator',
      description: 'For 30 days',
    },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./exemptions.ts')).add,
});

const renew = defineCommand({
  name: 'renew',
  summary: 'Give an exemption another end.',
  arguments: { id: requiredText('The id of the exemption.', { value: 'id' }) },
  options: { reason: requiredText('Why.'), ...END, ...DEPLOYMENT, ...OUTPUT },
  examples: [
    {
      command: 'exemptions renew ID --days 30 --reason "vendor delays" --as operator',
      description: 'For 30 more days',
    },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./exemptions.ts')).renew,
});

const remove = defineCommand({
  name: 'remove',
  summary: 'Remove an exemption before its end.',
  arguments: { id: requiredText('The id of the exemption.', { value: 'id' }) },
  options: { yes: flag('Do not ask.'), ...DEPLOYMENT },
  examples: [
    { command: 'exemptions remove ID --as operator', description: 'Its violations are decided as others again' },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./exemptions.ts')).remove,
});

export const exemptions = defineGroup({
  name: 'exemptions',
  summary: 'See and change exemptions.',
  commands: [listCommand, add, renew, remove],
});
