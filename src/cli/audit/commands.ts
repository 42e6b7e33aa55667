/** The audit log. */
import { defineCommand, defineGroup } from '../framework/command.ts';
import { list, severalTexts, texts } from '../framework/field.ts';

const verify = defineCommand({
  name: 'verify',
  summary: 'Prove an export or evidence of the audit log.',
  description:
    'It needs the files and the public key, and nothing else: no deployment, no sign-in, no network. Several exports are the parts of one log, oldest first.',
  arguments: { files: severalTexts('Exports (jsonl) or evidence (zip).', { complete: 'file' }) },
  options: {
    key: list('A public key that you know, from another source than the file.', { value: 'kid:base64' }),
    kept: texts('An earlier export: what it ends with must be in the files.', { value: 'file', complete: 'file' }),
  },
  examples: [
    {
      command: 'audit verify audit.jsonl --key k1:BASE64',
      description: 'Prove who signed an export, and that it is whole',
    },
    { command: 'audit verify part-001.zip part-002.zip', description: 'Prove that the parts of evidence fit together' },
  ],
  exitCodes: [1],
  load: async () => (await import('./verify.ts')).verify,
});

export const audit = defineGroup({
  name: 'audit',
  summary: 'Read, export and prove the audit log.',
  commands: [verify],
});
