/**
 * The definition of a command: arguments, options, examples and what runs. Definitions are loaded at every start, so they
 * import nothing large: `load` imports the code that runs.
 */
import type { Context } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Field, Fields, Values } from './field.ts';

export interface Example {
  /** The words after `plumbline`. */
  readonly command: string;
  readonly description: string;
}

interface Description {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Further sentences for the help and the page. */
  readonly description?: string;
  readonly examples: readonly Example[];
  /** The exit codes beside 0, 2, 70 and 130 that it can end with. */
  readonly exitCodes?: readonly ExitCode[];
  /** Whether help, page and completion leave it out. */
  readonly hidden?: true;
}

/** What a command does. Without an exit code it ends with 0. Failures are thrown as CommandFailure. */
export type Run<Input> = (context: Context, input: Input) => Promise<ExitCode | undefined>;

interface Definition<Arguments extends Fields, Options extends Fields> extends Description {
  /** In their order. */
  readonly arguments?: Arguments;
  /** By their name in camel case: `failOn` is `--fail-on`. */
  readonly options?: Options;
  /** Imports what runs. */
  load(): Promise<Run<Values<Arguments> & Values<Options>>>;
}

/** The texts that were given for the fields of a command, by name. */
export type Given = ReadonlyMap<string, readonly string[]>;

export interface Command extends Description {
  readonly kind: 'command';
  readonly arguments: Fields;
  readonly options: Fields;
  run(context: Context, given: Given): Promise<ExitCode>;
}

/** Commands below a common name, such as `approvals`. */
export interface Group {
  readonly kind: 'group';
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly (Command | Group)[];
}

export function defineCommand<
  const Arguments extends Fields = Record<never, never>,
  const Options extends Fields = Record<never, never>,
>({ arguments: args, options, load, ...description }: Definition<Arguments, Options>): Command {
  const fields = { ...args, ...options };
  return {
    kind: 'command',
    ...description,
    arguments: args ?? {},
    options: options ?? {},
    async run(context, given) {
      const environment = context.environment;
      const parsed = (name: string, field: Field<unknown>) => {
        const texts = given.get(name) ?? [];
        const variable = field.variable === undefined ? undefined : environment[field.variable];
        return field.parse(texts.length === 0 && variable ? [variable] : texts, shownName(name, args));
      };
      const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, parsed(name, field)]));
      const run = await load();
      return (await run(context, values as Values<Arguments> & Values<Options>)) ?? 0;
    },
  };
}

export function defineGroup(group: Omit<Group, 'kind'>): Group {
  return { kind: 'group', ...group };
}

function shownName(name: string, args: Fields | undefined): string {
  return args && name in args ? `<${name}>` : optionName(name);
}

/** The option as it is typed: `failOn` is `--fail-on`. */
export function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
