/** The audit log, as the workflows need it. */
import * as z from 'zod';
import type { Anchor } from '../../domain/audit/anchor.ts';
import { AUDIT_KINDS, type AuditEntry, type AuditKind, type AuditRecord } from '../../domain/audit/audit.ts';
import type { Seal } from '../../domain/audit/seal.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { type Infer, id, time, timestamp } from '../../domain/resources/schema.ts';
import type { Page, PageRequest } from './storage.ts';

export interface AuditLog {
  /**
   * Appends records in order, each once by its id. Returns the entries, including those that exist already. Throws
   * RecordConflict when another record has the id, StorageUnavailable when a chain does not end as signed, and an
   * Error for a time in the future. `receipts`: when events were received and approvals requested, by their ids; it
   * times the fixes that they led to, and the decisions.
   */
  append(records: readonly AuditRecord[], receipts?: ReadonlyMap<string, string>): Promise<AuditEntry[]>;
  /** Null when there is none with a valid signature. */
  get(id: string): Promise<AuditEntry | null>;
  /** Whether the log itself contains this entry: `get` returns a copy from an index. */
  contains(entry: AuditEntry): Promise<boolean>;
  /** The entries of a subject (see recordId) with valid signatures; one request. */
  listBySubject(subject: string): Promise<AuditEntry[]>;
  /**
   * Newest first, by at most three requests a page. Uses an index: the first page is full when enough entries match, in
   * a log of any length. Pages may be short when a query has a text, the name of an actor, or three kinds and more
   * without a filter that an index serves: then the entries are searched.
   */
  list(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** The same from the verified entries alone. Rare matches take long to find. */
  scan(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Updates the index up to the ends of the chains. */
  updateIndex(): Promise<void>;
  /** Verifies from the newest anchor to the ends; a short log from its first entry. */
  verify(): Promise<AuditVerification>;
  /**
   * Verifies the entries of a period, from the anchor before it to the anchor after it. Throws PeriodTooLong when there
   * are more than one call can verify.
   */
  verifyPeriod(period: Period): Promise<AuditVerification>;
  /**
   * Verifies what is due and anchors it. There is a new anchor when all of it is valid and something is new, else
   * null. Once a day every entry is verified.
   */
  verifyAndAnchor(now: Date): Promise<{ readonly verification: AuditVerification; readonly anchor: Anchor | null }>;
  latestAnchor(): Promise<Anchor | null>;
  /** The number of the newest anchor, made at this time (ISO) or before if one is given; 0 when there is none. */
  findAnchor(at?: string): Promise<number>;
  /** The anchors from one number to another, both inclusive, by number; null where no anchor can be read. */
  readAnchors(first: number, last: number): Promise<readonly (Anchor | null)[]>;
  /** Seals a statement about the log with the signing key. */
  sign<T extends object>(statement: T): T & Seal;
  /** What is wrong with a seal, as the end of a sentence; null when a known key made it. */
  sealFault(sealed: Seal): string | null;
  readonly publicKeys: AuditVerification['publicKeys'];
}

/** The log has another record with this id. The new record is not in the log and never will be. */
export class RecordConflict extends Error {
  override readonly name = 'RecordConflict';
  /** The entry in the log. */
  readonly entry: AuditEntry;
  constructor(entry: AuditEntry) {
    super(`fact ${entry.id} was not recorded: the log has another one, ${entry.kind} of ${entry.at}, under its id`);
    this.entry = entry;
  }
}

/** A period is too long to be verified at once. */
export class PeriodTooLong extends Error {
  override readonly name = 'PeriodTooLong';
  /** The latest end (ISO) of a period with the same beginning that can be verified; null when there is none. */
  readonly longestTo: string | null;
  constructor(longestTo: string | null) {
    super('the period has too many entries to be verified at once');
    this.longestTo = longestTo;
  }
}

/** Times (ISO): `from` is inclusive, `to` exclusive. */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

/** The filters of the log that take one value. */
export const auditQuery = z.strictObject({
  from: timestamp.exactOptional().describe('Inclusive.'),
  to: timestamp.exactOptional().describe('Exclusive.'),
  resource: resourceScope.exactOptional(),
  rule: id.exactOptional(),
  kind: z.enum(AUDIT_KINDS).exactOptional(),
  actor: id.toLowerCase().exactOptional().describe('An object id.'),
  operationId: id.exactOptional(),
  approval: id.exactOptional(),
});
export interface AuditQuery extends Infer<typeof auditQuery> {
  /** Entries of any of these kinds. */
  readonly kinds?: readonly AuditKind[];
  /** A part of the name of the actor, or a whole object id; without case. */
  readonly actorName?: string;
  /** A part of the message, the rule, the id of the resource or the name of the actor; without case. */
  readonly text?: string;
}

export const auditVerification = z
  .strictObject({
    valid: z.boolean(),
    complete: z.boolean().describe('Whether every entry was verified'),
    entries: z.int(),
    verifiedTo: time.nullable().describe('The time of the last entry that was verified'),
    verifiedFrom: time
      .nullable()
      .exactOptional()
      .describe('Of a period: the anchor that the verification begins at; null when at the first entry'),
    publicKeys: z.array(z.strictObject({ keyId: z.string(), publicKey: z.string() })),
    firstBad: z.strictObject({ chain: z.string(), seq: z.int(), id: z.string().nullable() }).exactOptional(),
    reason: z.string().exactOptional(),
  })
  .meta({ id: 'AuditVerification' });
export type AuditVerification = Infer<typeof auditVerification>;
