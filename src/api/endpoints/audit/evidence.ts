/**
 * Evidence for an auditor: see domain/audit/evidence.ts. The host sends an answer as a whole, so a part has a maximum of entries
 * and of anchors, and the header Link names the next part. The address of a part has the hash of the manifest before it and is
 * signed, so parts follow each other although the service keeps nothing between the calls.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { EVIDENCE_FILES, type EvidenceManifest } from '../../../domain/audit/evidence.ts';
import { linesOf } from '../../../domain/audit/manifest.ts';
import { time } from '../../../domain/resources/schema.ts';
import type { Period } from '../../../workflows/ports/audit.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import { MAX_EXPORT_ITEMS } from '../../formats/export-format.ts';
import type { ZippedFile } from '../../formats/zip.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { readPage } from '../../framework/page.ts';
import { collectEntries } from './collect.ts';
import { manifestLine, verifyForExport } from './export.ts';
import { checkPeriod, periodQuery } from './query.ts';

/** The maximum of one part. */
interface PartLimits {
  readonly entries: number;
  /** So many are about three months of a log that grows every hour, and 3 MB. */
  readonly anchors: number;
}

const LIMITS: PartLimits = { entries: MAX_EXPORT_ITEMS, anchors: 2000 };

export const getEvidence = defineEndpoint({
  name: 'getEvidence',
  method: 'GET',
  route: 'audit/evidence',
  summary:
    'A zip with the signed export of a period, its anchors, the public keys and a page that says how to prove it. A long period has several parts, the newest first: the header Link with rel="next" is the address of the next one.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    ...periodQuery,
    part: z.string().exactOptional().describe('As in the header Link of the part before; the first part unless given.'),
  }),
  result: 'application/zip',
  responseHeaders: {
    'content-disposition': 'A name for the file.',
    link: 'The address of the next part, with `rel="next"`; missing when this is the last one.',
  },
  refusals: ['bad-cursor', 'too-large'],
  async handle({ deps, config, query: { part, ...period } }) {
    checkPeriod(period);
    const asked = { ...period, limit: 1, ...(part === undefined ? {} : { cursor: part }) };
    const { items, nextCursor } = await readPage('evidence', config.cursorKey, asked, async (_, { after }) => {
      const made = await makePart(deps, period, after === null ? null : position.parse(JSON.parse(after)));
      return { items: [made], next: made.next === null ? null : JSON.stringify(made.next) };
    }).catch(explainPart);
    const [made] = items;
    // Loaded at the first use: a cold start needs no zip.
    const { zipOf } = await import('../../formats/zip.ts');
    if (!made) throw new Error('a part of the evidence was not made');
    return {
      headers: {
        'content-disposition': `attachment; filename="${made.name}"`,
        ...(nextCursor === undefined ? {} : { link: `<${addressOf(period, nextCursor)}>; rel="next"` }),
      },
      body: await zipOf(made.files),
    };
  },
});

function explainPart(error: unknown): never {
  if (!(error instanceof Refusal) || error.code !== 'bad-cursor') throw error;
  throw new Refusal('bad-cursor', 'Take part from the header Link of the part before, with the same from and to.');
}

/** Where the next part begins. */
const position = z.strictObject({
  /** The end of the whole period. */
  to: time,
  /** The end of the part. */
  until: time,
  part: z.int(),
  /** The hash of the manifest before it. */
  previous: z.string(),
});
type Position = z.infer<typeof position>;

interface Part {
  readonly name: string;
  readonly files: readonly ZippedFile[];
  readonly next: Position | null;
}

