/**
 * Whether the log is whole, and the anchors that keep it so. A short log is looked at whole every time; a long one from its
 * newest anchor, and whole once a day, when the next anchor is made.
 */
import { type Anchor, anchorFault, nextAnchor } from '../domain/anchor.ts';
import { type AuditKeys, publicKeyText } from '../domain/seal.ts';
import type { AuditLog, AuditVerification } from '../workflows/ports.ts';
import type { Anchors } from './anchors.ts';
import { type Look, verifyLog } from './audit-verification.ts';
import type { Table } from './table.ts';

export type AuditProof = Pick<AuditLog, 'verify' | 'anchor' | 'newestAnchor' | 'publicKeys'>;

/** Up to so many entries, verifying is a second or two and looks at all of them. */
export const SHORT_LOG = 5000;

export function openProof(
  table: Table,
  anchors: Anchors,
  keys: AuditKeys,
  now: () => Date,
  shortLog: number = SHORT_LOG,
): AuditProof {
  const publicKeys = keys.all.map((key) => ({ keyId: key.id, publicKey: publicKeyText(key) }));

  function look(anchor: Anchor | null, whole: boolean): Promise<Look> {
    return verifyLog(table, { keys, now: now(), anchor, whole });
  }

  /** The newest anchor, held against as many before it as asked for. */
  async function trail(length: number): Promise<Trail> {
    const found = await anchors.newest(length);
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

  /** What can be said without the anchors, which are at fault themselves. */
  async function without({ newest, fault }: Trail): Promise<AuditVerification> {
    const isShort = newest !== null && newest.entries <= shortLog;
    const nothing = { complete: false, entries: 0, verifiedTo: null, publicKeys };
    const found = isShort ? (await look(null, true)).verification : nothing;
    return { ...found, valid: false, reason: 'reason' in found ? `${fault} ${found.reason}` : `${fault}` };
  }

  async function advance(at: Date, whole: boolean): ReturnType<AuditLog['anchor']> {
    const found = await trail(whole ? Number.POSITIVE_INFINITY : RECENT);
    if (found.fault) return { verification: await without(found), anchor: null };
    const { newest } = found;
    const { verification, ends } = await look(newest, whole);
    const isNew = ends.some(({ chain, seq }) => seq > (newest?.chains[chain]?.seq ?? 0));
    if (!verification.valid || !(isNew || (whole && newest))) return { verification, anchor: null };
    const anchor = nextAnchor(newest, ends, { at: at.toISOString(), whole }, keys.signing);
    // Another instance may have been faster; its anchor says the same.
    return { verification, anchor: (await anchors.add(anchor)) ? anchor : null };
  }

  return {
    publicKeys,

    async verify() {
      const found = await trail(RECENT);
      if (found.fault) return without(found);
      const { newest } = found;
      const whole = newest === null || newest.entries <= shortLog;
      return (await look(newest, whole)).verification;
    },

    async anchor(at) {
      const last = (await anchors.newest(1))[0];
      const isFirst = last === undefined;
      const isDue = isFirst || (last !== null && at.getTime() - Date.parse(last.wholeAt) >= WHOLE_EVERY_MS);
      // What is new is anchored first: it must not wait for a long look at all that is old.
      const recent = await advance(at, isFirst);
      if (isFirst || !isDue || !recent.verification.valid) return recent;
      const whole = await advance(at, true);
      return { ...whole, anchor: whole.anchor ?? recent.anchor };
    },

    async newestAnchor() {
      return (await anchors.newest(1))[0] ?? null;
    },
  };
}

interface Trail {
  readonly newest: Anchor | null;
  /** A sentence, or null. */
  readonly fault: string | null;
}

/** How many anchors are held against each other when not all are. */
const RECENT = 10;
const WHOLE_EVERY_MS = 24 * 60 * 60 * 1000;
