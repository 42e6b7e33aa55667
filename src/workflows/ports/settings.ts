/** The stores of settings and exemptions. */
import * as z from 'zod';
import type { EndedExemption, Exemption, ExemptionFilter } from '../../domain/approvals/exemption.ts';
import { outboxAbout } from '../../domain/audit/audit.ts';
import { actor, person } from '../../domain/resources/principal.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { rolloutStart } from '../../domain/rules/rollout-starts.ts';
import { settingsSchema } from '../../domain/rules/settings.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

/** The roll-outs that a change of the settings starts. They hold what they hold from the moment that the change is stored. */
export const changeOfRollouts = z.strictObject({
  revision: z.int(),
  at: time,
  by: actor,
  starts: z.array(rolloutStart),
});
export type ChangeOfRollouts = Infer<typeof changeOfRollouts>;

export const storedSettings = z.strictObject({
  settings: settingsSchema,
  /** The number of changes; 0 when nothing is stored. */
  revision: z.int(),
  stoppedAt: time.nullable(),
  stoppedBy: person.nullable(),
  /** The audit records of the last change. */
  records: outboxAbout('settings', 'service'),
  /** The changes whose roll-outs have no rows yet, where the settings have stages, or had them and not all is released. */
  rollouts: z.array(changeOfRollouts).exactOptional(),
  /** The ids of the rules that this row knows, where the settings have stages: another one begins with a roll-out. */
  knownRules: z.array(z.string()).exactOptional(),
});
export type StoredSettings = Infer<typeof storedSettings>;

/** A stop that is in force, and who ordered it. */
export const stopInForce = z.strictObject({
  reason: z.string(),
  at: storedSettings.shape.stoppedAt,
  by: storedSettings.shape.stoppedBy,
});
export type StopInForce = Infer<typeof stopInForce>;

export interface SettingsStore {
  /** Always reads from the store. */
  load(): Promise<Versioned<StoredSettings> | null>;
  /** May be some seconds old, unless this process has loaded or saved them since. */
  loadRecent(): Promise<StoredSettings | null>;
  save(stored: StoredSettings, version: string | null): Promise<string>;
}

export interface Exemptions {
  get(id: string): Promise<Versioned<Exemption> | null>;
  /** An id that sorts newest first. */
  newId(now: Date): string;
  /** Saves under the loaded version (null: it is new). Throws ConflictError when another instance saved first. */
  save(exemption: Exemption, version: string | null): Promise<string>;
  remove(id: string): Promise<void>;
  /** The exemptions with this resource in their scope, in force or not. Always read from the store. */
  listForResource(resource: Resource): Promise<Exemption[]>;
  /** The same, but it may be some seconds old, unless this process has listed or changed them since. */
  listRecentForResource(resource: Resource): Promise<Exemption[]>;
  list(page: PageRequest): Promise<Page<Exemption>>;
  /**
   * Those in force at a time that match, by at most two requests. Without `sort` newest first, in pages that may be short. Throws
   * TooManyToSort.
   */
  search(search: ExemptionSearch, page: PageRequest, now: Date): Promise<FoundPage<Exemption>>;
  /** The same of those that have ended, without `sort` by their end, the latest first. */
  searchEnded(search: ExemptionSearch, page: PageRequest): Promise<FoundPage<EndedExemption>>;
  /** Keeps an exemption that has ended for the list, apart from those that decisions read. */
  archive(ended: EndedExemption): Promise<void>;
  /** Removes some of those that ended before a time. */
  removeEnded(before: Date): Promise<void>;
}

export const EXEMPTION_SORTS = ['created', '-created', 'expires', '-expires'] as const;

export interface ExemptionSearch extends ExemptionFilter {
  readonly sort?: (typeof EXEMPTION_SORTS)[number];
}

/** `total`: how many match, where all were looked at. */
export interface FoundPage<T> extends Page<T> {
  readonly total?: number;
}

/** There are more than can be put in this order. */
export class TooManyToSort extends Error {
  override readonly name = 'TooManyToSort';
}
