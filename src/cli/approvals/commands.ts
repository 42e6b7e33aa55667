/** Approvals. */
import { APPROVAL_GROUPS, APPROVAL_STATUSES, IMPACTS, SEVERITIES } from '../client/choices.ts';
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { choice, flag, list, requiredText, text, texts } from '../framework/field.ts';

const FILTERS = {
  resource: list('ARM ids of resources, or of scopes above them.', { value: 'id' }),
  rule: list('Ids of rules.', { value: 'rule' }),
  severity: list('Severities.', { value: 'severity', choices: SEVERITIES }),
  impact: list('Impacts.', { value: 'impact', choices: IMPACTS }),
} as const;

const listCommand = defineCommand({
  name: 'list',
  summary: 'List approvals, or their numbers by group.',
  options: {
    status: list('Statuses (default: pending).', { value: 'status', choices: APPROVAL_STATUSES }),
    ...FILTERS,
    group: choice(APPROVAL_GROUPS, 'Only the numbers of each group.'),
    ...LIMIT,
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [
    { command: 'approvals list --as approver', description: 'What is pending' },
    { command: 'approvals list --group rule', description: 'How much of each rule' },
    { command: 'approvals list --status applied,failed --limit 10', description: 'What became of the latest ones' },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./list.ts')).list,
});

const show = defineCommand({
  name: 'show',
  summary: 'Show an approval: changes, impact, requests to Azure and the lines that fix it in code.',
  arguments: { id: requiredText('The id of the approval.', { value: 'id' }) },
  options: { ...DEPLOYMENT, ...OUTPUT },
  examples: [{ command: 'approvals show ID --as approver', description: 'Everything that is to be decided' }],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./show.ts')).showApproval,
});

const WHICH =
  'Approvals are named by id or by filters; a dialog then shows every change, and what is not yours to decide. Above ten changes, or when traffic may be affected, the number of changes must be typed.';
const UNATTENDED =
  'With --yes there is no dialog. Then each approval must be named with the digest that was seen, as ID@sha256:…, or come on standard input (-) as approvals list --output json prints it. So nothing is decided that was not shown.';

const DECIDING = {
  ...FILTERS,
  comment: text('A comment for the audit log.'),
  yes: flag('Decide without a dialog what is named with its digest.'),
  ...DEPLOYMENT,
  ...OUTPUT,
} as const;

const APPROVALS = { approvals: texts('Ids, each optionally with @ and its digest; - reads them from standard input.') };

const approve = defineCommand({
  name: 'approve',
  summary: 'Approve changes.',
  description: `${WHICH} ${UNATTENDED}`,
  arguments: APPROVALS,
  options: DECIDING,
  examples: [
    { command: 'approvals approve ID --as approver', description: 'Look at one, and decide' },
    { command: 'approvals approve --rule webapp-https-only', description: 'Look at all of a rule, and decide' },
    {
      command: 'approvals approve ID@sha256:DIGEST --yes',
      description: 'Approve exactly what was seen, without a dialog',
    },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./decide.ts')).approve,
});

const reject = defineCommand({
  name: 'reject',
  summary: 'Reject changes. A comment is required.',
  description: `${WHICH} ${UNATTENDED}`,
  arguments: APPROVALS,
  options: DECIDING,
  examples: [
    { command: 'approvals reject ID --comment "needed until May" --as approver', description: 'Reject one' },
    {
      command: 'approvals list --output json | plumbline approvals reject - --yes --comment "not now"',
      description: 'Reject what a program has seen',
    },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./decide.ts')).reject,
});

export const approvals = defineGroup({
  name: 'approvals',
  summary: 'See and decide the changes that need approval.',
  commands: [listCommand, show, approve, reject],
});
