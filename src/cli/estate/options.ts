/** The options of the commands that read Azure. */
import { PROFILES } from '../client/choices.ts';
import { choice, flag, list, text } from '../framework/field.ts';

export const REPORT_FORMATS = ['table', 'json', 'jsonl', 'csv', 'sarif', 'ocsf', 'markdown', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const SELECTION_OPTIONS = {
  subscription: list('Subscriptions by their ids. Without any place: all that the sign-in sees.', { value: 'id' }),
  resourceGroup: list('Resource groups by name, with one --subscription, or by ARM id.', { value: 'name' }),
  resource: list('Single resources by their ARM ids.', { value: 'id' }),
  profile: choice(PROFILES, 'The rules: baseline or strict. It takes the place of what the settings say.'),
  settings: text('Settings: profile, switches and parameters of rules, as a deployment has them.', {
    value: 'file',
    complete: 'file',
  }),
  rule: list('Only these rules.', { value: 'id' }),
  benchmark: list('Only rules of these benchmarks, such as "MCSB" or "CIS Foundations 3.0".', { value: 'name' }),
  resume: text('The file with what is read already: the scan goes on from it. A new file is begun.', {
    value: 'file',
    complete: 'file',
  }),
  out: text('Write to this file. It has its name when it is whole.', { value: 'file', complete: 'file' }),
  allowUnread: flag('End with 0 also when something could not be read.'),
};

export interface SelectionInput {
  readonly subscription: readonly string[];
  readonly resourceGroup: readonly string[];
  readonly resource: readonly string[];
  readonly profile: (typeof PROFILES)[number] | undefined;
  readonly settings: string | undefined;
  readonly rule: readonly string[];
  readonly benchmark: readonly string[];
  readonly resume: string | undefined;
  readonly out: string | undefined;
  readonly allowUnread: boolean;
}
