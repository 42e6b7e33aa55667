/** A failure that is shown as one line and ends the command with a documented exit code. */
import type { ExitCode } from './exit-codes.ts';

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;

  /** `message`: what is wrong, and what to do. */
  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What was given is not valid. */
export function invalidInput(message: string): CommandFailure {
  return new CommandFailure(2, message);
}

/** The message of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
