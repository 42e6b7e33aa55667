/**
 * Proves evidence (the zips of GET /audit/evidence) offline: each part by itself, and the parts together. What is wrong is named:
 * a file that was changed, left out or added; a part that is missing, there twice, of other evidence or not the one that followed.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { type Anchor, anchor, anchorFault } from '../../domain/audit/anchor.ts';
import { EVIDENCE_FILES, type EvidenceManifest, evidenceManifest } from '../../domain/audit/evidence.ts';
import { type PublicKey, parsePublicKey, type Seal, sealFault, sealSchema } from '../../domain/audit/seal.ts';
import { type ExportProof, entriesNamedBy, IncompleteExport, jsonOf, sealedManifest } from './export-proof.ts';

type Sealed = EvidenceManifest & Seal;

export interface EvidencePart {
  readonly file: string;
  readonly manifest: Sealed;
}

/** Whether a file is a zip, by its first bytes. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

/** The manifest of a part, signed by these keys. Throws IncompleteExport. */
export function openPart(file: string, keys: readonly PublicKey[]): EvidencePart {
  const parsed = manifestShape.safeParse(jsonOf(textIn(file, EVIDENCE_FILES.manifest)));
  if (!parsed.success) throw new IncompleteExport(`${EVIDENCE_FILES.manifest} is no manifest of evidence`);
  const fault = sealFault(parsed.data, keys);
  if (fault) throw new IncompleteExport(`${EVIDENCE_FILES.manifest}: ${fault}`);
  return { file, manifest: parsed.data };
}

/** The keys that a part names itself: a claim. Throws IncompleteExport. */
export function keysOfPart(file: string): PublicKey[] {
  const parsed = keysShape.safeParse(jsonOf(textIn(file, EVIDENCE_FILES.keys)));
  if (!parsed.success) throw new IncompleteExport(`${EVIDENCE_FILES.keys} holds no keys`);
  return parsed.data.publicKeys.flatMap(({ keyId, publicKey }) => parsePublicKey(`${keyId}:${publicKey}`) ?? []);
}

/** The last line of the export in a part. Throws IncompleteExport. */
export function exportEndOf(file: string): string {
  return textIn(file, EVIDENCE_FILES.entries).trimEnd().split('\n').at(-1) ?? '';
}

/**
 * The parts, the oldest entries first. One part may stand alone; several must be all of them.
 * Throws IncompleteExport that names the part.
 */
export function inOrder(parts: readonly EvidencePart[]): readonly EvidencePart[] {
  const sorted = [...parts].sort((a, b) => a.manifest.part - b.manifest.part);
  if (sorted.length > 1) {
    for (const [n, { file, manifest }] of sorted.entries()) {
      const before = sorted[n - 1];
      if (before?.manifest.part === manifest.part)
        throw new IncompleteExport(`part ${manifest.part} is there twice: ${before.file} and ${file}`);
      if (manifest.part !== n + 1) throw new IncompleteExport(`part ${n + 1} is not there`);
      const fault = before && followFault(before.manifest, manifest);
      if (fault) throw new IncompleteExport(`part ${manifest.part} (${file}): ${fault}`);
    }
    const last = sorted.at(-1)?.manifest;
    if (last && !last.last)
      throw new IncompleteExport(`part ${last.part + 1} is not there: part ${last.part} is not the last one`);
  }
  return sorted.reverse();
}

function followFault(before: Sealed, manifest: Sealed): string | null {
  const [one, other] = [before, manifest].map(({ period: { from, to } }) => `${from ?? 'the first entry'} to ${to}`);
  if (one !== other) return `it is of another evidence: its period is ${other}, and not ${one}`;
  if (before.last) return `part ${before.part} says that it is the last one`;
  if (manifest.previous !== before.hash)
    return `it does not follow this part ${before.part}: it names another manifest before it`;
  return manifest.range.to === before.range.from ? null : `its times do not end where part ${before.part} begins`;
}

/** Proves the files of a part as the continuation of the older parts. Throws IncompleteExport. */
export function provePart({ file, manifest }: EvidencePart, proof: ExportProof, keys: readonly PublicKey[]): void {
  const files = unzip(file);
  const altered = alteredFiles(manifest, files);
  const [first] = altered.filter(({ name }) => name !== EVIDENCE_FILES.entries);
  if (first) throw new IncompleteExport(`${first.name}: ${first.fault}`);
  const [entries] = altered;
  try {
    proveEntries(manifest, files, proof, keys);
  } catch (error) {
    if (!(error instanceof IncompleteExport)) throw error;
    throw new IncompleteExport(`${EVIDENCE_FILES.entries}: ${entries ? `${entries.fault}: ` : ''}${error.message}`);
  }
  if (entries) throw new IncompleteExport(`${entries.name}: ${entries.fault}`);
}

