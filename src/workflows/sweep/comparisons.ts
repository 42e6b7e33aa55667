/** What looks have found about the rows by which they were queued: stored with the resource, then counted once. */
import type { ComparedLeaf } from '../../domain/estate/compare.ts';
import { AGREEING_LOOKS, type Evidence, updateEvidence } from '../../domain/estate/evidence.ts';
import type { SweptApp } from '../ports/sweeps.ts';

type Stored = NonNullable<SweptApp['comparison']>['leaves'];

/** Each result of a leaf once. */
export function packComparison(compared: readonly ComparedLeaf[]): Stored {
  const byType = new Map<string, Set<string>>();
  for (const { type, leaf, result, valueClass } of compared) {
    const leaves = byType.get(type) ?? new Set();
    byType.set(type, leaves.add(`${leaf}|${result}|${valueClass}`));
  }
  return Object.fromEntries([...byType].map(([type, leaves]) => [type, [...leaves]]));
}

export function unpackComparison(stored: Stored): ComparedLeaf[] {
  return Object.entries(stored).flatMap(([type, leaves]) =>
    leaves.flatMap((text): ComparedLeaf[] => {
      const [, leaf, result, valueClass] = PACKED.exec(text) ?? [];
      if (leaf === undefined || valueClass === undefined) return [];
      return result === 'agreed' || result === 'differed' || result === 'not-told'
        ? [{ type, leaf, result, valueClass }]
        : [];
    }),
  );
}

const PACKED = /^(.*)\|([a-z-]+)\|([^|]*)$/;

/** The evidence with a comparison, and whether the fingerprint of its rows may stand for what Resource Manager said. */
export function countComparison(
  evidence: Evidence,
  { leaves, listedAt, changedAt }: NonNullable<SweptApp['comparison']>,
  now: Date,
): { readonly evidence: Evidence; readonly confirmed: boolean } {
  const compared = unpackComparison(leaves);
  const after = updateEvidence(evidence, compared, { listedAt, changedAt, now });
  // A leaf that is not proven judges nothing, so what it says may differ.
  const isProven = ({ type, leaf }: ComparedLeaf) => (after.leaves[`${type} ${leaf}`]?.agreed ?? 0) >= AGREEING_LOOKS;
  return { evidence: after, confirmed: compared.every((one) => one.result !== 'differed' || !isProven(one)) };
}
