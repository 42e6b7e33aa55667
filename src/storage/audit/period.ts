/**
 * The anchors of a time, and the verification of a period between two of them. Anchors have numbers without gaps, so the one
 * of a time is found by a binary search, in a few reads at any number of anchors.
 */
import { type Anchor, anchorFault, reachOf } from '../../domain/audit/anchor.ts';
import { type AuditKeys, publicKeyText } from '../../domain/audit/seal.ts';
import { type AuditLog, type AuditVerification, PeriodTooLong } from '../../workflows/ports/audit.ts';
import type { Table } from '../table/table.ts';
import type { Anchors } from './anchors.ts';
import { readHeads } from './heads.ts';
import { type PeriodVerification, verifyBetween } from './verification.ts';

export type Periods = Pick<AuditLog, 'verifyPeriod' | 'findAnchor' | 'readAnchors'>;

/** One call verifies at most so many entries: some seconds, and a request for each thousand. */
export const MAX_PERIOD_ENTRIES = 50_000;

export interface PeriodOptions {
  readonly table: Table;
  readonly anchors: Anchors;
  readonly keys: AuditKeys;
  readonly now: () => Date;
  /** MAX_PERIOD_ENTRIES unless given. */
  readonly maxPeriod?: number;
}

export function openPeriods({ table, anchors, keys, now, maxPeriod = MAX_PERIOD_ENTRIES }: PeriodOptions): Periods {
  /** The highest number from 1 to `newest` whose anchor is at or before a place, as `isAt` says; 0 when there is none. */
  async function search(newest: number, isAt: (anchor: Anchor) => boolean): Promise<number> {
    let [low, high] = [0, newest + 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const near = await readNear(middle, low);
      if (near && isAt(near)) low = middle;
      else high = near?.number ?? middle;
    }
    return low;
  }

  /** The anchor with this number, or the next lower one above `low` when it is missing; null when there is none nearby. */
  async function readNear(number: number, low: number): Promise<Anchor | null> {
    for (let one = number; one > Math.max(low, number - MAX_MISSING); one--) {
      const [found] = await anchors.readMany([one]);
      if (found) return found;
    }
    return null;
  }

  const upTo = (newest: number, at: string) => search(newest, (anchor) => anchor.at <= at);

  /** The anchor with this number, as it was signed; otherwise what is wrong. */
  async function readSigned(number: number): Promise<Anchor | string> {
    const [anchor] = await anchors.readMany([number]);
    if (!anchor) return `Anchor ${number} is not there, or its blob holds no anchor.`;
    const fault = anchorFault(anchor, undefined, keys.all);
    return fault === null ? anchor : `Anchor ${number}: ${fault}.`;
  }

  function invalid(reason: string): AuditVerification {
    const publicKeys = keys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) }));
    return { valid: false, complete: false, entries: 0, verifiedTo: null, publicKeys, reason };
  }

  async function assertNotTooLong(after: Anchor | null, until: Anchor | null, newest: number): Promise<void> {
    const first = after?.entries ?? 0;
    const end = until?.entries ?? (await countEntries());
    if (end - first <= maxPeriod) return;
    const longest = await search(newest, ({ entries }) => entries - first <= maxPeriod);
    const [anchor] = longest > (after?.number ?? 0) ? await anchors.readMany([longest]) : [];
    throw new PeriodTooLong(anchor?.at ?? null);
  }

  async function countEntries(): Promise<number> {
    const heads = await readHeads(table, keys, now());
    return [...heads.valid.values()].reduce((sum, { seq }) => sum + seq, 0);
  }

  return {
    async findAnchor(at) {
      const newest = await anchors.readNewestNumber();
      return at === undefined ? newest : upTo(newest, at);
    },

    async readAnchors(first, last) {
      return anchors.readMany(Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n));
    },

    async verifyPeriod({ from, to }) {
      const newest = await anchors.readNewestNumber();
      const before = from === undefined ? 0 : await search(newest, (anchor) => (reachOf(anchor) ?? '') < from);
      const after = before === 0 ? null : await readSigned(before);
      if (typeof after === 'string') return invalid(after);

      const verifyUntil = async (number: number): Promise<PeriodVerification> => {
        const until = number > newest ? null : await readSigned(number);
        if (typeof until === 'string') return { verification: invalid(until), late: new Map() };
        await assertNotTooLong(after, until, newest);
        return verifyBetween(table, { keys, now: now(), after, until, to: to ?? null });
      };
      const next = to === undefined ? newest : await upTo(newest, justBefore(to));
      const found = await verifyUntil(next + 1);
      if (found.late.size === 0) return found.verification;
      // A fact that was recorded late has the time of the fact, so a later anchor names it.
      const isBefore = ({ chains }: Anchor) => [...found.late].some(([chain, seq]) => (chains[chain]?.seq ?? 0) < seq);
      return (await verifyUntil((await search(newest, isBefore)) + 1)).verification;
    },
  };
}

/** The last millisecond before a time (ISO). */
function justBefore(time: string): string {
  return new Date(Date.parse(time) - 1).toISOString();
}

/** So many anchors in a row may be missing before a search looks at newer ones. */
const MAX_MISSING = 16;
