/** Questions to the person at the terminal. The terminal stays in its own line mode, so nothing has to be restored. */
import type { Readable } from 'node:stream';
import type { Context } from './context.ts';
import { CommandFailure } from './failure.ts';

/** One line of the person. Throws CommandFailure without a terminal, and QuestionInterrupted after Ctrl-C or Ctrl-D. */
export async function ask({ stdin, stderr, signal }: Context, question: string): Promise<string> {
  if (!stdin.isTerminal) throw new CommandFailure(2, 'there is no terminal to ask on; use --yes, as the help says');
  stderr.write(question);
  return readLine(stdin.stream, signal).catch((error: unknown) => {
    // What is said next begins below the question.
    stderr.write('\n');
    throw error;
  });
}

/** The line of the question has ended. */
export class QuestionInterrupted extends CommandFailure {
  constructor() {
    super(130, 'interrupted');
  }
}

/** What is typed behind the line stays in the stream for the next question. */
function readLine(stream: Readable, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let line = Buffer.alloc(0);
    const stop = () => {
      leave();
      reject(new QuestionInterrupted());
    };
    const take = (piece: Buffer | string) => {
      line = Buffer.concat([line, Buffer.from(piece)]);
      const end = line.indexOf('\n');
      if (end === -1) return;
      leave();
      if (end + 1 < line.length) stream.unshift(line.subarray(end + 1));
      resolve(line.toString('utf8', 0, end).replace(/\r$/, ''));
    };
    const leave = () => {
      stream.off('data', take).off('end', stop).off('error', stop).pause();
      signal.removeEventListener('abort', stop);
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    stream.on('data', take).once('end', stop).once('error', stop).resume();
  });
}
