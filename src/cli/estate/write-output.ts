/** Writes a report piece by piece: to standard output, or to a file that has its name only when it is whole. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Context } from '../framework/context.ts';
import { CommandFailure, messageOf } from '../framework/failure.ts';

/** The owner alone may read it: it says what is wrong in an estate. */
const OWNER_ONLY = 0o600;

/** Rejects with CommandFailure when the file cannot be written; an older file of that name stays as it was then. */
export async function writeOutput(
  { stdout, signal }: Pick<Context, 'stdout' | 'signal'>,
  file: string | undefined,
  pieces: Iterable<string>,
): Promise<void> {
  if (file === undefined) {
    for (const piece of pieces) {
      stdout.write(piece);
      await stdout.drained(signal);
    }
    return;
  }
  const temporary = `${file}.${process.pid}.tmp`;
  let descriptor: number | null = null;
  try {
    descriptor = openSync(temporary, 'w', OWNER_ONLY);
    for (const piece of pieces) writeAll(descriptor, Buffer.from(piece));
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = null;
    renameSync(temporary, file);
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    rmSync(temporary, { force: true });
    throw unwritable(file, error);
  }
}

/** Tries whether the file can be written, before the work for it begins. Throws CommandFailure. */
export function checkOutput(file: string | undefined): void {
  if (file === undefined) return;
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw unwritable(file, 'it is a folder');
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    closeSync(openSync(temporary, 'w', OWNER_ONLY));
  } catch (error) {
    throw unwritable(file, error);
  }
  rmSync(temporary);
}

function unwritable(file: string, error: unknown): CommandFailure {
  return new CommandFailure(2, `${file} cannot be written: ${messageOf(error)}`, { cause: error });
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let from = 0; from < bytes.length; ) from += writeSync(descriptor, bytes, from);
}
