/** Findings, and the explanation of decisions. */
import { ACTIONS, FINDING_GROUPS, SEVERITIES, VERDICTS } from '../client/choices.ts';
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand } from '../framework/command.ts';
import { choice, choiceWithDefault, list, requiredText, text } from '../framework/field.ts';

export const findings = defineCommand({
  name: 'findings',
  summary: 'List findings of the deployment, or their numbers by group; or export them.',
  options: {
    verdict: list('Verdicts (default: violation).', { value: 'verdict', choices: VERDICTS }),
    resource: list('ARM ids of resources, or of scopes above them.', { value: 'id' }),
    rule: list('Ids of rules.', { value: 'rule' }),
    severity: list('Severities.', { value: 'severity', choices: SEVERITIES }),
    decision: list('What happens to the violation.', { value: 'action', choices: ACTIONS }),
    benchmark: text('A benchmark or a control of it, such as "MCSB DP-3".', { value: 'name' }),
    search: text('A part of the resource, or of the id or title of the rule.'),
    group: choice(FINDING_GROUPS, 'Only the numbers of each group.'),
    file: text('Where an export is written; standard output unless given.', { value: 'file', complete: 'file' }),
    ...LIMIT,
    ...DEPLOYMENT,
    output: choiceWithDefault(
      ['text', 'json', 'jsonl', 'csv', 'ocsf'],
      'For people, or stable for programs; jsonl, csv and ocsf export all that match.',
    ),
  },
  examples: [
    { command: 'findings --as reader', description: 'What fails, the most severe first' },
    { command: 'findings --group rule', description: 'The numbers of each rule' },
    {
      command: 'findings --severity critical,high --output csv --file findings.csv',
      description: 'Export for a spreadsheet',
    },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./findings.ts')).findings,
});

export const explain = defineCommand({
  name: 'explain',
  summary: 'Explain the decisions about a resource, or what became of an event.',
  arguments: { subject: requiredText('The ARM id of a resource, or the id of an event.', { value: 'resource|event' }) },
  options: { ...DEPLOYMENT, ...OUTPUT },
  examples: [
    {
      command:
        'explain /subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Web/sites/legacy-portal',
      description: 'Why something was fixed, needs approval, or is only reported',
    },
    { command: 'explain EVENT', description: 'What became of an event' },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./explain.ts')).explain,
});
