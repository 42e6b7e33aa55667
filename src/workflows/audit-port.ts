/** The audit log as the workflows need it. Part of the ports: see ports.ts. */
import type { Anchor } from '../domain/anchor.ts';
import type { AuditEntry, AuditFact, AuditKind } from '../domain/audit.ts';
import type { Seal } from '../domain/seal.ts';
import type { Page, PageRequest } from './stores.ts';

export interface AuditLog {
  /**
   * Records facts, in order, each once by its id: a fact that is there already is not added again.
   * Returns the entries, those that were there already included. Throws FactConflict when another fact has its id,
   * StorageUnavailable when a chain does not end as we signed it, and an Error for a time ahead of the clock.
   */
  append(facts: readonly AuditFact[]): Promise<AuditEntry[]>;
  /** Null when there is none, or none that is as it was signed. */
  get(id: string): Promise<AuditEntry | null>;
  /** Whether the entry itself is in the log, as it stands here: what `get` gives is a copy of it. */
  holds(entry: AuditEntry): Promise<boolean>;
  /** The entries about a subject (see factId) that are as they were signed; one request. */
  about(subject: string): Promise<AuditEntry[]>;
  /** By an index: a first page is full wherever something matches, in a log of any length. */
  list(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** The same from the entries alone, as they are proved; what matches rarely takes long to find. */
  entries(query: AuditQuery, page: PageRequest): Promise<Page<AuditEntry>>;
  /** Brings the index up to the ends of the chains. */
  index(): Promise<void>;
  /** From the newest anchor to the ends; a short log from its first entry. */
  verify(): Promise<AuditVerification>;
  /**
   * Verifies as far as is due, and anchors what it found: a new anchor when all of it is whole and something is new, else null.
   * Once a day every entry is looked at.
   */
  anchor(now: Date): Promise<{ readonly verification: AuditVerification; readonly anchor: Anchor | null }>;
  newestAnchor(): Promise<Anchor | null>;
  /** Seals a statement about the log with the key that signs entries. */
  sign<T extends object>(statement: T): T & Seal;
  /** What is wrong with the seal of a statement, in words that follow its name; null when a key of ours made it. */
  fault(sealed: Seal): string | null;
  readonly publicKeys: AuditVerification['publicKeys'];
}

/** The log has another fact under this id: what was to be recorded is not in the log, and never will be. */
export class FactConflict extends Error {
  override readonly name = 'FactConflict';
  /** What the log has. */
  readonly entry: AuditEntry;
  constructor(entry: AuditEntry) {
    super(`fact ${entry.id} was not recorded: the log has another one, ${entry.kind} of ${entry.at}, under its id`);
    this.entry = entry;
  }
}

export interface AuditQuery {
  readonly from?: string;
  readonly to?: string;
  readonly resource?: string;
  readonly rule?: string;
  readonly kind?: AuditKind;
  /** An object id. */
  readonly actor?: string;
  readonly operationId?: string;
  readonly approval?: string;
}

export interface AuditVerification {
  readonly valid: boolean;
  /** Whether every entry was looked at. */
  readonly complete: boolean;
  readonly entries: number;
  /** ISO time of the last entry that was verified. */
  readonly verifiedTo: string | null;
  readonly publicKeys: readonly { readonly keyId: string; readonly publicKey: string }[];
  readonly firstBad?: { readonly chain: string; readonly seq: number; readonly id: string | null };
  readonly reason?: string;
}
