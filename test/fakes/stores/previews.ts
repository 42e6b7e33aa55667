/** Previews in the background, and the findings that previews judge. The rows hold no finding that was not asked for. */

import type { Finding } from '../../../src/domain/decisions/finding.ts';
import type { PreviewItem } from '../../../src/domain/decisions/preview.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { PreviewQuery, Previews, StoredPreview } from '../../../src/workflows/ports/previews.ts';
import { copyOf } from '../copy.ts';
import { newestFirst, newestFirstIds, nextRow, pageOf, type Row, versioned } from './rows.ts';

export interface StoredPreviews {
  readonly rows: Map<string, Row<StoredPreview>>;
  /** By preview and number. */
  readonly items: Map<string, Map<number, PreviewItem>>;
}

export function fakePreviews({ rows, items }: StoredPreviews, findings: readonly Finding[]): Previews {
  return {
    listFindings: async (query, page) =>
      pageOf(
        findings.filter((one) => isLike(one, query)),
        ({ since, resource, rule }) => `${newestFirst(since)}-${resource.id.toLowerCase()}-${rule}`,
        page,
      ),
    listEvaluated: async (scope, page) => {
      const rulesOf = new Map<string, string[]>();
      for (const { resource, rule } of findings) {
        const key = resource.id.toLowerCase();
        if (scope === null || isInScope(key, scope)) rulesOf.set(key, [...(rulesOf.get(key) ?? []), rule]);
      }
      const resources = [...rulesOf].map(([resource, rules]) => ({ resource, rules }));
      return pageOf(resources, ({ resource }) => resource, page);
    },
    newId: newestFirstIds('p'),
    get: async (id) => versioned(rows.get(id)),
    save: async (preview, version) => {
      const saved = nextRow(rows.get(preview.id), preview, version);
      rows.set(preview.id, saved);
      return String(saved.version);
    },
    saveItems: async (id, first, saved) => {
      const stored = items.get(id) ?? new Map<number, PreviewItem>();
      items.set(id, stored);
      for (const [index, item] of saved.entries()) stored.set(first + index, copyOf(item));
    },
    readItems: async (id, first, limit) =>
      [...(items.get(id) ?? [])]
        .filter(([number]) => number >= first && number < first + limit)
        .map(([, item]) => copyOf(item)),
    removeBefore: async (at) => {
      for (const [id, { value }] of rows) {
        if (Date.parse(value.createdAt) >= at.getTime()) continue;
        rows.delete(id);
        items.delete(id);
      }
    },
  };
}

function isLike({ resource, rule, verdict, evaluatedAt }: Finding, { scope, rules, whole, before }: PreviewQuery) {
  const isUndecided = verdict === 'violation' || verdict === 'unknown' || evaluatedAt < before;
  const isWanted = rules === null ? isUndecided || whole.includes(rule) : rules.includes(rule);
  return isWanted && (scope === null || isInScope(resource.id, scope));
}
