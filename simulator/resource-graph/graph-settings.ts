// How Resource Graph differs from Resource Manager, as a test wants it.

import { hashOf, modulo } from '../kusto/hash.ts';

/** Rows by their ids, with all below each, and a share of all others, which is the same share every time. */
export interface RowSelector {
  ids?: readonly string[];
  share?: number;
}

export interface GraphSettings {
  /** Maximum rows of a page; default 1000. */
  pageSize: number;
  /** Queries that a caller may send in 5 s; default 15. */
  quota: number;
  /** For how long after a change its row is as it was before; default 0. */
  lagMilliseconds: number;
  /** The same for `appserviceresources`; null: as for the others. */
  configLagMilliseconds: number | null;
  /** Tables that are refused, as `appserviceresources` is in some clouds. */
  refusedTables: readonly string[];
  /** Rows that are not there. */
  missing: RowSelector;
  /** Rows that do not change any more, until they are taken out of here. */
  stale: RowSelector;
  /** Patches over the properties of rows, with names as Resource Manager has them: what a row says wrongly. */
  wrong: readonly { id: string; patch: Record<string, unknown> }[];
  /**
   * Rows are of the newest published version that is no preview and not after this date. How soon Azure follows a new version
   * is unknown. Default 2025-12-31.
   */
  newestVersion: string;
  /** How `appserviceresources` writes names; default `pascal`. */
  propertyCase: 'pascal' | 'camel';
  /** Whether properties that are null are in a row; default `kept`. */
  nulls: 'kept' | 'absent';
  /** How ids write the name of their group; `mixed`: one way or the other. Default `arm`: as the resource has it. */
  groupCase: 'arm' | 'lower' | 'upper' | 'mixed';
}

export type GraphOptions = Partial<GraphSettings>;

export function defaultSettings(): GraphSettings {
  return {
    pageSize: 1000,
    quota: 15,
    lagMilliseconds: 0,
    configLagMilliseconds: null,
    refusedTables: [],
    missing: {},
    stale: {},
    wrong: [],
    newestVersion: '2025-12-31',
    propertyCase: 'pascal',
    nulls: 'kept',
    groupCase: 'arm',
  };
}

/** Whether a row is selected, by its id in lower case; null where none is. `use` makes two selections of a share differ. */
export function selectorOf({ ids = [], share = 0 }: RowSelector, use: string): ((key: string) => boolean) | null {
  if (ids.length === 0 && share === 0) return null;
  const scopes = ids.map((id) => id.toLowerCase());
  return (key) =>
    scopes.some((scope) => key === scope || key.startsWith(`${scope}/`)) ||
    (share > 0 && modulo(hashOf(`${use} ${key}`), 1_000_000) < share * 1_000_000);
}
