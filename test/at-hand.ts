/** Programs that some tests need and that are not part of the repository. */
import { spawnSync } from 'node:child_process';

/** Whether a program is installed. When it is not, the output of the tests names what is not checked. */
export function isAtHand(command: string, args: readonly string[], unchecked: string): boolean {
  const there = spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
  if (!there) process.stderr.write(`${command} is not on the PATH: ${unchecked}\n`);
  return there;
}
