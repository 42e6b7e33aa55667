/** Makes commander's parser of the definitions. It prints help and usage errors on the given outputs, and ends nothing. */
import { Argument, CommanderError, Option, Command as Parser } from 'commander';
import type { Command, Given, Group } from './command.ts';
import { optionName } from './command.ts';
import type { Context } from './context.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { CommandFailure, messageOf } from './failure.ts';
import type { Field } from './field.ts';

export interface Program {
  readonly version: string;
  readonly summary: string;
  readonly commands: readonly (Command | Group)[];
}

/** Runs the command that the words name, without `node` and the program. Throws CommandFailure, also for wrong usage. */
export async function runProgram(program: Program, context: Context, words: readonly string[]): Promise<ExitCode> {
  let ended: Promise<ExitCode> | undefined;
  const parser = parserOf(program, context, (command, given) => {
    ended = command.run(context, given);
  });
  try {
    // Without a command a group shows its help, which is what was asked for.
    parser.parse(words.length === 0 ? ['--help'] : [...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === 'commander.help') return 0;
    throw new CommandFailure(2, messageOf(error).replace(/^error: /, ''));
  }
  return (await ended) ?? 0;
}

type Chosen = (command: Command, given: Given) => void;

/** The parser of the whole program. */
export function parserOf({ version, summary, commands }: Program, context: Context, chosen: Chosen): Parser {
  const parser = new Parser('plumbline').description(summary).version(version, '--version', 'Print the version.');
  // Commands that are added take over these settings, so they come first.
  parser
    .exitOverride(refusalOf(parser))
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // Usage errors are printed by the caller, as one line.
      writeErr: () => undefined,
      getOutHelpWidth: () => context.stdout.width,
      getOutHasColors: () => context.stdout.colors.isColorSupported,
    })
    .configureHelp({ styleTitle: (text) => context.stdout.colors.bold(text), showGlobalOptions: false })
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand(false);
  for (const one of commands) parser.addCommand(parserOfOne(parser, one, chosen), { hidden: isHidden(one) });
  return parser.addHelpText('after', `\nplumbline COMMAND --help has examples of a command.\n`);
}

function parserOfOne(parent: Parser, one: Command | Group, chosen: Chosen): Parser {
  const parser = parent
    .createCommand(one.name)
    .copyInheritedSettings(parent)
    .description(descriptionOf(one))
    .summary(one.summary);
  parser.exitOverride(refusalOf(parser));
  if (one.kind === 'group') {
    for (const inner of one.commands)
      parser.addCommand(parserOfOne(parser, inner, chosen), { hidden: isHidden(inner) });
    return parser
      .action((_options: unknown, self: Parser) => {
        const [unknown] = self.args;
        if (unknown !== undefined) self.error(`unknown command '${unknown}'`);
        self.help();
      })
      .allowExcessArguments();
  }
  for (const [name, field] of Object.entries(one.arguments)) parser.addArgument(argumentOf(name, field));
  for (const [name, field] of Object.entries(one.options)) parser.addOption(optionOf(name, field));
  parser.addHelpText('after', helpAfter(one));
  return parser.action((...parts: unknown[]) => chosen(one, givenTo(one, parser, parts)));
}

/** Makes usage errors say where the help is. */
function refusalOf(parser: Parser): (error: CommanderError) => never {
  return (error) => {
    const { exitCode, code, message } = error;
    if (exitCode === 0 || code === 'commander.help') throw error;
    throw new CommanderError(exitCode, code, `${message}; see ${pathOf(parser)} --help`);
  };
}

/** Such as `plumbline approvals list`. */
function pathOf(parser: Parser): string {
  return parser.parent ? `${pathOf(parser.parent)} ${parser.name()}` : parser.name();
}

function descriptionOf(one: Command | Group): string {
  return one.kind === 'command' && one.description ? `${one.summary} ${one.description}` : one.summary;
}

function isHidden(one: Command | Group): boolean {
  return one.kind === 'command' && one.hidden === true;
}

function argumentOf(name: string, { description, required, repeated }: Field<unknown>): Argument {
  const word = repeated ? `${name}...` : name;
  return new Argument(required ? `<${word}>` : `[${word}]`, description);
}

function optionOf(name: string, { description, value, repeated, variable }: Field<unknown>): Option {
  const flags = value === null ? optionName(name) : `${optionName(name)} <${value}>`;
  const option = new Option(flags, variable === undefined ? description : `${description} (or ${variable})`);
  // Of an option that is given twice all values are kept, so that a definition can refuse it.
  return value === null
    ? option
    : option.argParser((text: string, before: string[] = []) => (repeated ? [...before, text] : [text]));
}

/** Commander passes the arguments in their order, then the options, then itself. */
function givenTo(one: Command, parser: Parser, parts: readonly unknown[]): Given {
  const options: Readonly<Record<string, unknown>> = parser.opts();
  const given = new Map(Object.keys(one.arguments).map((name, n): [string, string[]] => [name, textsOf(parts[n])]));
  for (const name of Object.keys(one.options)) given.set(name, textsOf(options[name]));
  return given;
}

function textsOf(value: unknown): string[] {
  if (value === undefined || value === false) return [];
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function helpAfter({ examples, exitCodes = [] }: Command): string {
  const shown = examples.map(({ command, description }) => `  ${description}\n    plumbline ${command}`).join('\n');
  const codes = exitCodesOf(exitCodes).map((code) => `  ${code}  ${EXIT_CODES[code]}`);
  return `${shown && `\nExamples:\n${shown}\n`}\nExit codes:\n${codes.join('\n')}\n`;
}

/** The exit codes of a command, with those that every command has. */
export function exitCodesOf(own: readonly ExitCode[]): readonly ExitCode[] {
  return [...new Set<ExitCode>([0, 2, ...own, 130])].sort((a, b) => a - b);
}
