/**
 * `npm run audit:verify -- FILE... [--key KID:BASE64 ...] [--kept FILE ...]`: the same as `plumbline audit verify`. Exit code 0:
 * whole; 1: not, with the first thing that is wrong; 2: usage.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Verdict, verifyFiles } from '../../src/cli/audit-verify/verify-files.ts';

const USAGE = 'usage: npm run audit:verify -- FILE... [--key KID:BASE64 ...] [--kept FILE ...]';

/** What the command prints, and its exit code. */
export async function verifyExports(args: readonly string[]): Promise<Verdict> {
  let parsed: { values: { key?: string[] | undefined; kept?: string[] | undefined }; positionals: string[] };
  try {
    const options = { key: { type: 'string', multiple: true }, kept: { type: 'string', multiple: true } } as const;
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return { code: 2, text: `${error instanceof Error ? error.message.split('. ')[0] : error}; ${USAGE}\n` };
  }
  const { key = [], kept = [] } = parsed.values;
  const verdict = await verifyFiles({ files: parsed.positionals, keys: key, kept });
  return verdict.code === 2 ? { ...verdict, text: `${verdict.text.trimEnd()}; ${USAGE}\n` } : verdict;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { code, text } = await verifyExports(process.argv.slice(2));
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exitCode = code;
}