function alteredFiles({ files: named }: Sealed, files: ReadonlyMap<string, Uint8Array>) {
  const wanted = [...Object.values(EVIDENCE_FILES), ...named.map(({ name }) => name)];
  const altered = new Map<string, string>();
  for (const name of files.keys()) if (!wanted.includes(name)) altered.set(name, 'the manifest names no such file');
  for (const name of wanted) {
    const content = files.get(name);
    const expected = named.find((one) => one.name === name);
    if (!content) altered.set(name, 'it is not there');
    else if (name === EVIDENCE_FILES.manifest) continue;
    else if (!expected) altered.set(name, 'the manifest does not name it');
    else if (content.length !== expected.bytes || sha256(content) !== expected.sha256)
      altered.set(name, 'it is not the file that the manifest names');
  }
  return [...altered].map(([name, fault]) => ({ name, fault }));
}

function proveEntries(
  manifest: Sealed,
  files: ReadonlyMap<string, Uint8Array>,
  proof: ExportProof,
  keys: readonly PublicKey[],
): void {
  const anchors = anchorsIn(files.get(EVIDENCE_FILES.anchors), keys);
  const bytes = files.get(EVIDENCE_FILES.entries) ?? new Uint8Array();
  const lines = linesIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const lastLine = lines.next().value ?? '';
  const exported = sealedManifest(lastLine, keys);
  const known = anchors.flatMap(entriesNamedBy);
  const { from, to } = manifest.range;
  const isOpen = manifest.part === 1 && to >= manifest.exportedAt;
  const entries = proof.begin(lastLine, { known, isOpen });
  for (const line of lines) entries.line(line);
  entries.end();
  const isSame =
    (exported.filter.from ?? null) === from &&
    exported.filter.to === to &&
    Object.keys(exported.filter).every((name) => name === 'from' || name === 'to') &&
    exported.count === manifest.count;
  if (!isSame) throw new IncompleteExport('its last line is of another export than the manifest of the evidence says');
  for (const { source, chain, seq, at } of known) {
    if (at === null || at >= to || (from !== null && at < from)) continue;
    const span = exported.chains[chain];
    if (!span || seq < span.firstSeq || seq > span.lastSeq)
      throw new IncompleteExport(`entry ${seq} of chain ${chain}: it is not there; ${source} names it`);
  }
}

/** The anchors of a part, each as the continuation of the one before. */
function anchorsIn(bytes: Uint8Array | undefined, keys: readonly PublicKey[]): readonly Anchor[] {
  const parsed = anchorsShape.safeParse(jsonOf(decode(bytes)));
  if (!parsed.success) throw new IncompleteExport(`${EVIDENCE_FILES.anchors} holds no anchors`);
  const { anchors } = parsed.data;
  for (const [n, one] of anchors.entries()) {
    const before = n === 0 ? (one.number === 1 ? null : undefined) : anchors[n - 1];
    const fault = anchorFault(one, before, keys);
    if (fault) throw new IncompleteExport(`${EVIDENCE_FILES.anchors}, anchor ${one.number}: ${fault}`);
  }
  return anchors;
}

/** The last line first, and then all the others in their order. */
function* linesIn(text: Buffer): Generator<string, undefined> {
  const end = text.at(-1) === LINE_FEED ? text.length - 1 : text.length;
  const last = text.subarray(0, end).lastIndexOf(LINE_FEED) + 1;
  yield text.toString('utf8', last, end);
  for (let start = 0; start < last; ) {
    const stop = text.indexOf(LINE_FEED, start);
    yield text.toString('utf8', start, stop);
    start = stop + 1;
  }
  return undefined;
}

const LINE_FEED = 0x0a;

const manifestShape = evidenceManifest.extend(sealSchema.shape);
const keysShape = z.looseObject({
  publicKeys: z.array(z.looseObject({ keyId: z.string(), publicKey: z.string() })),
});
// The members of a later version are kept, because they count for the hash, too.
const anchorShape = z.custom<Anchor>(
  (value) => anchor.safeParse(value).error?.issues.every(({ code }) => code === 'unrecognized_keys') ?? true,
);
const anchorsShape = z.looseObject({ anchors: z.array(anchorShape) });

/** More than a part that the service makes. */
const LARGEST_FILE = 256 * 1024 * 1024;

function unzip(file: string, only?: string): ReadonlyMap<string, Uint8Array> {
  const seen = new Set<string>();
  try {
    const files = unzipSync(readFileSync(file), {
      filter: ({ name, originalSize }) => {
        if (seen.has(name)) throw new IncompleteExport(`${name} is there twice`);
        seen.add(name);
        if (originalSize > LARGEST_FILE) throw new IncompleteExport(`${name} is larger than any file of evidence`);
        return only === undefined || name === only;
      },
    });
    return new Map(Object.entries(files));
  } catch (error) {
    if (error instanceof IncompleteExport) throw error;
    throw new IncompleteExport(`it is no readable zip: ${error instanceof Error ? error.message : error}`);
  }
}

function textIn(file: string, name: string): string {
  const bytes = unzip(file, name).get(name);
  if (!bytes) throw new IncompleteExport(`${name}: it is not there`);
  return decode(bytes);
}

function decode(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
