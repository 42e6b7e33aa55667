/** Rollbacks. */
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand } from '../framework/command.ts';
import { flag, text } from '../framework/field.ts';

export const rollback = defineCommand({
  name: 'rollback',
  summary: 'Roll back a fix, or all fixes of an operation.',
  description:
    'It puts back what the fix changed, if the values are still the ones that were written. plumbline audit list --kind fix.applied shows the entries.',
  arguments: { entry: text('The id of the audit entry of the fix.', { value: 'id' }) },
  options: {
    operation: text('The id of an operation, in place of an entry.', { value: 'id' }),
    comment: text('Why; required.'),
    yes: flag('Do not ask.'),
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [
    {
      command: 'rollback ENTRY --comment "clients need TLS 1.1" --as approver',
      description: 'Look at it, and roll it back',
    },
    { command: 'rollback --operation OPERATION --comment "wrong app" --yes', description: 'All fixes of a reconcile' },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES, 6],
  load: async () => (await import('./rollback.ts')).rollback,
});
