/** Whom a list of rules lets in, when the first rule that matches a caller decides. */
import { excludeCidr, mergeCidr } from 'cidr-tools';
import { areEveryone, EVERY_ADDRESS } from './address-ranges.ts';

/** A rule, for the first match. */
export interface Entry {
  readonly allows: boolean;
  /** Callers from these addresses match the rule. */
  readonly ranges: readonly string[];
  /** Whether it also matches callers by a service tag, a subnet or a header. Their addresses are not known here. */
  readonly others: boolean;
}

/** everyone: also when several ranges together hold every address of a family, and when earlier rules deny some of them. */
export type Admitted = 'everyone' | 'named' | 'nobody';

/** Whom the rules let in, in the order in which they are applied. A caller that matches none is denied. */
export function admitted(entries: readonly Entry[]): Admitted {
  const allowing = reached(entries).filter(({ allows }) => allows);
  if (allowing.length === 0) return 'nobody';
  return areEveryone(allowing.flatMap(({ ranges }) => ranges)) ? 'everyone' : 'named';
}

/**
 * The rules that decide about any caller: the rules before them do not match all callers. Consecutive rules with one action
 * are taken together, because the order among them does not matter.
 */
export function reached<E extends Entry>(entries: readonly E[]): E[] {
  let decided: string[] = [];
  return runsOf(entries).flatMap((run) => {
    const before = decided;
    decided = mergeCidr([...before, ...run.flatMap(({ ranges }) => ranges)]);
    if (before.length === 0) return run;
    return run.filter(
      ({ ranges, others }) => excludeCidr(others ? [...EVERY_ADDRESS] : [...ranges], before).length > 0,
    );
  });
}

/** The rules, grouped into consecutive rules with one action. */
function runsOf<E extends Entry>(entries: readonly E[]): E[][] {
  const runs: E[][] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last?.[0]?.allows === entry.allows) last.push(entry);
    else runs.push([entry]);
  }
  return runs;
}
