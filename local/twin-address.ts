/** Where the twin that `npm start` runs can be reached, for the other commands. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const address = z.object({ host: z.url(), simulator: z.url(), certificatePath: z.string() });
export type TwinAddress = z.infer<typeof address>;

export async function rememberTwin(folder: string, twin: TwinAddress): Promise<void> {
  await writeFile(path.join(folder, 'twin.json'), JSON.stringify(twin));
}

/** Throws with what to do when nothing runs. */
export async function findTwin(folder: string): Promise<TwinAddress> {
  const text = await readFile(path.join(folder, 'twin.json'), 'utf8').catch(() => null);
  if (text === null) throw new Error('Nothing runs here. Start it in another terminal: npm start');
  return address.parse(JSON.parse(text));
}

export async function forgetTwin(folder: string): Promise<void> {
  await rm(path.join(folder, 'twin.json'), { force: true });
}
