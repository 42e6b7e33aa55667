/**
 * What a scan has read so far, in a file that only its owner can read: a first line that says what the scan is about, and
 * a line for each resource. It is written beside its final name and takes that name when the scan is interrupted, so a
 * resume file is always whole. Nothing of a resource stays in memory but where its line is.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import type { Infer } from '../../domain/resources/schema.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { invalidInput, messageOf } from '../framework/failure.ts';
import { selection } from './selection.ts';

const spoolHeader = z.strictObject({
  v: z.literal(1),
  command: z.enum(['scan', 'snapshot']),
  /** Of Plumbline and of its rules: lines of another one are not comparable. */
  version: z.string(),
  startedAt: z.string(),
  selection,
});
export type SpoolHeader = Infer<typeof spoolHeader>;

export interface Spool {
  readonly header: SpoolHeader;
  /** Whether the resource with this key has its line. */
  has(key: string): boolean;
  readonly size: number;
  /** Adds a line; nothing after the end. `item` null: the resource is gone. */
  append(key: string, item: object | null): void;
  /** The items of these keys, in their order; those that have none are left out. */
  items(keys: readonly string[]): Generator<unknown>;
  /** Ends it; the file has its final name then, which is returned. */
  keep(): string;
  /** Ends it and removes the file, and the one that it went on from. */
  discard(): void;
}

/** The exit code when the reader of the output has closed it. */
const OUTPUT_CLOSED: ExitCode = 141;
const LINE_END = 0x0a;
const CHUNK = 1024 * 1024;

/** A new file, or the continuation of the one that is there. `file` null: a file in a folder of its own. */
export function openSpool(file: string | null, header: SpoolHeader): Spool {
  const folder = file === null ? mkdtempSync(path.join(tmpdir(), 'plumbline-')) : null;
  const target = path.resolve(file ?? path.join(folder ?? '', `${header.command}.resume`));
  const temporary = `${target}.${process.pid}.tmp`;
  const lines = new Map<string, { readonly at: number; readonly length: number }>();
  let descriptor: number | null = null;
  let end = 0;
  try {
    rmSync(temporary, { force: true });
    const isContinued = existsSync(target);
    closeSync(openSync(temporary, 'wx', OWNER_ONLY));
    if (isContinued) copyFileSync(target, temporary);
    descriptor = openSync(temporary, 'r+');
    if (isContinued) end = indexLines(descriptor, lines);
    // A line that a crash cut off is read again.
    ftruncateSync(descriptor, end);
    if (end === 0) write(`${JSON.stringify(header)}\n`);
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    rmSync(temporary, { force: true });
    throw invalidInput(`the resume file ${target} cannot be written: ${messageOf(error)}`);
  }

  function write(text: string): { at: number; length: number } {
    if (descriptor === null) return { at: end, length: 0 };
    const bytes = Buffer.from(text);
    const at = end;
    for (let from = 0; from < bytes.length; )
      from += writeSync(descriptor, bytes, from, bytes.length - from, at + from);
    end += bytes.length;
    return { at, length: bytes.length };
  }

  // Also when the process ends without coming back here: by a second Ctrl-C, or because the reader of its output is gone.
  // That reader has what it wanted, and nobody would learn the name of a file in a folder of its own.
  const onExit = (code: number) => {
    const isWanted = lines.size > 0 && !(code === OUTPUT_CLOSED && folder !== null);
    if (isWanted) spool.keep();
    else spool.discard();
  };
  process.once('exit', onExit);

  const spool: Spool = {
    header,
    has: (key) => lines.has(key),
    get size() {
      return lines.size;
    },
    append(key, item) {
      if (descriptor !== null) lines.set(key, write(`${JSON.stringify({ key, item })}\n`));
    },
    *items(keys) {
      for (const key of keys) {
        const line = lines.get(key);
        if (!line || descriptor === null) continue;
        const bytes = Buffer.alloc(line.length);
        readSync(descriptor, bytes, 0, line.length, line.at);
        const { item }: { item: unknown } = JSON.parse(bytes.toString('utf8'));
        if (item !== null) yield item;
      }
    },
    keep() {
      process.removeListener('exit', onExit);
      if (descriptor !== null) {
        fsyncSync(descriptor);
        closeSync(descriptor);
        renameSync(temporary, target);
      }
      descriptor = null;
      return target;
    },
    discard() {
      process.removeListener('exit', onExit);
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
      for (const one of [temporary, target]) rmSync(one, { force: true });
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
  return spool;
}

const OWNER_ONLY = 0o600;

/** What the scan of a resume file is about; null when there is no such file. Throws CommandFailure when it is none. */
export function readHeader(file: string): SpoolHeader | null {
  if (!existsSync(file)) return null;
  const wrong = (why: string) => invalidInput(`${file} is no resume file of Plumbline: ${why}`);
  let text: string;
  try {
    const descriptor = openSync(file, constants.O_RDONLY);
    const bytes = Buffer.alloc(CHUNK);
    const length = readSync(descriptor, bytes, 0, CHUNK, 0);
    closeSync(descriptor);
    text = bytes.subarray(0, length).toString('utf8').split('\n', 1)[0] ?? '';
  } catch (error) {
    throw invalidInput(`${file} cannot be read: ${messageOf(error)}`);
  }
  try {
    return spoolHeader.parse(JSON.parse(text));
  } catch {
    throw wrong('its first line does not say what it is about');
  }
}

/** Notes where the whole lines after the first one are, by key; returns where they end. */
function indexLines(descriptor: number, lines: Map<string, { at: number; length: number }>): number {
  let rest = Buffer.alloc(0);
  let at = 0;
  let isFirst = true;
  for (let from = 0; ; ) {
    const bytes = Buffer.alloc(CHUNK);
    const length = readSync(descriptor, bytes, 0, CHUNK, from);
    if (length === 0) return at;
    from += length;
    rest = Buffer.concat([rest, bytes.subarray(0, length)]);
    for (let stop = rest.indexOf(LINE_END); stop >= 0; stop = rest.indexOf(LINE_END)) {
      const line = rest.subarray(0, stop);
      const key = /^\{"key":("(?:[^"\\]|\\.)*")/.exec(line.subarray(0, MAX_KEY).toString('utf8'))?.[1];
      if (key !== undefined) lines.set(String(JSON.parse(key)), { at, length: stop + 1 });
      else if (!isFirst) throw new Error(`the line at byte ${at} is of no resource`);
      isFirst = false;
      at += stop + 1;
      rest = rest.subarray(stop + 1);
    }
  }
}

/** Bytes: more than a key with its name has. */
const MAX_KEY = 4096;
