/** Questions to the person at the terminal. The terminal stays in its own line mode, so nothing has to be restored. */
import { createInterface } from 'node:readline';
import type { Context } from './context.ts';
import { CommandFailure } from './failure.ts';

/** One line of the person. Throws CommandFailure without a terminal, and after Ctrl-C or Ctrl-D. */
export async function ask({ stdin, stderr, signal }: Context, question: string): Promise<string> {
  if (!stdin.isTerminal) throw new CommandFailure(2, 'there is no terminal to ask on; use --yes, as the help says');
  stderr.write(question);
  const lines = createInterface({ input: stdin.stream, terminal: false });
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () => reject(new CommandFailure(130, 'interrupted'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      lines.once('line', resolve);
      lines.once('close', stop);
    });
  } finally {
    lines.close();
    stdin.stream.pause();
  }
}
