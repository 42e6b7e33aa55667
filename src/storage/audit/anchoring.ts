/**
 * Verifies the log and adds its anchors. A short log is verified completely every time; a long one from its newest anchor, and
 * completely once a day, when an anchor is added.
 */

import { type Anchor, anchorFault, nextAnchor } from '../../domain/audit/anchor.ts';
import { type AuditKeys, publicKeyText } from '../../domain/audit/seal.ts';
import { DAY_MS } from '../../domain/resources/durations.ts';
import type { AuditLog, AuditVerification } from '../../workflows/ports/audit.ts';
import type { Table } from '../table/table.ts';
import type { Anchors } from './anchors.ts';
import { type LogVerification, verifyLog } from './verification.ts';

export type Anchoring = Pick<AuditLog, 'verify' | 'verifyAndAnchor' | 'latestAnchor' | 'publicKeys'>;

/** Verifying up to this many entries takes a second or two, so all of them are verified. */
export const SHORT_LOG_ENTRIES = 5000;

export interface AnchoringOptions {
  readonly table: Table;
  readonly anchors: Anchors;
  readonly keys: AuditKeys;
  readonly now: () => Date;
  /** Up to this many entries, all of them are verified every time; SHORT_LOG_ENTRIES unless given. */
  readonly shortLog?: number;
}

export function openAnchoring(options: AnchoringOptions): Anchoring {
  const { table, anchors, keys, now, shortLog = SHORT_LOG_ENTRIES } = options;
  const publicKeys = keys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) }));

  function verifyFrom(anchor: Anchor | null, whole: boolean): Promise<LogVerification> {
    return verifyLog(table, { keys, now: now(), anchor, whole });
  }

  /** The newest anchor, verified against the anchors before it, `length` in all. */
  async function readAnchorTrail(length: number): Promise<AnchorTrail> {
    const found = await anchors.readNewest(length);
    const [newest = null] = found;
    if (found.includes(null)) return { newest, fault: 'A blob among the anchors holds no anchor.' };
    for (const [index, anchor] of found.entries()) {
      if (anchor === null) break;
      const before = anchor.number === 1 ? null : (found[index + 1] ?? undefined);
      if (before === undefined && found.length < length) {
        return { newest, fault: `Anchor ${anchor.number}: anchor ${anchor.number - 1} is not there.` };
      }
      const text = anchorFault(anchor, before, keys.all);
      if (text) return { newest, fault: `Anchor ${anchor.number}: ${text}.` };
    }
    return { newest, fault: null };
  }

  /** The result without the anchors, which are invalid. */
  async function verifyWithoutAnchors({ newest, fault }: AnchorTrail): Promise<AuditVerification> {
    const isShort = newest !== null && newest.entries <= shortLog;
    const unverified = { complete: false, entries: 0, verifiedTo: null, publicKeys };
    const found = isShort ? (await verifyFrom(null, true)).verification : unverified;
    return { ...found, valid: false, reason: 'reason' in found ? `${fault} ${found.reason}` : `${fault}` };
  }

  async function verifyAndAdd(at: Date, whole: boolean): ReturnType<AuditLog['verifyAndAnchor']> {
    const found = await readAnchorTrail(whole ? Number.POSITIVE_INFINITY : RECENT_ANCHORS);
    if (found.fault) return { verification: await verifyWithoutAnchors(found), anchor: null };
    const { newest } = found;
    const { verification, ends } = await verifyFrom(newest, whole);
    const isNew = ends.some(({ chain, seq }) => seq > (newest?.chains[chain]?.seq ?? 0));
    if (!verification.valid || !(isNew || (whole && newest))) return { verification, anchor: null };
    const anchor = nextAnchor(newest, ends, { at: at.toISOString(), whole }, keys.signing);
    // Another instance may have been faster; its anchor has the same content.
    return { verification, anchor: (await anchors.add(anchor)) ? anchor : null };
  }

  return {
    publicKeys,

    async verify() {
      const found = await readAnchorTrail(RECENT_ANCHORS);
      if (found.fault) return verifyWithoutAnchors(found);
      const { newest } = found;
      const whole = newest === null || newest.entries <= shortLog;
      return (await verifyFrom(newest, whole)).verification;
    },

    async verifyAndAnchor(at) {
      const last = (await anchors.readNewest(1))[0];
      const isFirst = last === undefined;
      const isDue = isFirst || (last !== null && at.getTime() - Date.parse(last.wholeAt) >= DAY_MS);
      // New entries are anchored first: they must not wait for the verification of the whole log.
      const recent = await verifyAndAdd(at, isFirst);
      if (isFirst || !isDue || !recent.verification.valid) return recent;
      const whole = await verifyAndAdd(at, true);
      return { ...whole, anchor: whole.anchor ?? recent.anchor };
    },

    async latestAnchor() {
      return (await anchors.readNewest(1))[0] ?? null;
    },
  };
}

interface AnchorTrail {
  readonly newest: Anchor | null;
  /** A sentence, or null. */
  readonly fault: string | null;
}

/** How many of the newest anchors are verified when not all are. */
const RECENT_ANCHORS = 10;
