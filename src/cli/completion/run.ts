/** Prints the completion of a shell, and what it asks for. */
import type { Command, Group } from '../framework/command.ts';
import type { Context } from '../framework/context.ts';
import { invalidInput } from '../framework/failure.ts';
import { candidatesFor } from './candidates.ts';
import { SCRIPTS, SHELLS, type Shell } from './scripts.ts';

export async function printScript(
  { stdout }: Context,
  { shell }: { readonly shell: Shell | undefined },
): Promise<undefined> {
  if (shell === undefined) throw invalidInput(`give the shell: ${SHELLS.join(', ')}`);
  stdout.write(SCRIPTS[shell]);
}

export async function printCandidates(
  { stdout }: Context,
  commands: readonly (Command | Group)[],
  words: readonly string[],
): Promise<undefined> {
  const { candidates, files } = candidatesFor(commands, words);
  stdout.write(candidates.map(({ value, description }) => `${value}\t${description}\n`).join(''));
  if (files) stdout.write(':files\n');
}
