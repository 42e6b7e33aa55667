/**
 * Evidence: a zip with the signed export of a period, the anchors around it, the public keys and a page that says how to prove
 * it. A long period has several parts, the newest first. Each part has a sealed manifest with the hash of each of its files and
 * of the manifest before it, so no part can be left out, doubled or replaced.
 */
import * as z from 'zod';
import { type Infer, time } from '../resources/schema.ts';
import { exportedChain } from './manifest.ts';

/** The files of a part. The first is not named in the manifest, because it is the manifest. */
export const EVIDENCE_FILES = {
  manifest: 'manifest.json',
  entries: 'entries.jsonl',
  anchors: 'anchors.json',
  keys: 'keys.json',
  page: 'README.html',
} as const;

const evidenceFile = z.looseObject({ name: z.string(), bytes: z.int(), sha256: z.string() });

/** A later version may add members: they count for the seal. */
export const evidenceManifest = z.looseObject({
  v: z.literal(1),
  kind: z.literal('plumbline-evidence'),
  exportedAt: time,
  /** The period that was asked for; `from` null: from the first entry. */
  period: z.looseObject({ from: time.nullable(), to: time }),
  /** 1 is the newest part. */
  part: z.int().positive(),
  /** Whether this part has the oldest entries of the period. */
  last: z.boolean(),
  /** The times of this part: the newer part begins at `to`. */
  range: z.looseObject({ from: time.nullable(), to: time }),
  /** The entries of this part, and the first and last of each chain. */
  count: z.int(),
  chains: z.record(z.string(), exportedChain),
  files: z.array(evidenceFile),
  /** The hash of the manifest of the part before; empty for part 1. */
  previous: z.string(),
});
export type EvidenceManifest = Infer<typeof evidenceManifest>;
