/** The audit log, as the workflows need it. */
import * as z from 'zod';
import type { Anchor } from '../../domain/audit/anchor.ts';
import { AUDIT_KINDS, type AuditEntry, type AuditRecord } from '../../domain/audit/audit.ts';
import type { Seal } from '../../domain/audit/seal.ts';
import { resourceScope } from '../../domain/resources/resource.ts';
import { type Infer, id, time, timestamp } from '../../domain/resources/schema.ts';
import type { Page, PageRequest } from './storage.ts';

export interface AuditLog {
  /**
   * Appends records in order, each once by its id. Returns the entries, including those that exist already. Throws
   * RecordConflict when another record has the id, StorageUnavailable when a chain does not end as signed, and an
   * Error for a time in the future. `receipts`: when events were received, by their ids; it times the fixes that they
   * led to.
   */
  append(records: readonly AuditRecord[], receipts?: ReadonlyMap<string, string>): Promise<AuditEntry[]>;
  /** Null when there is none with a valid signature. */
  get(id: string): Promise<AuditEntry | null>;
  /** Whether the log itself contains this entry: `get` returns a copy from an index. */
  contains(entry: AuditEntry): Promise<boolean>;
  /** The entries of a subject (see recordId) with valid signatures; one request. */
  listBySubject(subject: string): Promise<AuditEntry[]>;
  /** Uses an index: the first page is full when enough entries match, in a log of any length. */
  list(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** The same from the verified entries alone. Rare matches take long to find. */
  scan(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Updates the index up to the ends of the chains. */
  updateIndex(): Promise<void>;
  /** Verifies from the newest anchor to the ends; a short log from its first entry. */
  verify(): Promise<AuditVerification>;
  /**
   * Verifies what is due and anchors it. There is a new anchor when all of it is valid and something is new, else
   * null. Once a day every entry is verified.
   */
  verifyAndAnchor(now: Date): Promise<{ readonly verification: AuditVerification; readonly anchor: Anchor | null }>;
  latestAnchor(): Promise<Anchor | null>;
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

/** The filters of the log, as requests give them. */
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
export type AuditQuery = Infer<typeof auditQuery>;

export const auditVerification = z
  .strictObject({
    valid: z.boolean(),
    complete: z.boolean().describe('Whether every entry was verified'),
    entries: z.int(),
    verifiedTo: time.nullable().describe('The time of the last entry that was verified'),
    publicKeys: z.array(z.strictObject({ keyId: z.string(), publicKey: z.string() })),
    firstBad: z.strictObject({ chain: z.string(), seq: z.int(), id: z.string().nullable() }).exactOptional(),
    reason: z.string().exactOptional(),
  })
  .meta({ id: 'AuditVerification' });
export type AuditVerification = Infer<typeof auditVerification>;
