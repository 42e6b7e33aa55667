/** `plumbline audit verify`. */
import { verifyFiles } from '../audit-verify/verify-files.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput } from '../framework/failure.ts';

interface Input {
  readonly files: readonly string[];
  readonly key: readonly string[];
  readonly kept: readonly string[];
}

export async function verify({ stdout, stderr }: Context, { files, key, kept }: Input) {
  const { code, text } = await verifyFiles({ files, keys: key, kept });
  if (code === 2) throw invalidInput(text.trimEnd());
  (code === 0 ? stdout : stderr).write(text);
  return code;
}
