/** Scans that a deployment runs. */
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { flag, list, requiredText } from '../framework/field.ts';

const ID = { id: requiredText('The id of the scan.', { value: 'id' }) };

const listCommand = defineCommand({
  name: 'list',
  summary: 'List scans, newest first.',
  options: {
    status: list('Statuses.', { value: 'status', choices: ['running', 'done', 'cancelled'] }),
    ...LIMIT,
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [{ command: 'scans list --as reader', description: 'With their progress' }],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./scans.ts')).list,
});

const start = defineCommand({
  name: 'start',
  summary: 'Evaluate all resources in a scope now.',
  arguments: {
    scope: requiredText('The ARM id of a subscription, a resource group or a resource.', { value: 'scope' }),
  },
  options: { wait: flag('Wait until it has ended.'), ...DEPLOYMENT, ...OUTPUT },
  examples: [
    {
      command: 'scans start /subscriptions/00000000-0000-4000-8000-000000000001 --wait --as operator',
      description: 'Of a subscription',
    },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./scans.ts')).start,
});

const show = defineCommand({
  name: 'show',
  summary: 'Show the progress of a scan.',
  arguments: ID,
  options: { wait: flag('Wait until it has ended.'), ...DEPLOYMENT, ...OUTPUT },
  examples: [{ command: 'scans show ID --wait --as reader', description: 'Wait for its end' }],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./scans.ts')).showScan,
});

const cancel = defineCommand({
  name: 'cancel',
  summary: 'Cancel a scan: what waits for it is not evaluated.',
  arguments: ID,
  options: { ...DEPLOYMENT, ...OUTPUT },
  examples: [{ command: 'scans cancel ID --as operator', description: 'Cancel it' }],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./scans.ts')).cancel,
});

export const scans = defineGroup({
  name: 'scans',
  summary: 'Start and watch scans of the deployment.',
  commands: [listCommand, start, show, cancel],
});
