/**
 * `npm run audit:verify -- FILE... [--key KID:BASE64 ...] [--kept FILE ...]`: proves exports (format=jsonl) of the audit log
 * offline. Several files are the parts of one log, oldest first; what kept exports end with must be in it. Exit code 0: whole;
 * 1: not, with the first bad entry; 2: usage.
 */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type PublicKey, parsePublicKey, publicKeyText } from '../../src/domain/audit/seal.ts';
import { printable } from '../terminal/printable.ts';
import { claimedKeys, exportProof, headsOfKept, IncompleteExport } from './export-proof.ts';

/** What was given cannot be worked with. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What the command prints, and its exit code. */
export async function verifyExports(
  args: readonly string[],
): Promise<{ readonly code: 0 | 1 | 2; readonly text: string }> {
  let file = '';
  try {
    const { files, given, kept } = inputOf(args);
    const lastLines = files.map(lastLineOf);
    file = files[0] ?? '';
    const keys = given.length > 0 ? given : claimedKeys(lastLines[0] ?? '');
    const known = kept.map(lastLineOf).flatMap((line, index) => {
      file = kept[index] ?? '';
      return headsOfKept(line, keys);
    });
    const proof = exportProof(keys, known);
    for (const [index, lastLine] of lastLines.entries()) {
      file = files[index] ?? '';
      await prove(file, proof.begin(lastLine));
    }
    const { entries, chains, leftOut, from, to } = proof.result();
    const time = from === null ? '' : printable(`, ${from} to ${to}`);
    const gaps = leftOut > 0 ? `${leftOut} entries between them are left out, as the filter explains.\n` : '';
    return {
      code: 0,
      text: `whole: ${entries} entries in ${chains} chains${time}\n${gaps}${said(keys, given.length > 0)}`,
    };
  } catch (error) {
    if (error instanceof IncompleteExport)
      return { code: 1, text: `NOT whole: ${printable(`${file}: ${error.message}`)}\n` };
    if (error instanceof UsageError) return { code: 2, text: `${error.message}\n` };
    throw error;
  }
}

const USAGE = 'usage: npm run audit:verify -- FILE... [--key KID:BASE64 ...] [--kept FILE ...]';

function inputOf(args: readonly string[]) {
  let parsed: { values: { key?: string[] | undefined; kept?: string[] | undefined }; positionals: string[] };
  try {
    const options = { key: { type: 'string', multiple: true }, kept: { type: 'string', multiple: true } } as const;
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split('. ')[0] : error}; ${USAGE}`);
  }
  if (parsed.positionals.length === 0) throw new UsageError(`give at least one file; ${USAGE}`);
  const given = (parsed.values.key ?? []).map((text) => {
    const key = parsePublicKey(text);
    if (!key)
      throw new UsageError(`--key must be a public key of 32 bytes in base64, with its id before a colon; ${USAGE}`);
    return key;
  });
  return { files: parsed.positionals, given, kept: parsed.values.kept ?? [] };
}

/** Proves the lines of a file but the last one. */
async function prove(file: string, proof: { line(text: string): void; end(): void }): Promise<void> {
  let before: string | null = null;
  for await (const line of linesIn(file)) {
    if (before !== null) proof.line(before);
    before = line;
  }
  proof.end();
}

/** Read in pieces, so that a file of any length takes the same memory. Only a line feed ends a line: texts may hold others. */
async function* linesIn(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(file, { encoding: 'utf8', highWaterMark: PIECE })) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}

const PIECE = 1_048_576;

function lastLineOf(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      const end = Buffer.alloc(Math.min(size, LONGEST_MANIFEST));
      readSync(handle, end, 0, end.length, size - end.length);
      return end.toString().trimEnd().split('\n').at(-1) ?? '';
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

const LONGEST_MANIFEST = 1_048_576;

function said(keys: readonly PublicKey[], given: boolean): string {
  const named = keys.map((key) => `${key.id}:${publicKeyText(key)}`).join(' ');
  return given
    ? `Verified with the keys that you gave: ${named}\n`
    : `The keys are the file's own claim, so this proves no more than that it fits together: ${named}\nGive the key that you know with --key to prove who signed it.\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { code, text } = await verifyExports(process.argv.slice(2));
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exitCode = code;
}
