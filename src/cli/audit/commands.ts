/** The audit log. */
import { LIMIT } from '../client/lists.ts';
import { DEPLOYMENT, DEPLOYMENT_EXIT_CODES, OUTPUT } from '../client/options.ts';
import { defineCommand, defineGroup } from '../framework/command.ts';
import { choiceWithDefault, list, text, texts } from '../framework/field.ts';

const PERIOD = {
  from: text('The first time (ISO 8601).', { value: 'time' }),
  to: text('The time before which it ends (ISO 8601).', { value: 'time' }),
} as const;

const FILTERS = {
  ...PERIOD,
  resource: text('The ARM id of a resource, or of a scope above it.', { value: 'id' }),
  rule: text('The id of a rule.', { value: 'rule' }),
  kind: list('Kinds of entries, such as fix.applied.', { value: 'kind' }),
  actor: text('The object id or a part of the name of who did it.', { value: 'name' }),
  operation: text('The id of an operation: all entries of one reconcile.', { value: 'id' }),
  approval: text('The id of an approval.', { value: 'id' }),
} as const;

const FILE = text('Where it is written; standard output unless given.', { value: 'file', complete: 'file' });

const listCommand = defineCommand({
  name: 'list',
  summary: 'List entries of the audit log, newest first.',
  options: { ...FILTERS, ...LIMIT, ...DEPLOYMENT, ...OUTPUT },
  examples: [
    { command: 'audit list --as reader', description: 'The latest entries' },
    { command: 'audit list --kind fix.applied --limit 5', description: 'The latest fixes' },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./list.ts')).list,
});

const exportCommand = defineCommand({
  name: 'export',
  summary: 'Export the audit log: signed (jsonl), for spreadsheets (csv), or as OCSF events.',
  description:
    'plumbline audit verify proves a jsonl export. A log that does not fit into one file: see audit evidence.',
  options: {
    format: choiceWithDefault(['jsonl', 'csv', 'ocsf'], 'The format.'),
    ...FILTERS,
    file: FILE,
    ...DEPLOYMENT,
  },
  examples: [
    { command: 'audit export --file audit.jsonl --as reader', description: 'The whole log, signed' },
    { command: 'audit export --format csv --from 2026-01-01T00:00:00Z', description: 'For a spreadsheet' },
  ],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./export.ts')).exportLog,
});

const evidence = defineCommand({
  name: 'evidence',
  summary: 'Save evidence for an auditor: zip files with the signed log of a period, its anchors and the keys.',
  options: {
    ...PERIOD,
    folder: text('Where the files are written (default: this folder).', { value: 'folder', complete: 'file' }),
    ...DEPLOYMENT,
  },
  examples: [{ command: 'audit evidence --folder evidence --as reader', description: 'All parts of the whole log' }],
  exitCodes: DEPLOYMENT_EXIT_CODES,
  load: async () => (await import('./evidence.ts')).saveEvidence,
});

const verify = defineCommand({
  name: 'verify',
  summary: 'Prove an export or evidence of the audit log.',
  description:
    'It needs the files and the public key, and nothing else: no deployment, no sign-in, no network. Several exports are the parts of one log, oldest first. Without files the deployment verifies its own log.',
  arguments: { files: texts('Exports (jsonl) or evidence (zip).', { complete: 'file' }) },
  options: {
    key: list('A public key that you know, from another source than the file.', { value: 'kid:base64' }),
    kept: texts('An earlier export: what it ends with must be in the files.', { value: 'file', complete: 'file' }),
    ...DEPLOYMENT,
    ...OUTPUT,
  },
  examples: [
    {
      command: 'audit verify audit.jsonl --key k1:BASE64',
      description: 'Prove who signed an export, and that it is whole',
    },
    { command: 'audit verify part-001.zip part-002.zip', description: 'Prove that the parts of evidence fit together' },
    { command: 'audit verify --as reader', description: 'Let the deployment verify its log' },
  ],
  exitCodes: [1, ...DEPLOYMENT_EXIT_CODES],
  load: async () => (await import('./verify.ts')).verify,
});

export const audit = defineGroup({
  name: 'audit',
  summary: 'Read, export and prove the audit log.',
  commands: [listCommand, exportCommand, evidence, verify],
});
