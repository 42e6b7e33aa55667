/**
 * The audit log: a set of chains of signed entries. An entry's hash covers everything in it and the hash before it; the
 * signature (Ed25519) covers the hash. So an edited, deleted, reordered or inserted entry shows.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type Change, canonicalJson } from './change.ts';
import type { Caller } from './event.ts';
import type { Reason } from './reasons.ts';
import type { ResourceView } from './resource.ts';
import type { Mode } from './settings.ts';

export const AUDIT_KINDS = [
  ...(['fix', 'rollback'] as const).flatMap(
    (purpose) =>
      [
        `${purpose}.intended`,
        `${purpose}.applied`,
        `${purpose}.failed`,
        `${purpose}.blocked`,
        `${purpose}.unknown`,
      ] as const,
  ),
  'approval.requested',
  'approval.approved',
  'approval.rejected',
  'approval.expired',
  'approval.superseded',
  'approval.cleared',
  'settings.changed',
  'exemption.created',
  'exemption.ended',
  'exemption.removed',
  'service.stopped',
  'service.resumed',
  'audit.reviewed',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

export interface Trigger {
  readonly type: 'event' | 'sweep' | 'scan' | 'decision';
  readonly eventId?: string;
  readonly operation?: string;
  readonly changedBy?: Caller;
  readonly correlationId?: string;
}

export interface Actor {
  readonly type: 'service' | 'user' | 'app';
  readonly objectId?: string;
  readonly name?: string;
}

export interface ArmAnswer {
  readonly requestId?: string;
  readonly correlationId?: string;
  readonly status?: number;
}

/**
 * One fact, before it is chained. `id` is derived from what the fact is about, so that recording it twice records it once.
 */
export interface AuditFact {
  readonly id: string;
  readonly at: string;
  readonly kind: AuditKind;
  readonly resource: ResourceView | null;
  readonly rule: string | null;
  readonly mode: Mode | null;
  readonly operationId: string | null;
  readonly approvalId: string | null;
  readonly actor: Actor;
  readonly trigger: Trigger | null;
  readonly changes: readonly Change[];
  readonly alsoMoved: readonly Change[];
  readonly reasons: readonly Reason[];
  readonly arm: ArmAnswer | null;
  readonly message: string;
}

export interface AuditEntry extends AuditFact {
  readonly chain: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly keyId: string;
  readonly signature: string;
}

/** The end of a chain: what the next entry continues. `seq` 0 and the empty hash mean that there is none yet. */
export interface ChainHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** ISO time of the last entry; times in a chain never go back, so that its order is the order of time. */
  readonly at: string | null;
}

export interface AuditKeys {
  /** The key that signs new entries. */
  readonly signing: AuditKey;
  /** Every key that verifies, the signing one included. */
  readonly all: readonly AuditKey[];
}

export interface AuditKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The id of a fact: stable for the same fact, so that a crash and a retry record it once. */
export function factId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

/** The chain of a resource: all entries about it are on one chain, in order. */
export function chainOf(key: string, chains: number): string {
  const number = Number.parseInt(createHash('sha256').update(key).digest('hex').slice(0, 8), 16) % chains;
  return String(number).padStart(2, '0');
}

/** Continues a chain with a fact. */
export function chainEntry(fact: AuditFact, head: ChainHead, key: AuditKey): AuditEntry {
  const unsigned = {
    ...fact,
    at: head.at !== null && head.at > fact.at ? head.at : fact.at,
    chain: head.chain,
    seq: head.seq + 1,
    prevHash: head.hash,
    keyId: key.id,
  };
  const hash = hashOf(unsigned);
  return { ...unsigned, hash, signature: sign(null, Buffer.from(hash), key.privateKey).toString('base64') };
}

export function headAfter(entry: AuditEntry): ChainHead {
  return { chain: entry.chain, seq: entry.seq, hash: entry.hash, at: entry.at };
}

/** What is wrong with an entry that should follow `before`, or null when it is whole. */
export function faultOf(entry: AuditEntry, before: ChainHead, keys: readonly AuditKey[]): string | null {
  const { hash, signature, ...unsigned } = entry;
  const key = keys.find(({ id }) => id === entry.keyId);
  if (entry.chain !== before.chain) return `it belongs to chain ${entry.chain}`;
  if (entry.seq !== before.seq + 1) return `entry ${before.seq + 1} of chain ${before.chain} is not there`;
  if (entry.prevHash !== before.hash) return 'it does not continue the entry before it';
  if (hashOf(unsigned) !== hash) return 'its content does not match its hash';
  if (!key) return `it names the key '${entry.keyId}', which is not known`;
  const bytes = Buffer.from(signature, 'base64');
  // Base64 has several texts for the same bytes; only ours is the one that was written.
  if (bytes.toString('base64') !== signature || !verify(null, Buffer.from(hash), key.publicKey, bytes)) {
    return 'its signature does not match';
  }
  return null;
}

export function emptyHead(chain: string): ChainHead {
  return { chain, seq: 0, hash: '', at: null };
}

/**
 * The keys of `kid:seed[,kid:seed…]`; a bare seed is `k1`. Seeds are 32 bytes in base64.
 * Throws an Error that says what the setting should be, and never repeats it.
 */
export function parseAuditKeys(text: string): AuditKeys {
  const all = text.split(',').map((part) => {
    const [first = '', second] = part.trim().split(':');
    const [id, seed] = second === undefined ? ['k1', first] : [first, second];
    const bytes = Buffer.from(seed, 'base64');
    if (
      !/^[\w.-]{1,32}$/.test(id) ||
      bytes.length !== 32 ||
      bytes.toString('base64').replace(/=+$/, '') !== seed.replace(/=+$/, '')
    ) {
      throw new Error('must be kid:seed[,kid:seed…] where each seed is 32 bytes in base64');
    }
    return keyFrom(id, bytes);
  });
  const [signing] = all;
  if (!signing || new Set(all.map(({ id }) => id)).size !== all.length) throw new Error('must name each key once');
  return { signing, all };
}

/** The raw 32 bytes of a public key in base64, as auditors get it. */
export function publicKeyText({ publicKey }: AuditKey): string {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

/** A seed becomes an Ed25519 key through its PKCS #8 form (RFC 8410), whose prefix is fixed. */
function keyFrom(id: string, seed: Buffer): AuditKey {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { id, privateKey, publicKey: createPublicKey(privateKey) };
}

function hashOf(unsigned: Omit<AuditEntry, 'hash' | 'signature'>): string {
  return createHash('sha256').update(canonicalJson(unsigned)).digest('hex');
}
