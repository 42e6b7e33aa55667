/**
 * An anchor is a signed statement of how far the log was verified: the last entry of each chain. Anchors are chained
 * and written once. So a log that was cut or rewritten below an anchor is detected, even when its heads were changed
 * to match.
 */
import * as z from 'zod';
import { type Infer, time } from '../resources/schema.ts';
import type { ChainHead } from './audit.ts';
import { type AuditKey, type PublicKey, seal, sealFault, sealSchema } from './seal.ts';

export const anchor = z.strictObject({
  /** 1, 2, 3, … without gaps. */
  number: z.int().positive(),
  /** When it was made. */
  at: time,
  /** The number of entries in all chains. */
  entries: z.int(),
  /** When every entry, from the first, was last verified. */
  wholeAt: time,
  /** The last verified entry of each chain with entries, with its time. */
  chains: z.record(z.string(), z.strictObject({ seq: z.int().positive(), hash: z.string(), at: time })),
  /** Hash of the anchor before; empty for the first one. */
  prevHash: z.string(),
  ...sealSchema.shape,
});
export type Anchor = Infer<typeof anchor>;

/** The anchor after `last`, at these verified ends of the chains. `whole`: every entry was verified. */
export function nextAnchor(
  last: Anchor | null,
  ends: readonly ChainHead[],
  { at, whole }: { readonly at: string; readonly whole: boolean },
  key: AuditKey,
): Anchor {
  const reached = ends.flatMap(({ chain, seq, hash, at: time }) =>
    seq > 0 && time !== null ? [[chain, { seq, hash, at: time }] as const] : [],
  );
  return seal(
    {
      number: (last?.number ?? 0) + 1,
      at,
      entries: reached.reduce((sum, [, { seq }]) => sum + seq, 0),
      wholeAt: whole || last === null ? at : last.wholeAt,
      chains: Object.fromEntries(reached),
      prevHash: last?.hash ?? '',
    },
    key,
  );
}

/** The time of the last entry that an anchor names; null when it names none. */
export function reachOf({ chains }: Anchor): string | null {
  const times = Object.values(chains).map(({ at }) => at);
  return times.sort().at(-1) ?? null;
}

/**
 * What is wrong with an anchor after `before`; null when it is valid. `before` is null for the first anchor and
 * undefined when it is not known.
 */
export function anchorFault(
  anchor: Anchor,
  before: Anchor | null | undefined,
  keys: readonly PublicKey[],
): string | null {
  if (before !== undefined) {
    if (anchor.number !== (before?.number ?? 0) + 1) return `anchor ${anchor.number - 1} is not there`;
    if (anchor.prevHash !== (before?.hash ?? '')) return 'it does not continue the anchor before it';
    const shrunk = Object.entries(before?.chains ?? {}).find(([chain, { seq }]) => !reaches(anchor, chain, seq));
    if (shrunk) return `chain ${shrunk[0]} is shorter than in the anchor before it`;
  }
  return sealFault(anchor, keys);
}

function reaches(anchor: Anchor, chain: string, seq: number): boolean {
  return (anchor.chains[chain]?.seq ?? 0) >= seq;
}
