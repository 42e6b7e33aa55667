/**
 * The audit log: a set of chains of signed entries. An entry's hash covers everything in it and the hash before it; the
 * signature (Ed25519) covers the hash. So an edited, deleted, reordered or inserted entry shows.
 */
import { createHash } from 'node:crypto';
import { type Change, canonicalJson, sortChanges } from './change.ts';
import type { Caller } from './event.ts';
import { wellFormed } from './json.ts';
import type { Reason } from './reasons.ts';
import type { ResourceView } from './resource.ts';
import { type AuditKey, type PublicKey, type Seal, seal, sealFault } from './seal.ts';
import type { Mode } from './settings.ts';

export { type AuditKey, type AuditKeys, parseAuditKeys, publicKeyText } from './seal.ts';

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

/** A fact that waits in a row to be recorded, signed by whoever saw it happen: a row that others can write proves nothing. */
export type SealedFact = AuditFact & Seal;

/** What makes something an entry of a chain. */
export interface Link extends Seal {
  readonly chain: string;
  readonly seq: number;
  readonly prevHash: string;
}

export interface AuditEntry extends AuditFact, Link {}

/** The end of a chain: what the next entry continues. `seq` 0 and the empty hash mean that there is none yet. */
export interface ChainHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** ISO time of the last entry; times in a chain never go back, so that its order is the order of time. */
  readonly at: string | null;
}

/**
 * The id of a fact: stable for the same fact, so that a crash and a retry record it once. It begins with its subject, such as
 * an approval or an attempt at a write, so that the facts about one subject stand together and one request finds them.
 */
export function factId(subject: string, ...parts: readonly string[]): string {
  return subjectKey(subject) + hexOf(parts.join('\n'), 8);
}

/** What the ids of all facts about a subject begin with. */
export function subjectKey(subject: string): string {
  return hexOf(subject, SUBJECT_LENGTH);
}

/** The same, of a fact. */
export function subjectOf(factId: string): string {
  return factId.slice(0, SUBJECT_LENGTH);
}

const SUBJECT_LENGTH = 24;

function hexOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** Whether an entry is this fact, though another look may have told it in other words or at another time. */
export function isSameFact(fact: AuditFact, entry: AuditFact): boolean {
  return saidBy(fact) === saidBy(entry);
}

function saidBy({ kind, resource, rule, operationId, approvalId, actor, changes, reasons }: AuditFact): string {
  const about = { kind, resource: resource?.id.toLowerCase() ?? null, rule, operationId, approvalId };
  const digests = reasons.filter(({ code }) => code === 'digest');
  return canonicalJson(wellFormed({ ...about, by: actor.objectId ?? null, changes: sortChanges(changes), digests }));
}

/** The chain of a resource: all entries about it are on one chain, in order. */
export function chainOf(key: string, chains: number): string {
  const number = Number.parseInt(createHash('sha256').update(key).digest('hex').slice(0, 8), 16) % chains;
  return String(number).padStart(2, '0');
}

/** The names of so many chains. */
export function chainNames(chains: number): string[] {
  return Array.from({ length: chains }, (_, number) => String(number).padStart(2, '0'));
}

/** Continues a chain with a fact, in text that every program can verify. */
export function chainEntry(fact: AuditFact, head: ChainHead, key: AuditKey): AuditEntry {
  const content = {
    ...wellFormed(fact),
    at: head.at !== null && head.at > fact.at ? head.at : fact.at,
    chain: head.chain,
    seq: head.seq + 1,
    prevHash: head.hash,
  };
  return seal(content, key);
}

export function headAfter(entry: AuditEntry): ChainHead {
  return { chain: entry.chain, seq: entry.seq, hash: entry.hash, at: entry.at };
}

/** What is wrong with an entry that should follow `before`, or null when it is whole. */
export function faultOf(entry: Link, before: ChainHead, keys: readonly PublicKey[]): string | null {
  if (entry.chain !== before.chain) return `it belongs to chain ${entry.chain}`;
  if (entry.seq !== before.seq + 1) return `entry ${before.seq + 1} of chain ${before.chain} is not there`;
  if (entry.prevHash !== before.hash) return 'it does not continue the entry before it';
  return sealFault(entry, keys);
}

export function emptyHead(chain: string): ChainHead {
  return { chain, seq: 0, hash: '', at: null };
}
