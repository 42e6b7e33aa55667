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

/** The rules that decide about anybody: those before do not leave all of their callers to nobody else. */
export function reached<E extends Entry>(entries: readonly E[]): E[] {
  let decided: string[] = [];
  return entries.filter(({ ranges, others }) => {
    const open = others ? [...EVERY_ADDRESS] : [...ranges];
    const isReached = excludeCidr(open, decided).length > 0;
    decided = mergeCidr([...decided, ...ranges]);
    return isReached;
  });
}
