/** The addresses of the running development environment, stored for the other commands. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const address = z.object({ host: z.url(), simulator: z.url(), certificatePath: z.string() });
export type DevAddress = z.infer<typeof address>;

/** Stores the addresses in the folder. */
export async function writeDevAddress(folder: string, dev: DevAddress): Promise<void> {
  await writeFile(path.join(folder, 'dev.json'), JSON.stringify(dev));
}

/** The stored addresses. Throws with what to do when there are none. */
export async function readDevAddress(folder: string): Promise<DevAddress> {
  const text = await readFile(path.join(folder, 'dev.json'), 'utf8').catch(() => null);
  if (text === null) throw new Error('Nothing runs here. Start it in another terminal: npm start');
  return address.parse(JSON.parse(text));
}

/** Removes what is stored. */
export async function removeDevAddress(folder: string): Promise<void> {
  await rm(path.join(folder, 'dev.json'), { force: true });
}
