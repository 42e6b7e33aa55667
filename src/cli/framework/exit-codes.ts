/** What each exit code means. The page docs/cli.md and the help of the commands are made from this table. */
export const EXIT_CODES = {
  0: 'Everything that was asked for was done.',
  1: 'The answer is no: a log that is not whole, a finding that --fail-on names, or a decision that was not made.',
  2: 'The command line, a file or a value that was given is not valid. Nothing was done.',
  3: 'Not everything could be read. What is missing is listed.',
  4: 'Not signed in, the sign-in has expired, or a right is missing.',
  5: 'The service or Azure does not answer, or answers with an error of its own.',
  6: 'Refused: what was shown has changed since, was decided by someone else, or the mode or the stop forbids it.',
  70: 'An internal error of the command line.',
  130: 'Interrupted with Ctrl-C.',
  141: 'The program that reads the output has closed it.',
} as const;

export type ExitCode = keyof typeof EXIT_CODES;
