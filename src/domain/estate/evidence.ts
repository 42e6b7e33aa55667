/**
 * What looks have shown about the rows of Resource Graph on this tenant, by type of row and leaf. A row counts for a leaf
 * only after it was proven here, because nobody documents what rows hold.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { MINUTE_MS, SECOND_MS, secondsBetween } from '../resources/durations.ts';
import { type Infer, time } from '../resources/schema.ts';
import type { ComparedLeaf } from './compare.ts';
import type { LeafNode } from './leaf-tree.ts';
import { ROW_SOURCES, sourceOf } from './leaves.ts';
import type { IsEvidence } from './pre-judge.ts';
import { UNSET, valueClass } from './value-class.ts';

/** Looks in a row that must have agreed before a leaf counts. */
export const AGREEING_LOOKS = 200;
/** Of these, looks in which both said nothing, before a row that says nothing counts as unset. */
export const UNSET_LOOKS = 20;
/** Values of a leaf that are remembered; a leaf with more has values that are always looked at. */
export const MAX_VALUES = 32;
/** Seconds that a row may lag behind without being wrong. */
export const LAG_SECONDS = (30 * MINUTE_MS) / SECOND_MS;

const count = z.int().min(0);

const leafEvidence = z.strictObject({
  /** Looks that agreed since the last difference. */
  agreed: count,
  /** Of these, looks in which both said nothing; since the row last said nothing where there was something. */
  unset: count,
  /** Classes of the values (value-class.ts) in which they agreed. */
  values: z.array(z.string().max(8)).max(MAX_VALUES),
  /** Differences so far, and those that a recent change explains. */
  differed: count,
  late: count,
  /** Looks so far in which the row said nothing where there was something. */
  notTold: count,
  differedAt: time.nullable(),
});
export type LeafEvidence = Infer<typeof leafEvidence>;

export const evidence = z.strictObject({
  v: z.literal(1),
  /**
   * Another one whenever something that counted may count no longer. While it stays, rows that were proven are proven: what
   * counts only grows.
   */
  revision: z.string().max(16).default(''),
  /** By `TYPE LEAF`. */
  leaves: z.record(z.string(), leafEvidence),
});
export type Evidence = Infer<typeof evidence>;

export const NO_EVIDENCE: Evidence = { v: 1, revision: '', leaves: {} };

const NEW: LeafEvidence = { agreed: 0, unset: 0, values: [], differed: 0, late: 0, notTold: 0, differedAt: null };

/** When a row was listed, and when its resource was last changed as far as events, writes and Azure's times show. */
export interface ComparedAt {
  readonly listedAt: string;
  readonly changedAt: string | null;
  readonly now: Date;
}

/**
 * The evidence after a look. A leaf counts once a look, however many elements it is in. A difference resets its leaf, unless
 * the resource changed so shortly before the listing, or after it, that the row may only be late.
 */
export function updateEvidence(before: Evidence, compared: readonly ComparedLeaf[], at: ComparedAt): Evidence {
  const late = at.changedAt !== null && secondsBetween(at.changedAt, at.listedAt) < LAG_SECONDS;
  const byKey = new Map<string, ComparedLeaf[]>();
  for (const one of compared) {
    const key = keyOf(one.type, one.leaf);
    const found = byKey.get(key);
    if (found) found.push(one);
    else byKey.set(key, [one]);
  }
  const leaves = { ...before.leaves };
  const countsAt = late ? null : at.now.toISOString();
  let { revision } = before;
  for (const [key, found] of byKey) {
    const known = before.leaves[key] ?? NEW;
    const after = afterLook(known, found, countsAt);
    leaves[key] = after;
    if (hasLost(known, after)) revision = nextRevision(revision, `${key} ${at.listedAt} ${at.now.toISOString()}`);
  }
  return { v: 1, revision, leaves };
}

/** Whether a value of this leaf may have counted that counts no longer. */
function hasLost(before: LeafEvidence, after: LeafEvidence): boolean {
  return after.agreed < before.agreed || after.unset < before.unset;
}

/** A digest of what was lost and of the revision before, so that two processes that lose different leaves get different ones. */
function nextRevision(before: string, lost: string): string {
  return createHash('sha256').update(`${before} ${lost}`).digest('hex').slice(0, 16);
}

/** What rows that are proven by this evidence are proven under: its revision, and the leaves that rules read. */
export function provenUnder({ revision }: Evidence): string {
  return `${LEAVES} ${revision}`;
}

const LEAVES = createHash('sha256')
  .update(JSON.stringify(ROW_SOURCES.map((name) => [...sourceOf(name).leaves])))
  .digest('hex')
  .slice(0, 8);

/** Which values of which leaves count, by this evidence. */
export function isEvidenceIn({ leaves }: Evidence): IsEvidence {
  const byType = new Map<string, Map<LeafNode, LeafEvidence | null>>();
  const find = (type: string, leaf: LeafNode): LeafEvidence | null => {
    const ofType = byType.get(type) ?? new Map<LeafNode, LeafEvidence | null>();
    byType.set(type, ofType);
    const known = ofType.get(leaf);
    if (known !== undefined) return known;
    const found = leaves[keyOf(type, leaf.pattern)] ?? null;
    ofType.set(leaf, found);
    return found;
  };
  return (type, leaf, value) => {
    const known = find(type, leaf);
    if (!known || known.agreed < AGREEING_LOOKS) return false;
    const found = valueClass(leaf, value);
    return found === UNSET ? known.unset >= UNSET_LOOKS : known.values.includes(found);
  };
}

/** `countsAt`: the time of the look; null when what differs may only be late. */
function afterLook(before: LeafEvidence, found: readonly ComparedLeaf[], countsAt: string | null): LeafEvidence {
  const has = (result: ComparedLeaf['result']) => found.some((one) => one.result === result);
  if (has('differed')) {
    if (countsAt === null) return { ...before, late: before.late + 1 };
    return { ...before, agreed: 0, unset: 0, values: [], differed: before.differed + 1, differedAt: countsAt };
  }
  if (has('not-told')) {
    return countsAt === null
      ? { ...before, late: before.late + 1 }
      : { ...before, unset: 0, notTold: before.notTold + 1 };
  }
  const seen = found.map((one) => one.valueClass);
  const isNew = seen.some((one) => one !== UNSET && !before.values.includes(one));
  const values = isNew ? [...new Set([...before.values, ...seen])].filter((one) => one !== UNSET) : before.values;
  const unset = before.unset + (seen.includes(UNSET) ? 1 : 0);
  return { ...before, agreed: before.agreed + 1, unset, values: values.slice(0, MAX_VALUES) };
}

function keyOf(type: string, leaf: string): string {
  return `${type} ${leaf}`;
}

/** The type of row and the leaf that a key of the evidence is about. */
export function namesOf(key: string): { readonly type: string; readonly leaf: string } {
  const [type = '', leaf = ''] = key.split(' ', 2);
  return { type, leaf };
}
