/**
 * Proves exports (format=jsonl) or evidence (zip) of the audit log offline, from the files and public keys alone. Several
 * exports are the parts of one log, oldest first; zips are the parts of one evidence, in any order.
 */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { type PublicKey, parsePublicKey, publicKeyText } from '../../domain/audit/seal.ts';
import { printable } from '../framework/printable.ts';
import { type EvidencePart, exportEndOf, inOrder, isZip, keysOfPart, openPart, provePart } from './evidence.ts';
import { claimedKeys, exportProof, headsOfKept, IncompleteExport } from './export-proof.ts';

/** What was given cannot be worked with. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface FilesToVerify {
  /** Paths: exports or evidence. */
  readonly files: readonly string[];
  /** The keys that the auditor knows, as `KID:BASE64`. None: the files' own, which proves less. */
  readonly keys: readonly string[];
  /** Earlier exports; what they end with must be in the files. */
  readonly kept: readonly string[];
}

export interface Verdict {
  /** 0: whole. 1: not, with the first thing that is wrong. 2: what was given cannot be worked with. */
  readonly code: 0 | 1 | 2;
  /** For people, with a line feed at its end. */
  readonly text: string;
}

/** Never writes, and reads nothing but these files. */
export async function verifyFiles(input: FilesToVerify): Promise<Verdict> {
  let file = '';
  const look = (name: string) => {
    file = name;
    return name;
  };
  try {
    const { files, kept } = input;
    const given = keysOf(input);
    const isEvidence = sameKind(files);
    const endOf = (name: string) => (isZipped(name) ? exportEndOf(look(name)) : lastLineOf(look(name)));
    const claimed = (name: string) => (isEvidence ? keysOfPart(look(name)) : claimedKeys(endOf(name)));
    const keys = given.length > 0 ? given : claimed(files[0] ?? '');
    const known = kept.flatMap((name) => headsOfKept(endOf(name), keys));
    const proof = exportProof(keys, known);
    let about = '';
    if (isEvidence) {
      const parts = files.map((name) => openPart(look(name), keys));
      look('the parts together');
      for (const part of inOrder(parts)) {
        look(part.file);
        provePart(part, proof, keys);
      }
      about = saidOfParts(parts);
    } else for (const name of files) await prove(look(name), proof.begin(lastLineOf(name)));
    const { entries, chains, leftOut, from, to } = proof.result();
    const time = from === null ? '' : printable(`, ${from} to ${to}`);
    const gaps = leftOut > 0 ? `${leftOut} entries between them are left out, as the filter explains.\n` : '';
    return {
      code: 0,
      text: `whole: ${entries} entries in ${chains} chains${time}\n${gaps}${about}${said(keys, given.length > 0)}`,
    };
  } catch (error) {
    if (error instanceof IncompleteExport)
      return { code: 1, text: `NOT whole: ${printable(`${file}: ${error.message}`)}\n` };
    if (error instanceof UsageError) return { code: 2, text: `${error.message}\n` };
    throw error;
  }
}

/** What was proved of the evidence. */
function saidOfParts(parts: readonly EvidencePart[]): string {
  const [only] = parts;
  const order = parts.map(({ manifest }) => manifest.part);
  if (parts.length > 1) {
    const isSorted = order.every((part, n) => part === n + 1);
    return `all ${parts.length} parts of the evidence${isSorted ? '' : `, given in the order ${order.join(', ')}`}\n`;
  }
  if (!only || (only.manifest.part === 1 && only.manifest.last)) return 'the only part of the evidence\n';
  const { part, last } = only.manifest;
  const others = [
    ...(part > 1 ? [`before it (up to ${part - 1})`] : []),
    ...(last ? [] : [`after it (${part + 1} on)`]),
  ];
  return `only part ${part} of the evidence: the parts ${others.join(' and ')} were not given\n`;
}

/** Whether the files are zips. Throws UsageError when only some are. */
function sameKind(files: readonly string[]): boolean {
  const zips = files.filter(isZipped);
  if (zips.length > 0 && zips.length < files.length)
    throw new UsageError('give exports or evidence, and not both at once');
  return zips.length > 0;
}

function isZipped(file: string): boolean {
  const start = Buffer.alloc(2);
  withFile(file, (handle) => readSync(handle, start, 0, start.length, 0));
  return isZip(start);
}

function keysOf({ files, keys }: FilesToVerify): PublicKey[] {
  if (files.length === 0) throw new UsageError('give at least one file');
  return keys.map((text) => {
    const key = parsePublicKey(text);
    if (!key) throw new UsageError('--key must be a public key of 32 bytes in base64, with its id before a colon');
    return key;
  });
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
  return withFile(file, (handle) => {
    const { size } = fstatSync(handle);
    const end = Buffer.alloc(Math.min(size, LONGEST_MANIFEST));
    readSync(handle, end, 0, end.length, size - end.length);
    return end.toString().trimEnd().split('\n').at(-1) ?? '';
  });
}

/** Throws UsageError when the file cannot be read. */
function withFile<T>(file: string, read: (handle: number) => T): T {
  try {
    const handle = openSync(file, 'r');
    try {
      return read(handle);
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
