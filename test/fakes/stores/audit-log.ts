/** The audit log with real chains, signatures and anchors, each record once by its id. */

import { type Anchor, nextAnchor } from '../../../src/domain/audit/anchor.ts';
import {
  type AuditEntry,
  type AuditKey,
  type AuditRecord,
  type ChainHead,
  chainEntry,
  chainFault,
  chainOf,
  emptyHead,
  hasText,
  headAfter,
  isByActor,
  isSameRecord,
  parseAuditKeys,
  publicKeyText,
  subjectKey,
} from '../../../src/domain/audit/audit.ts';
import { contentFault, type Seal, seal, sealFault } from '../../../src/domain/audit/seal.ts';
import { canonicalJson } from '../../../src/domain/changes/change.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import {
  type AuditLog,
  type AuditQuery,
  type AuditVerification,
  RecordConflict,
} from '../../../src/workflows/ports/audit.ts';
import { copyOf } from '../copy.ts';
import { byKey, fits, isPlainId, newestFirst, pageOf } from './rows.ts';

const CHAINS = 8;
const { signing } = parseAuditKeys(`k1:${Buffer.alloc(32, 7).toString('base64')}`);
const publicKeys = [{ keyId: signing.id, publicKey: publicKeyText(signing) }];

/** Signatures that were verified, and what was signed: tests sign the same records many times. */
const verified = new Set<string>();
const signed = remembering<AuditEntry>();
const sealed = remembering<object>();

function signedEntry(record: AuditRecord, head: ChainHead): AuditEntry {
  return signed(JSON.stringify([record, head]), () => chainEntry(copyOf(record), head, signing));
}

/** Copies of the latest values by their keys. A signature of the same content by the same key is always the same. */
function remembering<T>(): <V extends T>(key: string, make: () => V) => V;
function remembering(): (key: string, make: () => unknown) => unknown {
  const known = new Map<string, unknown>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    if (known.size >= MAX_SIGNED) known.clear();
    known.set(key, value);
    return copyOf(value);
  };
}

const MAX_SIGNED = 20_000;

function faultIn(proven: Seal): string | null {
  const proof = `${proven.keyId} ${proven.hash} ${proven.signature}`;
  if (verified.has(proof)) return contentFault(proven);
  const fault = sealFault(proven, [signing]);
  if (fault === null) verified.add(proof);
  return fault;
}

const isSound = (entry: AuditEntry) => faultIn(entry) === null;

export function fakeAuditLog(entries: AuditEntry[]): AuditLog {
  const anchors: Anchor[] = [];
  /** The records of a call are appended together, or none is. */
  const append = (records: readonly AuditRecord[]): AuditEntry[] => {
    for (const record of records) {
      if (!isUtc(record.at)) throw new Error(`record ${record.id}: '${record.at}' must be a time like ${UTC}`);
      const known = entries.find(({ id }) => id === record.id);
      if (known && !isSameRecord(record, known)) throw new RecordConflict(known);
    }
    return records.map((record) => {
      const known = entries.find(({ id }) => id === record.id);
      if (known) return known;
      const chain = chainOf(record.resource?.id.toLowerCase() ?? 'service', CHAINS);
      const last = entries.findLast((entry) => entry.chain === chain);
      const entry = signedEntry(record, last ? headAfter(last) : emptyHead(chain));
      entries.push(entry);
      return entry;
    });
  };
  const list: AuditLog['list'] = async (query, page) =>
    pageOf(
      entries.filter((one) => isLike(one, query)),
      keyOf,
      page,
    );
  return {
    append: async (records) => copyOf(append(records)),
    get: async (id) => (isPlainId(id) ? copyOf(entries.find((one) => one.id === id && isSound(one)) ?? null) : null),
    contains: async (entry) =>
      entries.some((one) => keyOf(one) === keyOf(entry) && canonicalJson(one) === canonicalJson(entry)),
    async listBySubject(subject) {
      const key = subjectKey(subject);
      return entries
        .filter((one) => one.id.startsWith(key) && isSound(one))
        .map((one) => [one.id, copyOf(one)] as const)
        .sort(byKey)
        .map(([, one]) => one);
    },
    list,
    scan: list,
    updateIndex: async () => undefined,
    verify: async () => verification(entries, signing),
    verifyAndAnchor: async (now) => {
      const found = verification(entries, signing);
      const last = anchors.at(-1) ?? null;
      if (!found.valid || entries.length === (last?.entries ?? 0)) return { verification: found, anchor: null };
      const ends = [...new Map(entries.map((entry) => [entry.chain, headAfter(entry)])).values()];
      const anchor = nextAnchor(last, ends, { at: now.toISOString(), whole: true }, signing);
      anchors.push(anchor);
      return { verification: found, anchor };
    },
    verifyPeriod: async ({ from = '', to = '~' }) =>
      verification(
        entries.filter(({ at }) => at < to),
        signing,
        from,
      ),
    latestAnchor: async () => anchors.at(-1) ?? null,
    findAnchor: async (at = '~') => anchors.filter((one) => one.at <= at).length,
    readAnchors: async (first, last) => copyOf(anchors.slice(Math.max(0, first - 1), last)),
    sign: (statement) => sealed(JSON.stringify(statement), () => seal(statement, signing)),
    sealFault: faultIn,
    publicKeys,
  };
}

const UTC = '2026-01-31T12:00:00.000Z';

/** The order of a chain is the order of these texts, so all have one form. */
function isUtc(at: string): boolean {
  return !Number.isNaN(Date.parse(at)) && new Date(at).toISOString() === at;
}

/** Newest first. */
function keyOf({ at, chain, seq }: AuditEntry): string {
  return `${newestFirst(at)}-${chain}-${String(10 ** 10 - 1 - seq).padStart(10, '0')}`;
}

function isLike(one: AuditEntry, query: AuditQuery): boolean {
  return (
    fits(query.kind, one.kind) &&
    (query.kinds?.includes(one.kind) ?? true) &&
    (query.text === undefined || hasText(one, query.text)) &&
    (query.actorName === undefined || isByActor(one, query.actorName)) &&
    fits(query.rule, one.rule ?? undefined) &&
    fits(query.actor?.toLowerCase(), one.actor.objectId?.toLowerCase()) &&
    fits(query.operationId, one.operationId ?? undefined) &&
    fits(query.approval, one.approvalId ?? undefined) &&
    (query.resource === undefined || (one.resource !== null && isInScope(one.resource.id, query.resource))) &&
    (query.from === undefined || one.at >= query.from) &&
    (query.to === undefined || one.at < query.to)
  );
}

/** Of all entries, or of those from a time on. */
function verification(entries: readonly AuditEntry[], key: AuditKey, from?: string): AuditVerification {
  const heads = new Map<string, ReturnType<typeof emptyHead>>();
  const common = {
    complete: from === undefined,
    entries: entries.filter(({ at }) => at >= (from ?? '')).length,
    verifiedTo: entries.at(-1)?.at ?? null,
    publicKeys,
  };
  for (const entry of entries) {
    const reason = chainFault(entry, heads.get(entry.chain) ?? emptyHead(entry.chain), [key]);
    if (reason !== null) {
      return { ...common, valid: false, firstBad: { chain: entry.chain, seq: entry.seq, id: entry.id }, reason };
    }
    heads.set(entry.chain, headAfter(entry));
  }
  return { ...common, valid: true };
}
