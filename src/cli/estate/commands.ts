/** A live estate. */
import { SEVERITIES } from '../client/choices.ts';
import { defineCommand } from '../framework/command.ts';
import { choice, choiceWithDefault, flag, list } from '../framework/field.ts';
import { REPORT_FORMATS, SELECTION_OPTIONS } from './options.ts';

export const scan = defineCommand({
  name: 'scan',
  summary:
    'Read a live estate with your own Azure sign-in, and report what the rules find. Nothing is written to Azure.',
  description:
    'It needs the role Reader. It keeps to the limits of Azure and can be interrupted: what was read is in a resume file. What could not be read is listed, and the exit code is 3 then.',
  options: {
    ...SELECTION_OPTIONS,
    severity: list('Only findings of these severities.', { value: 'severity', choices: SEVERITIES }),
    output: choiceWithDefault(REPORT_FORMATS, 'The form of the report.'),
    failOn: choice(SEVERITIES, 'End with 1 when there is a violation of this severity or a higher one.'),
    plan: flag('Show what autofix would write, and which role actions it would need.'),
  },
  examples: [
    { command: 'scan', description: 'Scan all subscriptions that you may read' },
    {
      command: 'scan --subscription 00000000-0000-4000-8000-000000000001 --fail-on high',
      description: 'End with 1 when something of severity high or critical is violated',
    },
    { command: 'scan --output html --out posture.html', description: 'Make a page for a meeting' },
    {
      command: 'scan --output sarif --out plumbline.sarif --allow-unread',
      description: 'Make a file for code scanning',
    },
    { command: 'scan --plan --rule webapp-https-only', description: 'Show what autofix would write' },
    { command: 'scan --resume scan.resume', description: 'Go on after Ctrl-C' },
  ],
  exitCodes: [1, 3, 4, 5],
  load: async () => {
    (await import('./small-heap.ts')).keepHeapSmall();
    return (await import('./run-scan.ts')).run;
  },
});

export const snapshot = defineCommand({
  name: 'snapshot',
  summary: 'Save what a scan reads, without secrets, as a snapshot file for evaluate and diff.',
  description:
    'Without --profile and --settings it reads the documents of all rules. Where a value is secret the file has ***.',
  options: SELECTION_OPTIONS,
  examples: [
    { command: 'snapshot --out estate.json', description: 'Save everything that you may read' },
    { command: 'evaluate estate.json', description: 'Evaluate it without Azure' },
  ],
  exitCodes: [3, 4, 5],
  load: async () => {
    (await import('./small-heap.ts')).keepHeapSmall();
    return (await import('./run-snapshot.ts')).run;
  },
});
