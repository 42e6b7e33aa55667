/** The stores of settings and exemptions. */
import type { Person } from '../../domain/approvals/approval.ts';
import type { Exemption } from '../../domain/approvals/exemption.ts';
import type { SealedRecord } from '../../domain/audit/audit.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { Settings } from '../../domain/rules/settings.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

export interface StoredSettings {
  readonly settings: Settings;
  /** The number of changes; 0 when nothing is stored. */
  readonly revision: number;
  readonly stoppedAt: string | null;
  readonly stoppedBy: Person | null;
  /** The audit records of the last change, stored with it so that a crash cannot lose them. */
  readonly records: readonly SealedRecord[];
}

export interface SettingsStore {
  /** Always reads from the store. */
  load(): Promise<Versioned<StoredSettings> | null>;
  save(stored: StoredSettings, version: string | null): Promise<string>;
}

export interface Exemptions {
  get(id: string): Promise<Versioned<Exemption> | null>;
  /** An id that sorts newest first. */
  newId(now: Date): string;
  /** Saves under the loaded version (null: it is new). Throws ConflictError when another instance saved first. */
  save(exemption: Exemption, version: string | null): Promise<string>;
  remove(id: string): Promise<void>;
  /** The exemptions with this resource in their scope, in force or not. */
  listForResource(resource: Resource): Promise<Exemption[]>;
  list(page: PageRequest): Promise<Page<Exemption>>;
}
