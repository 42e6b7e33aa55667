/** The options of a command, as the scan takes them. */
import { readFileSync } from 'node:fs';
import type { AnyRule } from '../../domain/rules/rule.ts';
import { parseFile, settingsOf } from '../evaluate/input-files.ts';
import { invalidInput, messageOf } from '../framework/failure.ts';
import type { CollectOptions } from '../scan/collect.ts';
import type { SelectionInput } from './options.ts';

/** Reads the settings file. Throws CommandFailure. */
export function collectOptions(
  command: CollectOptions['command'],
  input: SelectionInput,
  rules: readonly AnyRule[],
): CollectOptions {
  const { subscription, resourceGroup, resource, rule, benchmark, profile = null, resume = null } = input;
  return {
    ...{ command, subscription, resourceGroup, resource, rule, benchmark, profile, resume },
    settings: input.settings === undefined ? null : settingsIn(input.settings, rules),
    plan: false,
  };
}

function settingsIn(file: string, rules: readonly AnyRule[]): unknown {
  try {
    const content = parseFile(file, (name) => readFileSync(name === '-' ? 0 : name, 'utf8'));
    settingsOf(content, file, rules);
    return content;
  } catch (error) {
    throw invalidInput(messageOf(error));
  }
}
