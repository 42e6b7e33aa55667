/** Evaluates snapshot files: reads files only and writes nothing. */
import type { Change } from '../../domain/changes/change.ts';
import { exceedsDepth, MAX_DEPTH } from '../../domain/resources/json.ts';
import { parseSnapshot, type Snapshot } from '../../domain/resources/snapshot.ts';
import { evaluate } from '../../domain/rules/evaluate.ts';
import type { AnyRule, Tier, Verdict } from '../../domain/rules/rule.ts';
import {
  defaultRules,
  type ParameterDefaults,
  parseSettings,
  rulesFor,
  type Settings,
} from '../../domain/rules/settings.ts';
import { messageOf } from '../framework/failure.ts';

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

/** What is evaluated; only `PLUMBLINE_WORKSPACE_ID` is taken from `environment`. */
export interface SnapshotFiles {
  /** A file with one snapshot or an array of them. */
  readonly file: string;
  /** Without it all rules are evaluated, with their default parameters. */
  readonly settingsFile: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly rules: readonly AnyRule[];
  readonly now: Date;
  /** The text of a file; `-` is standard input. */
  read(file: string): string;
}

/** The findings of each snapshot. Throws an Error of one line when something it was given is no good. */
export function evaluateSnapshots(input: SnapshotFiles): EvaluatedSnapshot[] {
  const { file, settingsFile, environment, rules, now, read } = input;
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
