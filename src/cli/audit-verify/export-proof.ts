/**
 * Proves exports of the audit log offline, from files and public keys alone: every entry and the manifest are sealed, each
 * chain goes on without a gap that the filter does not explain, no file was cut, and the service found its log whole. Memory does not grow with the files.
 */
import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';
import { type Anchor, anchorFault } from '../../domain/audit/anchor.ts';
import { type ChainHead, chainFault, chainLink, emptyHead } from '../../domain/audit/audit.ts';
import { isGapless, type Manifest, manifest } from '../../domain/audit/manifest.ts';
import { type PublicKey, parsePublicKey, type Seal, sealFault, sealSchema } from '../../domain/audit/seal.ts';

/** The first thing that is wrong. */
export class IncompleteExport extends Error {
  override readonly name = 'IncompleteExport';
}

export interface Proof {
  readonly entries: number;
  readonly chains: number;
  /** Numbers that the filter left out between entries. */
  readonly leftOut: number;
  readonly from: string | null;
  readonly to: string | null;
}

/** One file after the other, oldest first; each is proved as the continuation of those before it. */
export interface ExportProof {
  /** Begins a file by its last line. Throws IncompleteExport. */
  begin(lastLine: string, about?: AboutFile): { line(text: string): void; end(): void };
  result(): Proof;
}

export interface AboutFile {
  /** Entries that are known from elsewhere. */
  readonly known?: readonly KnownEntry[];
  /** Whether the file has everything up to its export, although it names an end. */
  readonly isOpen?: boolean;
}

/** The keys that the manifest itself names: a claim, which proves nothing about who made the file. */
export function claimedKeys(lastLine: string): PublicKey[] {
  return manifestIn(lastLine).publicKeys.flatMap(
    ({ keyId, publicKey }) => parsePublicKey(`${keyId}:${publicKey}`) ?? [],
  );
}

/** The last entries of an export that was kept, from its last line. Throws IncompleteExport when they are not sealed by these keys. */
export function headsOfKept(lastLine: string, keys: readonly PublicKey[]): KnownEntry[] {
  const manifest = sealedManifest(lastLine, keys);
  const source = `the export of ${manifest.exportedAt}`;
  return Object.entries(manifest.chains)
    .map(([chain, { lastSeq: seq, lastHash: hash }]): KnownEntry => ({ source, chain, seq, hash, at: null }))
    .concat(anchoredIn(manifest));
}

/** `kept`: entries that must be in the log, known from elsewhere. */
export function exportProof(keys: readonly PublicKey[], kept: readonly KnownEntry[] = []): ExportProof {
  const ends = new Map<string, ChainHead>();
  let entries = 0;
  let leftOut = 0;
  let from: string | null = null;
  let to: string | null = null;
  /** Whether the first file begins with the first entry of each chain. */
  let fromStart: boolean | null = null;

  function begin(lastLine: string, { known: named = [], isOpen = false }: AboutFile = {}) {
    const manifest = sealedManifest(lastLine, keys);
    // Of two sources of one entry the last counts: what the auditor kept.
    const known = [...anchoredIn(manifest), ...named, ...kept];
    const hashes = new Map(known.map((one) => [`${one.chain} ${one.seq}`, one]));
    const gapless = isGapless(manifest.filter);
    fromStart ??= manifest.filter.from === undefined;
    const digest = createHash('sha256');
    const inFile = new Map<string, number>();
    let count = 0;
    return {
      line(text: string) {
        const entry = entryIn(text, count + 1);
        take(entry, gapless);
        const same = hashes.get(`${entry.chain} ${entry.seq}`);
        if (same && same.hash !== entry.hash) throw bad(entry.chain, entry.seq, `${same.source} names another hash`);
        inFile.set(entry.chain, entry.seq);
        count++;
        digest.update(`${text}\n`);
      },
      end() {
        for (const [chain, { firstSeq, lastSeq }] of Object.entries(manifest.chains)) {
          const last = inFile.get(chain) ?? firstSeq - 1;
          // A filter may have left out what follows, but not what the manifest ends with.
          const missing = gapless ? last + 1 : lastSeq;
          if (last < lastSeq) throw bad(chain, missing, `it is not there; the manifest ends with ${lastSeq}`);
        }
        if (gapless && (isOpen || manifest.filter.to === undefined))
          for (const one of known) reach(one, manifest.filter.from);
        sameContent(manifest, count, digest);
        const { valid, reason } = manifest.verification ?? { valid: true };
        if (!valid)
          throw new IncompleteExport(`the service found, when it made this file: ${reason ?? 'the log is not whole'}`);
      },
    };
  }

  function take(entry: Entry, gapless: boolean): void {
    const { chain, seq, at, prevHash } = entry;
    const end = ends.get(chain);
    if (end && seq <= end.seq) throw bad(chain, seq, `it stands behind entry ${end.seq} of its chain`);
    const expected = end ?? (gapless && fromStart ? emptyHead(chain) : null);
    const isNext = expected?.seq === seq - 1;
    if (expected && gapless && !isNext) throw bad(chain, expected.seq + 1, 'it is not there');
    if (end && !isNext) leftOut += seq - end.seq - 1;
    const before = expected && isNext ? expected : { chain, seq: seq - 1, hash: prevHash, at: null };
    const fault = chainFault(entry, before, keys);
    if (fault) throw bad(chain, seq, fault);
    if (end?.at && at < end.at) throw bad(chain, seq, 'it goes back in time');
    ends.set(chain, { chain, seq, hash: entry.hash, at });
    entries++;
    from = from === null || at < from ? at : from;
    to = to === null || at > to ? at : to;
  }

  /** A file without an end has what is known to have been there, unless it begins behind it. */
  function reach({ source, chain, seq, at }: KnownEntry, begins: string | undefined): void {
    const end = ends.get(chain)?.seq ?? 0;
    const isBefore = end === 0 && begins !== undefined && (at === null || at < begins);
    if (end < seq && !isBefore) throw bad(chain, end + 1, `it is not there; ${source} ends with ${seq}`);
  }

  return { begin, result: () => ({ entries, chains: ends.size, leftOut, from, to }) };
}

