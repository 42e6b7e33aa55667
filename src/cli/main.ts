/** The command `plumbline`: gives it the streams and the environment of this process, and ends with its exit code. */
import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type Context, outputOn } from './framework/context.ts';
import { CommandFailure, messageOf } from './framework/failure.ts';
import { runProgram } from './framework/parser.ts';
import { printable } from './framework/printable.ts';
import { QuestionInterrupted } from './framework/prompt.ts';
import { PROGRAM } from './program.ts';

const interruption = new AbortController();
// Every wait listens to it, and a scan waits many times at once.
setMaxListeners(0, interruption.signal);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The first one lets the command end; a second one is not kept waiting.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  });
}
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 141 : 70));
}

const context: Context = {
  stdin: { isTerminal: process.stdin.isTTY === true, stream: process.stdin },
  stdout: outputOn(process.stdout, process.env),
  stderr: outputOn(process.stderr, process.env),
  environment: process.env,
  clock: {
    now: () => new Date(),
    sleep: (milliseconds) => setTimeout(milliseconds, undefined, { signal: interruption.signal }),
  },
  signal: interruption.signal,
  fetch,
  async credential() {
    const { createCallerCredential } = await import('./framework/credential.ts');
    return createCallerCredential(process.env);
  },
};

runProgram(PROGRAM, context, process.argv.slice(2))
  .catch(explain)
  .then((code) => {
    process.exitCode = code;
  });

/** One line on stderr, and the exit code. */
function explain(error: unknown): number {
  const isKnown = error instanceof CommandFailure;
  // Below the ^C of the terminal.
  const isBesideMark = interruption.signal.aborted && !(error instanceof QuestionInterrupted);
  if (isBesideMark && context.stderr.isTerminal) context.stderr.write('\n');
  if (interruption.signal.aborted && !isKnown) return 130;
  const message = isKnown ? error.message : `internal error: ${messageOf(error)}`;
  context.stderr.write(`plumbline: ${printable(message)}\n`);
  if (!isKnown && process.env.PLUMBLINE_DEBUG && error instanceof Error) context.stderr.write(`${error.stack}\n`);
  return isKnown ? error.exitCode : 70;
}
