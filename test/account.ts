/** An empty storage account for a test file. One Azurite serves all files of a worker, so that only the first waits for it. */
import { type Azurite, startAzurite } from '../dev/azurite/azurite.ts';

const NAMES = Array.from({ length: 200 }, (_, index) => `tests${index}`);
let azurite: Promise<Azurite> | undefined;
let used = 0;

/** The connection string of an account that no file has had before. Azurite ends with its worker. */
export async function emptyAccount(): Promise<string> {
  azurite ??= startAzurite({ accounts: NAMES });
  const name = NAMES[used];
  if (name === undefined) throw new Error(`one worker has used ${used} accounts: name more of them`);
  used += 1;
  return (await azurite).account(name);
}