/** An entry that is known from another source: an earlier export, an anchor or a kept file. */
export interface KnownEntry extends ChainHead {
  readonly source: string;
}

// The members of a later version are kept, because they count for the hash, too.
const entryShape = z.looseObject({ at: z.string(), ...chainLink.shape });
type Entry = z.infer<typeof entryShape>;
const sealedShape = manifest.extend(sealSchema.shape);
const manifestShape = z.custom<Manifest & Seal>(
  (value) => sealedShape.safeParse(value).error?.issues.every(({ code }) => code === 'unrecognized_keys') ?? true,
);
const lastLineShape = z.strictObject({ manifest: manifestShape });

export function sealedManifest(lastLine: string, keys: readonly PublicKey[]): Manifest & Seal {
  const manifest = manifestIn(lastLine);
  const fault = sealFault(manifest, keys) ?? (manifest.anchor && anchorFault(manifest.anchor, undefined, keys));
  if (fault) throw new IncompleteExport(`the manifest: ${fault}`);
  return manifest;
}

function anchoredIn({ anchor }: Manifest): KnownEntry[] {
  return anchor ? entriesNamedBy(anchor) : [];
}

export function entriesNamedBy({ number, chains }: Anchor): KnownEntry[] {
  return Object.entries(chains).map(([chain, { seq, hash, at }]) => ({
    source: `anchor ${number}`,
    chain,
    seq,
    hash,
    at,
  }));
}

function manifestIn(lastLine: string): Manifest & Seal {
  const parsed = lastLineShape.safeParse(jsonOf(lastLine));
  if (!parsed.success)
    throw new IncompleteExport('the last line is no manifest: the end was cut off, or it is no export');
  return parsed.data.manifest;
}

function entryIn(line: string, number: number): Entry {
  const parsed = entryShape.safeParse(jsonOf(line));
  if (!parsed.success) throw new IncompleteExport(`line ${number} is no audit entry`);
  return parsed.data;
}

function sameContent({ count: expected, sha256 }: Manifest, count: number, digest: Hash): void {
  if (count !== expected) throw new IncompleteExport(`there are ${count} entries; the manifest says ${expected}`);
  if (digest.digest('hex') !== sha256)
    throw new IncompleteExport('the lines are not byte for byte those of the manifest');
}

function bad(chain: string, seq: number, why: string): IncompleteExport {
  return new IncompleteExport(`entry ${seq} of chain ${chain}: ${why}`);
}

export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
