/** Evaluates snapshot files: reads files only and writes nothing. */
import type { Change } from '../../domain/changes/change.ts';
import { evaluate } from '../../domain/rules/evaluate.ts';
import type { AnyRule, Tier, Verdict } from '../../domain/rules/rule.ts';
import { defaultRules, type ParameterDefaults, rulesFor } from '../../domain/rules/settings.ts';
import { parseFile, settingsOf, snapshotsOf } from './input-files.ts';

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
  return snapshotsOf(content).map((snapshot) => ({
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
