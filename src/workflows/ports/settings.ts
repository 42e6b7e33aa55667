/** The stores of settings and exemptions. */
import * as z from 'zod';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import { outboxAbout } from '../../domain/audit/audit.ts';
import { person } from '../../domain/resources/principal.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { settingsSchema } from '../../domain/rules/settings.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

export const storedSettings = z.strictObject({
  settings: settingsSchema,
  /** The number of changes; 0 when nothing is stored. */
  revision: z.int(),
  stoppedAt: time.nullable(),
  stoppedBy: person.nullable(),
  /** The audit records of the last change. */
  records: outboxAbout('settings', 'service'),
});
export type StoredSettings = Infer<typeof storedSettings>;

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
}
