/**
 * The audit log is a set of chains of signed entries. The hash of an entry covers its content and the hash before it.
 * The signature (Ed25519) covers the hash. So an edited, deleted, reordered or inserted entry is detected.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson, change, sortChanges } from '../changes/change.ts';
import { wellFormed } from '../resources/json.ts';
import { actor, caller } from '../resources/principal.ts';
import { MODES, reason } from '../resources/reasons.ts';
import { resourceView } from '../resources/resource.ts';
import { type Infer, time } from '../resources/schema.ts';
import { type AuditKey, type PublicKey, seal, sealFault, sealSchema } from './seal.ts';

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
  'rollout.started',
  'rollout.stopped',
  'rollout.continued',
  'rollout.ended',
  'service.stopped',
  'service.resumed',
  'audit.reviewed',
  'health.worse',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** What led to an entry. */
export const trigger = z
  .strictObject({
    type: z.enum(['event', 'sweep', 'scan', 'decision']),
    eventId: z.string().exactOptional(),
    operation: z.string().exactOptional(),
    changedBy: caller.exactOptional(),
    correlationId: z.string().exactOptional(),
  })
  .meta({ id: 'Trigger' });
export type Trigger = Infer<typeof trigger>;

export const armResponse = z.strictObject({
  requestId: z.string().exactOptional(),
  correlationId: z.string().exactOptional(),
  status: z.int().exactOptional(),
});
export type ArmResponse = Infer<typeof armResponse>;

/**
 * An audit record before it is chained. `id` is derived from its subject, so recording it twice adds one entry.
 * A signature covers every member that is there. So a member that is added later must be `exactOptional`: the entries
 * that a log has without it stay valid.
 */
export const auditRecord = z.strictObject({
  id: z.string(),
  at: time,
  kind: z.enum(AUDIT_KINDS),
  resource: resourceView.nullable(),
  rule: z.string().nullable(),
  mode: z.enum(MODES).nullable(),
  operationId: z.string().nullable(),
  approvalId: z.string().nullable(),
  actor,
  trigger: trigger.nullable(),
  changes: z.array(change),
  alsoMoved: z.array(change),
  reasons: z.array(reason),
  arm: armResponse.nullable(),
  message: z.string(),
});
export type AuditRecord = Infer<typeof auditRecord>;

/**
 * A record that waits in a row, signed by the instance that made it. The row itself proves nothing, because others can
 * write it.
 */
export const sealedRecord = auditRecord.extend(sealSchema.shape);
export type SealedRecord = Infer<typeof sealedRecord>;

/**
 * The records of a row that are not in the log yet. They are stored in the row, so that a crash cannot lose them. Only
 * kinds about such a row are valid, so that an attacker cannot add other records.
 */
export function outboxAbout(...subjects: readonly string[]) {
  return z.array(
    sealedRecord.refine(
      ({ kind }) => subjects.some((subject) => kind.startsWith(`${subject}.`)),
      'is no record about such a row',
    ),
  );
}

/** The fields that make a record an entry of a chain. */
export const chainLink = z.strictObject({
  chain: z.string(),
  seq: z.int().positive(),
  prevHash: z.string(),
  ...sealSchema.shape,
});
export type ChainLink = Infer<typeof chainLink>;

/** An entry is answered exactly as it was signed, with nulls, so that everybody can compute its hash. */
export const auditEntry = auditRecord.extend(chainLink.shape).meta({ id: 'AuditEntry' });
export type AuditEntry = Infer<typeof auditEntry>;

/** The end of a chain, which the next entry continues. `seq` 0 and an empty hash mean that there is no entry yet. */
export const chainHead = z.strictObject({
  chain: z.string(),
  seq: z.int(),
  hash: z.string(),
  /** The time of the last entry. Times in a chain never go back, so its order is the order of time. */
  at: time.nullable(),
});
export type ChainHead = Infer<typeof chainHead>;

/**
 * The id of a record. It is the same after a crash and a retry, so the record is added once. It begins with the key of
 * its subject, for example an approval or an attempt, so one request finds all records of a subject.
 */
export function recordId(subject: string, ...parts: readonly string[]): string {
  return subjectKey(subject) + hexOf(parts.join('\n'), 8);
}

/** The prefix of the ids of all records of a subject. */
export function subjectKey(subject: string): string {
  return hexOf(subject, SUBJECT_LENGTH);
}

/** The subject key in the id of a record. */
export function subjectKeyOf(id: string): string {
  return id.slice(0, SUBJECT_LENGTH);
}

const SUBJECT_LENGTH = 24;

function hexOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** Whether an entry is this record. Text and time may differ when another reconcile recorded it. */
export function isSameRecord(record: AuditRecord, entry: AuditRecord): boolean {
  return identityOf(record) === identityOf(entry);
}

function identityOf({ kind, resource, rule, operationId, approvalId, actor, changes, reasons }: AuditRecord): string {
  const about = { kind, resource: resource?.id.toLowerCase() ?? null, rule, operationId, approvalId };
  const digests = reasons.filter(({ code }) => code === 'digest');
  return canonicalJson(wellFormed({ ...about, by: actor.objectId ?? null, changes: sortChanges(changes), digests }));
}

/** The chain of a resource. All its entries are on one chain, in order. */
export function chainOf(key: string, chains: number): string {
  const number = Number.parseInt(createHash('sha256').update(key).digest('hex').slice(0, 8), 16) % chains;
  return String(number).padStart(2, '0');
}

/** The names of this number of chains. */
export function chainNames(chains: number): string[] {
  return Array.from({ length: chains }, (_, number) => String(number).padStart(2, '0'));
}

/** Appends a record to a chain, as text that every program can verify. */
export function chainEntry(record: AuditRecord, head: ChainHead, key: AuditKey): AuditEntry {
  const content = {
    ...wellFormed(record),
    at: head.at !== null && head.at > record.at ? head.at : record.at,
    chain: head.chain,
    seq: head.seq + 1,
    prevHash: head.hash,
  };
  return seal(content, key);
}

export function headAfter(entry: AuditEntry): ChainHead {
  return { chain: entry.chain, seq: entry.seq, hash: entry.hash, at: entry.at };
}

/** What is wrong with an entry after `before`; null when it is valid. */
export function chainFault(entry: ChainLink, before: ChainHead, keys: readonly PublicKey[]): string | null {
  if (entry.chain !== before.chain) return `it belongs to chain ${entry.chain}`;
  if (entry.seq !== before.seq + 1) return `entry ${before.seq + 1} of chain ${before.chain} is not there`;
  if (entry.prevHash !== before.hash) return 'it does not continue the entry before it';
  return sealFault(entry, keys);
}

export function emptyHead(chain: string): ChainHead {
  return { chain, seq: 0, hash: '', at: null };
}

/** Whether a text is a part of the message, the rule, the id of the resource or the name of the actor; without case. */
export function hasText({ message, rule, resource, actor }: AuditRecord, text: string): boolean {
  return [message, rule, resource?.id, actor.name].some((one) => one?.toLowerCase().includes(text.toLowerCase()));
}

/** Whether a text is a part of the name of the actor, or the object id; without case. */
export function isByActor({ actor }: AuditRecord, text: string): boolean {
  const wanted = text.toLowerCase();
  return actor.objectId?.toLowerCase() === wanted || (actor.name?.toLowerCase().includes(wanted) ?? false);
}
