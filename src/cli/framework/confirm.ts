/** The question before something is changed. */
import type { Context } from './context.ts';
import { CommandFailure, invalidInput } from './failure.ts';
import { ask } from './prompt.ts';

/** Asks at the terminal, unless `yes`. Throws CommandFailure: 1 when the answer is no, 2 without a terminal. */
export async function confirm(context: Context, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!context.stdin.isTerminal) throw noTerminal();
  const answer = await ask(context, `${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandFailure(1, 'nothing was changed');
}

export function noTerminal(): CommandFailure {
  return invalidInput('there is no terminal to ask on; add --yes');
}
