/** Files from the API: to standard output, or to a file that is there wholly or not at all. */
import { open, rename, rm } from 'node:fs/promises';
import type { Context } from '../framework/context.ts';
import { invalidInput, messageOf } from '../framework/failure.ts';

/** Writes what `parts` gives, one after the other. Nothing is left of a file that was not finished. */
export async function writeDownload(
  { stdout }: Context,
  file: string | undefined,
  parts: () => AsyncGenerator<string | Uint8Array>,
): Promise<void> {
  if (file === undefined) {
    // Nothing is printed before everything is there.
    const all: (string | Uint8Array)[] = [];
    for await (const part of parts()) all.push(part);
    for (const part of all) stdout.write(typeof part === 'string' ? part : Buffer.from(part).toString('utf8'));
    return;
  }
  const partial = `${file}.partial`;
  const handle = await open(partial, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' ? `${partial} is there already; remove it` : messageOf(error);
    throw invalidInput(`${file} cannot be written: ${why}`);
  });
  try {
    for await (const part of parts()) await handle.writeFile(part);
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}
