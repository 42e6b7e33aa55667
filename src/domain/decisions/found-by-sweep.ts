/**
 * Whether only a sweep found a violation: nobody wrote the resource since it met the rule, and there is no other trigger.
 * With such a trigger, a violation keeps this state until the resource meets the rule again: the last decision shows it.
 */
import type { Finding } from './finding.ts';

export interface SweepEvidence {
  /** An operator requests the approval, or it was requested and is open. */
  readonly requested: boolean;
  /** The finding before this one. */
  readonly before: Pick<Finding, 'verdict' | 'tier' | 'decision'> | undefined;
  /** An event named somebody who wrote the resource since it last met the rule. */
  readonly changedByEvent: boolean;
  /** A sweep or a scan looks at the resource. */
  readonly bySweep: boolean;
}

export function onlySweepFound({ requested, before, changedByEvent, bySweep }: SweepEvidence): boolean {
  if (requested) return false;
  // For a rule without an earlier finding, the writers prove nothing. Entries of the Activity Log are no trigger.
  if (before && changedByEvent) return false;
  if (before?.verdict === 'violation' && before.tier === 'risky') {
    return before.decision?.reasons.some(({ code }) => code === 'found-by-sweep') ?? false;
  }
  return bySweep;
}
