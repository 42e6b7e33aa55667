/** The backups of a web app. Where they are stored, and of which databases, is dropped before a rule can see it. */
import type { Json, JsonObject } from '../domain/json.ts';
import type { Judgement } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { timeIn } from './arm-time.ts';
import { hostedElsewhere } from './hosting.ts';
import { judgeList, propertiesOf } from './listed.ts';
import { lackedByPlan } from './plan-features.ts';

export interface Backup {
  /** As Azure spells it: `Succeeded`, `Failed`, `PartiallySucceeded`, `TimedOut`, `Skipped`; null when it says none. */
  readonly status: string | null;
  /** Whether it still runs, or waits to. */
  readonly unfinished: boolean;
  /** Milliseconds since 1970; null when it says no time. */
  readonly finishedAt: number | null;
}

/** Judges the backups that are there; those that were deleted, or should be, are none. */
export function judgeBackups(snapshot: Snapshot, judge: (backups: readonly Backup[]) => Judgement): Judgement {
  const judgement = judgeList(snapshot, 'backups', (elements) =>
    judge(elements.filter((element) => !isState(element, /^delete/)).map(backupOf)),
  );
  // What a plan had before it was made smaller is still there, and still tells.
  if (judgement.verdict !== 'unknown') return judgement;
  return hostedElsewhere(snapshot) ?? lackedByPlan(snapshot, 'backups') ?? judgement;
}

function backupOf(element: JsonObject): Backup {
  const { status, finishedTimeStamp } = propertiesOf(element);
  return {
    status: textOf(status),
    unfinished: isState(element, /^(inprogress|created)$/),
    finishedAt: timeIn(finishedTimeStamp),
  };
}

function isState(element: JsonObject, pattern: RegExp): boolean {
  return pattern.test(textOf(propertiesOf(element).status)?.toLowerCase() ?? '');
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
