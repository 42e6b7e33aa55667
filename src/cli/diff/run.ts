/** `plumbline diff`. */
import { readFileSync } from 'node:fs';
import { defaultRules, rulesFor } from '../../domain/rules/settings.ts';
import { rules } from '../../rules/index.ts';
import { parseFile, settingsOf, snapshotsOf } from '../evaluate/input-files.ts';
import type { Context, Output } from '../framework/context.ts';
import type { ExitCode } from '../framework/exit-codes.ts';
import { invalidInput, messageOf } from '../framework/failure.ts';
import { printable } from '../framework/printable.ts';
import { compareSnapshots, type DiffOptions, type ResourceDifference } from './compare-snapshots.ts';

interface Input {
  readonly before: string;
  readonly after: string;
  readonly settings: string | undefined;
  readonly output: 'table' | 'json';
  readonly exitCode: boolean;
}

export async function run({ stdout, environment, clock }: Context, input: Input): Promise<ExitCode> {
  const differences = differencesOf(input, environment, clock.now());
  if (input.output === 'json') stdout.write(`${JSON.stringify(differences, null, 2)}\n`);
  else for (const line of linesOf(differences, stdout)) stdout.write(`${line}\n`);
  return input.exitCode && differences.length > 0 ? 1 : 0;
}

function differencesOf(input: Input, environment: Context['environment'], now: Date): ResourceDifference[] {
  const read = (file: string) => parseFile(file, (name) => readFileSync(name === '-' ? 0 : name, 'utf8'));
  const snapshotsIn = (file: string) => {
    const content = read(file);
    try {
      return snapshotsOf(content);
    } catch (error) {
      throw new Error(`${file}: ${messageOf(error)}`);
    }
  };
  const defaults = { workspaceId: environment.PLUMBLINE_WORKSPACE_ID || null };
  try {
    const settings = input.settings === undefined ? null : settingsOf(read(input.settings), input.settings, rules);
    const rulesOf: DiffOptions['rulesOf'] = (resource) =>
      settings === null ? defaultRules(rules, resource, defaults) : rulesFor(settings, rules, resource, defaults);
    return compareSnapshots(snapshotsIn(input.before), snapshotsIn(input.after), { rulesOf, now });
  } catch (error) {
    throw invalidInput(messageOf(error));
  }
}

/** Characters of a value. */
const MAX_VALUE = 80;

function linesOf(differences: readonly ResourceDifference[], { colors }: Output): string[] {
  if (differences.length === 0) return ['Nothing changed.'];
  return differences.flatMap(({ resource, status, changes, documents, findings }) => [
    `${colors.bold(printable(resource.id))}${status === 'changed' ? '' : ` ${status}`}`,
    ...changes.map(({ document, path, from, to }) => {
      return `  ${printable(`${document} ${path || '/'}: ${shownValue(from)} → ${shownValue(to)}`)}`;
    }),
    ...documents.map(({ document, from, to }) => `  ${document}: ${from} → ${to}`),
    ...findings.map(({ rule, severity, from, to, reason }) => {
      const paint = to === 'violation' ? colors.red : to === 'compliant' ? colors.green : colors.yellow;
      const verdicts = [from, to].map((one) => one ?? 'none').join(' → ');
      return `  ${paint(`${rule} (${severity}): ${verdicts}`)} ${printable(reason)}`;
    }),
  ]);
}

function shownValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE)}…`;
}
