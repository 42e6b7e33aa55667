/**
 * `npm run --silent evaluate -- FILE [--settings FILE]`: the same as `plumbline evaluate`. Rubbish gives one line on stderr, exit
 * code 2, and nothing on stdout.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type EvaluatedSnapshot,
  evaluateSnapshots,
  type SnapshotFiles,
} from '../src/cli/evaluate/evaluate-snapshots.ts';
import { messageOf } from '../src/cli/framework/failure.ts';
import { printable } from '../src/cli/framework/printable.ts';
import type { AnyRule } from '../src/domain/rules/rule.ts';
import { generateRuleIndex } from './build/rule-index.ts';

/** The options of the command. */
export interface EvaluateInput extends Omit<SnapshotFiles, 'file' | 'settingsFile'> {
  readonly args: readonly string[];
}

/** The findings that the command prints. Throws an Error of one line when something it was given is no good. */
export function evaluateFiles({ args, ...input }: EvaluateInput): EvaluatedSnapshot[] {
  return evaluateSnapshots({ ...input, ...filesOf(args) });
}

const USAGE = 'usage: npm run --silent evaluate -- FILE [--settings FILE], where FILE is a snapshot file or -';

function filesOf(args: readonly string[]): { file: string; settingsFile: string | undefined } {
  let parsed: { values: { settings?: string | undefined }; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options: { settings: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    throw new Error(`${firstSentence(error)}; ${USAGE}`);
  }
  const [file, ...more] = parsed.positionals;
  const settingsFile = parsed.values.settings;
  if (file === undefined || file === '' || more.length > 0) throw new Error(`give one file; ${USAGE}`);
  if (file === '-' && settingsFile === '-') throw new Error(`only one of the two files can be -; ${USAGE}`);
  return { file, settingsFile };
}

/** Node's own messages go on with advice over several sentences. */
function firstSentence(error: unknown): string {
  return messageOf(error).split('. ')[0] ?? '';
}

/** All rules of this checkout; their index is generated when it is missing. */
export async function loadRules(): Promise<readonly AnyRule[]> {
  const folder = fileURLToPath(new URL('../src/rules', import.meta.url));
  const index = path.join(folder, 'index.ts');
  if (!existsSync(index)) generateRuleIndex(folder);
  const loaded: { rules: readonly AnyRule[] } = await import(pathToFileURL(index).href);
  return loaded.rules;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // The reader may stop reading, as `head` does.
  process.stdout.on('error', () => process.exit(2));
  try {
    const answer = evaluateFiles({
      args: process.argv.slice(2),
      environment: process.env,
      rules: await loadRules(),
      now: new Date(),
      read: (file) => readFileSync(file === '-' ? 0 : file, 'utf8'),
    });
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  } catch (error) {
    process.stderr.write(`plumbline evaluate: ${printable(messageOf(error))}\n`);
    process.exitCode = 2;
  }
}
