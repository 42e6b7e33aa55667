/** What previews read, and the previews that are made in the background. */
import * as z from 'zod';
import { exemption } from '../../domain/approvals/exemption.ts';
import type { Finding } from '../../domain/decisions/finding.ts';
import { type PreviewItem, previewTotals } from '../../domain/decisions/preview.ts';
import { type Infer, time } from '../../domain/resources/schema.ts';
import { settingsSchema } from '../../domain/rules/settings.ts';
import type { Page, PageRequest, Versioned } from './storage.ts';

export const exemptionToPreview = exemption.pick({
  scope: true,
  rule: true,
  owner: true,
  reason: true,
  ticket: true,
  expires: true,
});

/** What is to be previewed. */
export const previewRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('settings'), settings: settingsSchema }),
  z.strictObject({ kind: z.literal('exemptions'), exemptions: z.array(exemptionToPreview) }),
]);
export type PreviewRequest = Infer<typeof previewRequest>;

export const previewSummary = previewTotals.extend({
  covered: z.int().exactOptional().describe('Of exemptions: the violations that they cover, exempt already or not'),
});
export type PreviewSummary = Infer<typeof previewSummary>;

export const storedPreview = z.strictObject({
  id: z.string(),
  request: previewRequest,
  createdAt: time,
  /** Null until it is made. */
  result: z
    .strictObject({ summary: previewSummary, items: z.int(), revision: z.int().describe('Of the settings in force') })
    .nullable(),
});
export type StoredPreview = Infer<typeof storedPreview>;

/** The findings that a preview judges. */
export interface PreviewQuery {
  /** Null: everywhere. */
  readonly scope: string | null;
  /** Only findings of these rules; null: of every rule. */
  readonly rules: readonly string[] | null;
  /** The rules of which all findings are needed, not only those that are violations, unknown or old. */
  readonly whole: readonly string[];
  /** Also findings that were evaluated before this time (ISO), whatever they say. */
  readonly before: string;
}

export interface Previews {
  /** The findings that match. It may contain others. */
  listFindings(query: PreviewQuery, page: PageRequest): Promise<Page<Finding>>;
  /** The ids of resources with findings below a scope, with the rules of their findings, in no order. */
  listEvaluated(scope: string | null, page: PageRequest): Promise<Page<EvaluatedResource>>;
  /** An id that sorts newest first. */
  newId(now: Date): string;
  get(id: string): Promise<Versioned<StoredPreview> | null>;
  /** Saves under the loaded version (null: it is new). Throws ConflictError when another instance saved first. */
  save(preview: StoredPreview, version: string | null): Promise<string>;
  /** Stores some items, the first of which has this number. Storing them twice changes nothing. */
  saveItems(id: string, first: number, items: readonly PreviewItem[]): Promise<void>;
  /** So many items from this number on. Fewer when they are not stored. */
  readItems(id: string, first: number, limit: number): Promise<PreviewItem[]>;
  /** Removes the previews that were begun before this time. */
  removeBefore(at: Date): Promise<void>;
}

/** `saveItems` takes this many items at a time, but for the last ones. */
export const ITEMS_PER_ROW = 50;

export interface EvaluatedResource {
  readonly resource: string;
  readonly rules: readonly string[];
}
