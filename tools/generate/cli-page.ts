/** `docs/cli.md`: every command of the command line with its options, examples and exit codes, from the definitions. */
import { type Command, type Group, optionName } from '../../src/cli/framework/command.ts';
import { EXIT_CODES } from '../../src/cli/framework/exit-codes.ts';
import type { Field, Fields } from '../../src/cli/framework/field.ts';
import { exitCodesOf } from '../../src/cli/framework/parser.ts';

const INTRODUCTION = `# The command line

\`plumbline\` works with a deployment, and evaluates and proves files without one. In a checkout it is \`npx plumbline\`, or \`npm run --silent plumbline --\`; both build it when it is missing. \`--help\` behind any command shows its options and examples. This page is generated from the commands.

![A session: the status, what is pending, an approval, and the proof of the audit log](images/terminal.svg)

## Which deployment, and who you are

\`--url\` or \`PLUMBLINE_URL\` is the address of the deployment. \`--audience\` or \`PLUMBLINE_AUDIENCE\` is what tokens for its API are issued for, such as \`api://<client id>\`. The token comes from your own sign-in to Azure, in this order: the environment (\`AZURE_CLIENT_ID\` and others), a workload identity, a managed identity, the Azure CLI (\`az login\`). A token is sent to an \`https://\` address only, and never follows a redirect.

The development environment (\`npm start\`) has a sign-in of its own: \`--as reader\`, \`--as approver\` or \`--as operator\`, or \`PLUMBLINE_AS\`. It works for addresses of this machine only:

\`\`\`sh
npm run --silent plumbline -- status --url http://127.0.0.1:7071 --as reader
\`\`\`

\`\`\`text
Deployment      http://127.0.0.1:7071, version …
Mode            …
Approvals       … pending, …
You             rita.reader@plumbline.invalid: Reader
\`\`\`

## For programs

\`--output json\` prints what the API answers, see [api.md](api.md). A list is \`{ "items": […], "more": true }\`, where \`more\` says that \`--limit\` left some out. Messages and questions go to standard error, so standard output has the answer only. Nothing is printed on standard output when a command fails before it has an answer. Colours are off where there is no terminal, and with \`NO_COLOR\`.

\`\`\`sh
npm run --silent plumbline -- findings --severity critical --output json --url http://127.0.0.1:7071 --as reader
\`\`\`

Ctrl-C ends a command with exit code 130. The terminal stays as it was. A file is written wholly or not at all.

## For an auditor

\`plumbline audit verify\` needs an export or evidence, and the public key. It needs no deployment, no sign-in and no network. [audit-log.md](audit-log.md) describes what is proved.

\`\`\`sh
npm run --silent plumbline -- audit export --file .plumbline/audit-of-cli.jsonl --url http://127.0.0.1:7071 --as reader
npm run --silent plumbline -- audit verify .plumbline/audit-of-cli.jsonl
\`\`\`

\`\`\`text
whole: … entries in … chains, …
\`\`\`

Without \`--key\` the file's own keys are used: that proves only that the file fits together. Get the public key from another source, such as the operators or the deployment itself (\`plumbline audit verify --as reader\` prints it).

## Completion

\`plumbline completion SHELL\` prints the completion for bash, zsh, fish or PowerShell. \`plumbline\` must be in the path, for example after \`npm link\`. A test completes lines in bash. Those for zsh, fish and PowerShell were checked by their form only: nobody has run them in their shells yet.
`;

/** The page. */
export function cliPage(commands: readonly (Command | Group)[]): string {
  const shown = flatten(commands, []);
  const codes = Object.entries(EXIT_CODES).map(([code, meaning]) => `| ${code} | ${meaning} |\n`);
  return [
    INTRODUCTION,
    `\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n${codes.join('')}`,
    `\n## Commands\n\n| command | does |\n| --- | --- |\n${shown.map(rowOf).join('')}`,
    ...shown.map(sectionOf),
  ].join('');
}

/** A command with its words. */
export interface NamedCommand {
  readonly words: string;
  readonly command: Command;
}

/** The commands that are shown, in their order. */
export function flatten(commands: readonly (Command | Group)[], before: readonly string[]): NamedCommand[] {
  return commands.flatMap((one) => {
    const words = [...before, one.name];
    if (one.kind === 'group') return flatten(one.commands, words);
    return one.hidden ? [] : [{ words: words.join(' '), command: one }];
  });
}

function rowOf({ words, command }: NamedCommand): string {
  return `| [\`${words}\`](#${words.replaceAll(' ', '-')}) | ${command.summary} |\n`;
}

function sectionOf({ words, command }: NamedCommand): string {
  const { summary, description, examples, exitCodes = [] } = command;
  const used = Object.entries(command.arguments).map(([name, field]) => ` ${argumentText(name, field)}`);
  const usage = `plumbline ${words}${used.join('')}${Object.keys(command.options).length > 0 ? ' [options]' : ''}`;
  const shown = examples.map((one) => `# ${one.description}\nplumbline ${one.command}\n`).join('');
  return [
    `\n### ${words}\n\n${summary}${description ? ` ${description}` : ''}\n`,
    `\n\`${usage}\`\n`,
    tableOf('argument', command.arguments, argumentText),
    tableOf('option', command.options, optionText),
    shown && `\n\`\`\`console\n${shown}\`\`\`\n`,
    `\nExit codes: ${exitCodesOf(exitCodes).join(', ')}.\n`,
  ].join('');
}

function tableOf(title: string, fields: Fields, nameOf: (name: string, field: Field<unknown>) => string): string {
  const rows = Object.entries(fields).map(([name, field]) => {
    const { description, variable, required, choices = [] } = field;
    const isListed = choices.length > 0 && field.value !== choices.join('|');
    const notes = [
      isListed ? `One or more of ${choices.join(', ')}.` : '',
      variable ? `Or \`${variable}\`.` : '',
      required && title === 'option' ? 'Required.' : '',
    ].filter((note) => note !== '');
    const name_ = nameOf(name, field).replaceAll('|', '\\|');
    return `| \`${name_}\` | ${[description, ...notes].join(' ')} |\n`;
  });
  return rows.length === 0 ? '' : `\n| ${title} | meaning |\n| --- | --- |\n${rows.join('')}`;
}

function argumentText(name: string, { required, repeated }: Field<unknown>): string {
  const word = `${name.toUpperCase()}${repeated ? '...' : ''}`;
  return required ? word : `[${word}]`;
}

function optionText(name: string, { value }: Field<unknown>): string {
  return value === null ? optionName(name) : `${optionName(name)} <${value}>`;
}
