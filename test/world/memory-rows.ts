/** Rows under versions: who saves under an old one is told so. What comes out is a copy, as from any store. */
import type { Approval } from '../../src/domain/approval.ts';
import type { ApprovalHead } from '../../src/domain/approval-group.ts';
import { isWithin } from '../../src/domain/resource.ts';
import {
  type ApprovalQuery,
  type Approvals,
  type Memories,
  type Page,
  type PageRequest,
  type ResourceMemory,
  type SettingsStore,
  StaleVersion,
  type StoredSettings,
} from '../../src/workflows/ports.ts';

export interface Row<T> {
  readonly value: T;
  readonly version: number;
}

export function memoryApprovals(rows: Map<string, Row<Approval>>): Approvals {
  const claims = new Map<string, string>();
  let made = 0;
  return {
    newId: (now) => {
      made += 1;
      return `approval-${now.getTime()}-${made}`;
    },
    claim: async (thing, id) => {
      const claimed = claims.get(thing) ?? id;
      claims.set(thing, claimed);
      return claimed;
    },
    get: async (id) => versioned(rows.get(id)),
    save: async (approval, version) => {
      const saved = next(rows.get(approval.id), approval, version);
      rows.set(approval.id, saved);
      return String(saved.version);
    },
    list: async (query, page) => pageOf(matching(rows, query).reverse(), page),
    heads: async (query) => ({ heads: matching(rows, query).map(headOf), complete: true }),
  };
}

function matching(rows: Map<string, Row<Approval>>, { status, resource, rule }: ApprovalQuery): Approval[] {
  return [...rows.values()]
    .map(({ value }) => value)
    .filter(
      (one) =>
        fits(status, one.status) &&
        fits(rule, one.rule.id) &&
        (resource === undefined || isWithin(one.resource.id, resource)),
    );
}

/** The values alone are kept in the map that tests see; a value that was put there by hand has version 1. */
export function memoryMemories(values: Map<string, ResourceMemory>): Memories {
  const versions = new Map<string, number>();
  const rowOf = (key: string) => {
    const value = values.get(key);
    return value && { value, version: versions.get(key) ?? 1 };
  };
  return {
    load: async ({ key }) => versioned(rowOf(key)),
    save: async ({ key }, memory, version) => {
      const saved = next(rowOf(key), memory, version);
      values.set(key, saved.value);
      versions.set(key, saved.version);
      return String(saved.version);
    },
  };
}

export function memorySettings(place: { settings: Row<StoredSettings> | null }): SettingsStore {
  return {
    load: async () => versioned(place.settings ?? undefined),
    save: async (stored, version) => {
      place.settings = next(place.settings ?? undefined, stored, version);
      return String(place.settings.version);
    },
  };
}

/** `after` is the number of items before the page. */
export function pageOf<T>(all: readonly T[], { limit, after }: PageRequest): Page<T> {
  const start = after === null ? 0 : Number(after);
  return {
    items: structuredClone(all.slice(start, start + limit)),
    next: start + limit < all.length ? String(start + limit) : null,
  };
}

export function fits<T>(wanted: T | undefined, found: T | undefined): boolean {
  return wanted === undefined || wanted === found;
}

function versioned<T>(row: Row<T> | undefined): { value: T; version: string } | null {
  return row ? { value: structuredClone(row.value), version: String(row.version) } : null;
}

function next<T>(before: Row<T> | undefined, value: T, version: string | null): Row<T> {
  if ((before ? String(before.version) : null) !== version) throw new StaleVersion('somebody else saved first');
  return { value: structuredClone(value), version: (before?.version ?? 0) + 1 };
}

export function headOf({ rule, resource, requestedAt }: Approval): ApprovalHead {
  return { rule: rule.id, resource: resource.id, requestedAt, impact: rule.impact };
}
