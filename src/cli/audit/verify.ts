/** `plumbline audit verify`. */
import { verifyAudit } from '../../api/endpoints/audit/audit.ts';
import { createClient } from '../client/client.ts';
import type { DeploymentInput } from '../client/options.ts';
import type { Context } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { invalidInput } from '../framework/failure.ts';
import { type OutputFormat, pairs, show } from '../text/show.ts';

interface Input extends DeploymentInput {
  readonly files: readonly string[];
  readonly key: readonly string[];
  readonly kept: readonly string[];
  readonly output: OutputFormat;
}

export async function verify(context: Context, input: Input): Promise<ExitCode> {
  const { files, key, kept, output } = input;
  if (files.length === 0) return verifyDeployment(context, input);
  const { verifyFiles } = await import('../audit-verify/verify-files.ts');
  const { code, text } = await verifyFiles({ files, keys: key, kept });
  if (code === 2) throw invalidInput(text.trimEnd());
  if (output === 'json') show(context, output, { valid: code === 0, text: text.trimEnd() }, () => '');
  else (code === 0 ? context.stdout : context.stderr).write(text);
  return code;
}

/** The deployment verifies its own log: less than a proof from files, because it holds the keys. */
async function verifyDeployment(context: Context, input: Input): Promise<ExitCode> {
  if (input.key.length > 0 || input.kept.length > 0) throw invalidInput('--key and --kept need files to verify');
  const { body } = await createClient(context, input).call(verifyAudit);
  show(context, input.output, body, ({ valid, complete, entries, verifiedTo, reason, publicKeys, firstBad }) =>
    pairs(context.stdout, [
      ['Audit log', valid ? 'Verified' : 'Verification failed'],
      ['Reason', reason],
      ['First bad entry', firstBad && `number ${firstBad.seq} of chain ${firstBad.chain}`],
      ['Entries', `${entries}${complete ? '' : '. Older entries are verified daily'}`],
      ['Verified to', verifiedTo],
      ...publicKeys.map(({ keyId, publicKey }) => ['Public key', `${keyId}:${publicKey}`] as const),
    ]),
  );
  return body.valid ? 0 : 1;
}
