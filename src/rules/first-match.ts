/** Whom a list of rules lets in, when the first rule that meets a caller decides. */
import { excludeCidr, mergeCidr } from 'cidr-tools';
import { areEveryone, EVERY_ADDRESS } from './address-ranges.ts';

/** What the first match needs to know of a rule. */
export interface Entry {
  readonly allows: boolean;
  /** Whoever calls from these addresses meets the rule. */
  readonly ranges: readonly string[];
  /** Whether it means callers by something else, too: a service tag, a subnet, a header. Who they are is not known here. */
  readonly others: boolean;
}

/** Everyone: also when several ranges together hold every address of a family, and when some of them are denied before. */
export type Admitted = 'everyone' | 'named' | 'nobody';

/** Whom the rules let in, in the order in which they are applied. Whoever meets none of them is denied. */
export function admitted(entries: readonly Entry[]): Admitted {
  const allowing = reached(entries).filter(({ allows }) => allows);
  if (allowing.length === 0) return 'nobody';
  return areEveryone(allowing.flatMap(({ ranges }) => ranges)) ? 'everyone' : 'named';
}

/**
 * The rules that decide about anybody: those before them leave somebody over. Rules that follow each other and do the same
 * are taken together, for among them the order does not matter.
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

/** The rules as lists of those that follow each other and have one action. */
function runsOf<E extends Entry>(entries: readonly E[]): E[][] {
  const runs: E[][] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last?.[0]?.allows === entry.allows) last.push(entry);
    else runs.push([entry]);
  }
  return runs;
}
