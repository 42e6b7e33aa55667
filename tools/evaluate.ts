/**
 * `npm run --silent evaluate -- FILE [--settings FILE]`: the findings of one snapshot or an array of them, as JSON.
 * Reads files only and writes nothing. Rubbish gives one line on stderr, exit code 2, and nothing on stdout.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Change } from '../src/domain/changes/change.ts';
import { exceedsDepth, MAX_DEPTH } from '../src/domain/resources/json.ts';
import { parseSnapshot, type Snapshot } from '../src/domain/resources/snapshot.ts';
import { evaluate } from '../src/domain/rules/evaluate.ts';
import type { AnyRule, Tier, Verdict } from '../src/domain/rules/rule.ts';
import {
  defaultRules,
  type ParameterDefaults,
  parseSettings,
  rulesFor,
  type Settings,
} from '../src/domain/rules/settings.ts';
import { generateRuleIndex } from './build/rule-index.ts';
import { printable } from './terminal/printable.ts';

export interface EvaluatedSnapshot {
  readonly id: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly verdict: Verdict;
    readonly tier: Tier;
    readonly reason: string;
    readonly changes: readonly Change[];
  }[];
}

/** The options of the command; only `PLUMBLINE_WORKSPACE_ID` is taken from `environment`. */
export interface EvaluateInput {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly rules: readonly AnyRule[];
  readonly now: Date;
  /** The text of a file; `-` is standard input. */
  read(file: string): string;
}

/** The findings that the command prints. Throws an Error of one line when something it was given is no good. */
export function evaluateFiles({ args, environment, rules, now, read }: EvaluateInput): EvaluatedSnapshot[] {
  const { file, settingsFile } = filesOf(args);
  const content = parseFile(file, read);
  const settings = settingsFile === undefined ? null : settingsOf(parseFile(settingsFile, read), settingsFile, rules);
  const defaults: ParameterDefaults = { workspaceId: environment.PLUMBLINE_WORKSPACE_ID || null };
  // All are parsed before the first is evaluated, so that rubbish at the end costs no work.
  return (Array.isArray(content) ? content : [content]).map(snapshotAt).map((snapshot) => ({
    id: snapshot.resource.id,
    findings: evaluate(
      snapshot,
      settings === null
        ? defaultRules(rules, snapshot.resource, defaults)
        : rulesFor(settings, rules, snapshot.resource, defaults),
      now,
    ).map(({ rule, verdict, tier, reason, changes }) => ({ rule: rule.id, verdict, tier, reason, changes })),
  }));
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

function parseFile(file: string, read: (file: string) => string): unknown {
  const name = file === '-' ? 'standard input' : file;
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    throw new Error(`${name} cannot be read: ${messageOf(error)}`);
  }
  try {
    // Editors on Windows like to begin a file with a byte order mark, which is no JSON.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // Only the position: the message itself quotes the file, which may contain secrets.
    throw new Error(`${name} is no JSON${/ at position \d+/.exec(messageOf(error))?.[0] ?? ''}`);
  }
}

function snapshotAt(content: unknown, index: number): Snapshot {
  try {
    return parseSnapshot(content);
  } catch (error) {
    throw new Error(`snapshot ${index}, ${messageOf(error)}`);
  }
}

function settingsOf(content: unknown, file: string, rules: readonly AnyRule[]): Settings {
  const name = file === '-' ? 'standard input' : file;
  if (exceedsDepth(content)) throw new Error(`${name} has more than ${MAX_DEPTH} levels`);
  const parsed = parseSettings(content, rules);
  if ('settings' in parsed) return parsed.settings;
  const problems = parsed.problems.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  throw new Error(`${name}: ${problems.join('; ')}`);
}

/** Node's own messages go on with advice over several sentences. */
function firstSentence(error: unknown): string {
  return messageOf(error).split('. ')[0] ?? '';
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s*[\r\n]+\s*/g, ' ').trim();
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