/** Makes the part at a position; null is the first one. */
export async function makePart(
  deps: Deps,
  period: Period,
  at: Position | null,
  limits: PartLimits = LIMITS,
): Promise<Part> {
  const { audit } = deps;
  const { default: page } = await import('./evidence-page.html');
  const exportedAt = deps.clock.now().toISOString();
  const anchor = await audit.latestAnchor();
  const verification = await verifyForExport(deps);
  const from = period.from ?? null;
  // Entries may have times up to five minutes ahead. Without an end, a part takes all that are there.
  const to = at?.to ?? period.to ?? endOf(exportedAt);
  const until = at?.until ?? to;
  const number = at?.part ?? 1;
  const floor = await floorOf(deps, from, until, limits.anchors);
  const wanted = { ...(floor === null ? {} : { from: floor }), to: until };
  const { lines, content, rest } = await collectEntries(audit, wanted, linesOf, limits.entries);
  if (rest !== null && content.count === 0)
    throw new Refusal('too-large', `More than ${limits.entries} entries have the time ${rest}.`);
  const begin = rest === null ? floor : justAfter(rest);
  const last = rest === null && floor === from;
  const range = { ...(begin === null ? {} : { from: begin }), to: until };
  const about = { exportedAt, filter: range, anchor, verification, publicKeys: audit.publicKeys };
  const files: ZippedFile[] = [
    { name: EVIDENCE_FILES.entries, content: [...lines, textOf(manifestLine(deps, { v: 1, ...about, ...content }))] },
    { name: EVIDENCE_FILES.anchors, content: [jsonOf(await readAnchors(deps, begin, until))] },
    { name: EVIDENCE_FILES.keys, content: [jsonOf({ publicKeys: audit.publicKeys })] },
    { name: EVIDENCE_FILES.page, content: [textOf(page)] },
  ];
  const manifest = audit.sign<EvidenceManifest>({
    v: 1,
    kind: 'plumbline-evidence',
    exportedAt,
    period: { from, to },
    part: number,
    last,
    range: { from: begin, to: until },
    count: content.count,
    chains: content.chains,
    files: files.map(describe),
    previous: at?.previous ?? '',
  });
  return {
    name: nameOf(exportedAt, number),
    files: [{ name: EVIDENCE_FILES.manifest, content: [jsonOf(manifest)] }, ...files],
    next: last || begin === null ? null : { to, until: begin, part: number + 1, previous: manifest.hash },
  };
}

/** The earliest time that a part can begin at: the beginning of the period, or where it has as many anchors as fit. */
async function floorOf({ audit }: Deps, from: string | null, until: string, most: number): Promise<string | null> {
  const end = await audit.findAnchor(until);
  const number = end - most;
  const [anchor] = number > 0 ? await audit.readAnchors(number, number) : [];
  return anchor && (from === null || anchor.at > from) && anchor.at < until ? anchor.at : from;
}

/** The anchors of a part, from the one before it to the one after it, as they were signed; those that are missing are left out. */
async function readAnchors({ audit }: Deps, from: string | null, until: string) {
  const first = from === null ? 1 : await audit.findAnchor(from);
  const last = (await audit.findAnchor(until)) + 1;
  const found = await audit.readAnchors(Math.max(1, first), Math.min(last, await audit.findAnchor()));
  return { anchors: found.filter((anchor) => anchor !== null) };
}

function describe({ name, content }: ZippedFile) {
  const digest = createHash('sha256');
  for (const piece of content) digest.update(piece);
  return { name, bytes: content.reduce((sum, { length }) => sum + length, 0), sha256: digest.digest('hex') };
}

function addressOf({ from, to }: Period, part: string): string {
  const query = new URLSearchParams({ ...(from ? { from } : {}), ...(to ? { to } : {}), part });
  return `/api/audit/evidence?${query}`;
}

function nameOf(exportedAt: string, part: number): string {
  return `plumbline-evidence-${exportedAt.replaceAll(/[:.]/g, '-')}-part-${String(part).padStart(3, '0')}.zip`;
}

function textOf(text: string): Buffer {
  return Buffer.from(text);
}

function jsonOf(value: object): Buffer {
  return textOf(`${JSON.stringify(value, null, 2)}\n`);
}

function justAfter(time: string): string {
  return new Date(Date.parse(time) + 1).toISOString();
}

/** Behind every entry that the log has at a time. */
function endOf(now: string): string {
  return new Date(Date.parse(now) + CLOCK_TOLERANCE_MS).toISOString();
}

const CLOCK_TOLERANCE_MS = 10 * 60_000;
