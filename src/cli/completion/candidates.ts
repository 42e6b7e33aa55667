/** What may stand where the cursor is: found from the definitions, so that it is right for every command. */
import { type Command, type Group, optionName } from '../framework/command.ts';
import type { Field } from '../framework/field.ts';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Whether the shell shall offer names of files as well. */
  readonly files: boolean;
}

const NONE: Candidates = { candidates: [], files: false };

/** `words`: those after `plumbline`; the last one is being typed, and may be empty. */
export function candidatesFor(commands: readonly (Command | Group)[], words: readonly string[]): Candidates {
  const [first, ...rest] = words;
  if (first === undefined) return NONE;
  if (rest.length === 0) return startingWith(first, commands.filter(isShown).map(asCandidate));
  const found = commands.find(({ name }) => name === first);
  if (!found) return NONE;
  return found.kind === 'group' ? candidatesFor(found.commands, rest) : ofCommand(found, rest);
}

function ofCommand({ arguments: args, options }: Command, words: readonly string[]): Candidates {
  const typed = words.at(-1) ?? '';
  const before = words.at(-2);
  const named = Object.entries(options).find(([name]) => optionName(name) === before);
  if (named && named[1].value !== null) return ofField(named[1], typed);
  if (typed.startsWith('-')) {
    const all = Object.entries(options).map(([name, { description }]) => ({ value: optionName(name), description }));
    const used = new Set(words.slice(0, -1));
    const open = all.filter(({ value }) => !used.has(value) || repeats(options, value));
    return startingWith(typed, [...open, { value: '--help', description: 'Show the help.' }]);
  }
  const fields = Object.values(args);
  const field = fields[Math.min(operandsBefore(options, words), fields.length - 1)];
  return field ? ofField(field, typed) : NONE;
}

function ofField({ choices, complete, repeated }: Field<unknown>, typed: string): Candidates {
  if (complete === 'file') return { candidates: [], files: true };
  // Of a list the part after the last comma is being typed.
  const done = repeated && choices ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  return startingWith(
    typed,
    (choices ?? []).map((one) => ({ value: `${done}${one}`, description: '' })),
  );
}

/** How many arguments stand before the word that is being typed. */
function operandsBefore(options: Command['options'], words: readonly string[]): number {
  const takesValue = (word: string | undefined) =>
    Object.entries(options).some(([name, { value }]) => optionName(name) === word && value !== null);
  return words.slice(0, -1).filter((word, n) => !word.startsWith('-') && !takesValue(words[n - 1])).length;
}

function repeats(options: Command['options'], value: string): boolean {
  return Object.entries(options).some(([name, { repeated }]) => optionName(name) === value && repeated === true);
}

function startingWith(typed: string, all: readonly Candidate[]): Candidates {
  return { candidates: all.filter(({ value }) => value.startsWith(typed)), files: false };
}

function isShown(one: Command | Group): boolean {
  return one.kind === 'group' || !one.hidden;
}

function asCandidate({ name, summary }: Command | Group): Candidate {
  return { value: name, description: summary };
}
