/** The arguments and options of commands. */
import { invalidInput } from './failure.ts';

/** An argument or an option. T is the type of its value for the code that runs. */
export interface Field<T> {
  readonly description: string;
  /** The name of the value in the help; null for a switch. */
  readonly value: string | null;
  readonly choices?: readonly string[];
  readonly required?: true;
  /** Whether it may be given several times. */
  readonly repeated?: true;
  /** The environment variable that is read when it is not given. */
  readonly variable?: string;
  /** What completion offers beside `choices`. */
  readonly complete?: 'file';
  /** The value of the texts that were given; none when it was not given. `name` is for errors. Throws CommandFailure. */
  parse(given: readonly string[], name: string): T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The values of fields, by their names. */
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

interface About {
  /** The name of the value in the help. */
  readonly value?: string;
  readonly variable?: string;
  readonly complete?: 'file';
}

/** One text, when it is given. */
export function text(description: string, about: About = {}): Field<string | undefined> {
  return { description, value: 'text', ...about, parse: ([given]) => given };
}

export function requiredText(description: string, about: About = {}): Field<string> {
  return {
    ...{ description, value: 'text', required: true, ...about },
    parse([given], name) {
      if (given === undefined || given.trim() === '') throw invalidInput(`${name} is missing`);
      return given;
    },
  };
}

/** Any number of texts: repeated, or separated by commas. */
export function list(description: string, about: About & { readonly choices?: readonly string[] } = {}) {
  const { choices } = about;
  return {
    ...{ description, value: 'list', repeated: true, ...about },
    parse(given, name) {
      const parts = given.flatMap((one) => one.split(',')).map((one) => one.trim());
      const values = parts.filter((one) => one !== '');
      for (const one of values) if (choices) choiceOf(choices, one, name);
      return values;
    },
  } satisfies Field<readonly string[]>;
}

/** Any number of texts, as they are. */
export function texts(description: string, about: About = {}): Field<readonly string[]> {
  return { description, value: 'text', repeated: true, ...about, parse: (given) => given };
}

/** At least one text. */
export function severalTexts(description: string, about: About = {}): Field<readonly string[]> {
  return {
    ...{ description, value: 'text', required: true, repeated: true, ...about },
    parse(given, name) {
      if (given.length === 0) throw invalidInput(`${name} is missing`);
      return given;
    },
  };
}

/** One of these texts. */
export function choice<const T extends string>(choices: readonly T[], description: string, about: About = {}) {
  return {
    ...{ description, value: choices.join('|'), choices, ...about },
    parse: ([given], name) => (given === undefined ? undefined : choiceOf(choices, given, name)),
  } satisfies Field<T | undefined>;
}

/** One of these texts; the first one when none is given. */
export function choiceWithDefault<const T extends string>(
  choices: readonly [T, ...T[]],
  description: string,
  about: About = {},
) {
  return {
    ...{ description: `${description} (default: ${choices[0]})`, value: choices.join('|'), choices, ...about },
    parse: ([given], name) => (given === undefined ? choices[0] : choiceOf(choices, given, name)),
  } satisfies Field<T>;
}

export function flag(description: string): Field<boolean> {
  return { description, value: null, parse: (given) => given.length > 0 };
}

/** A whole number from `least` on. */
export function wholeNumber(
  description: string,
  { least = 0, ...about }: About & { readonly least?: number } = {},
): Field<number | undefined> {
  return {
    ...{ description, value: 'number', ...about },
    parse([given], name) {
      if (given === undefined) return undefined;
      const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
      if (!(number >= least)) throw invalidInput(`${name} must be a whole number from ${least} on, and not ${given}`);
      return number;
    },
  };
}

function choiceOf<T extends string>(choices: readonly T[], given: string, name: string): T {
  const found = choices.find((one) => one === given);
  if (found === undefined) throw invalidInput(`${name} must be one of ${choices.join(', ')}, and not ${given}`);
  return found;
}
