/** What the console and scripts ask again and again: revisions of what is stored, and its history. */
import * as z from 'zod';
import { MODES } from '../../domain/resources/reasons.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { type StoredSettings, storedSettings } from './settings.ts';

/** The kinds with a revision of their own. The settings have the number of their changes. */
export const REVISED = ['approvals', 'audit', 'deadLetters', 'exemptions', 'findings', 'scans'] as const;
export type Revised = (typeof REVISED)[number];

export interface StoredRevisions {
  readonly settings: StoredSettings | null;
  /** 0 until something of the kind has changed. Another number means that something may have changed. */
  readonly revisions: Readonly<Record<Revised, number>>;
  readonly approvals: { readonly pending: number; readonly oldestAt: string | null };
  readonly deadLetters: number;
  readonly runningScans: number;
}

const revision = z.int().nonnegative();

/** What is in force and what waits, for clients that ask again and again. */
export const serviceState = z.strictObject({
  mode: z.enum(MODES).describe('Of the settings; a scope may have another'),
  stopped: z
    .strictObject({
      reason: z.string(),
      at: storedSettings.shape.stoppedAt,
      by: storedSettings.shape.stoppedBy,
    })
    .nullable(),
  settingsRevision: revision.describe('The number of changes of the settings, as in their ETag'),
  approvals: z.strictObject({ pending: z.int(), oldestAt: time.nullable() }),
  deadLetters: z.int(),
  scans: z.strictObject({ running: z.int() }),
  revisions: z
    .strictObject({
      approvals: revision,
      audit: revision,
      deadLetters: revision,
      exemptions: revision,
      findings: revision,
      scans: revision,
      settings: revision,
    })
    .describe('A number that differs from the last one: fetch this kind again. The numbers have no other meaning'),
});
export type ServiceState = Infer<typeof serviceState>;

/**
 * A revision for each kind of what is stored. Whoever changes something notes it in memory, and `flush` stores it, at most
 * once a second and process. So a change is visible after a second or two.
 */
export interface Revisions {
  /** Two requests at most, once housekeeping has run; one while no approval changes. Throws StorageUnavailable. */
  read(): Promise<StoredRevisions>;
  /** Called after each piece of work. One request when something changed, else none. Throws nothing. */
  flush(): Promise<void>;
  /**
   * Gives another revision to each kind that is not as it was at the last call, because a process may have ended before it
   * stored a revision. Returns these kinds. A bounded number of requests.
   */
  heal(): Promise<readonly Revised[]>;
}
