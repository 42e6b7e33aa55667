/** The progress of scans: each resource counts once. */
import type { Scan, Scans } from '../../../src/workflows/ports/findings.ts';
import { newestFirstIds, pageOf } from './rows.ts';

export interface StoredScan extends Pick<Scan, 'scope' | 'startedAt' | 'actor' | 'cancelledBy'> {
  readonly found: Set<string>;
  readonly evaluated: Set<string>;
  listed: boolean;
  cancelledBy: Scan['cancelledBy'];
  endedAt: string | null;
}

export function fakeScans(stored: Map<string, StoredScan>, now: () => Date): Scans {
  const scanOf = (id: string) => {
    const scan = stored.get(id);
    if (!scan) throw new Error(`there is no scan ${id}`);
    return scan;
  };
  const statusOf = ({ cancelledBy, listed, found, evaluated }: StoredScan) =>
    cancelledBy !== null ? 'cancelled' : listed && evaluated.size >= found.size ? 'done' : 'running';
  const changed = (scan: StoredScan) => {
    scan.endedAt = statusOf(scan) === 'running' ? null : (scan.endedAt ?? now().toISOString());
  };
  const view = (id: string, { found, evaluated, ...scan }: StoredScan): Scan => ({
    ...scan,
    id,
    status: statusOf({ found, evaluated, ...scan }),
    found: found.size,
    evaluated: evaluated.size,
  });
  const get = (id: string) => {
    const scan = stored.get(id);
    return scan ? view(id, scan) : null;
  };
  return {
    newId: newestFirstIds('s'),
    begin: async ({ id, ...started }) => {
      const nothing = { found: new Set<string>(), evaluated: new Set<string>(), listed: false };
      const scan = { ...nothing, cancelledBy: null, endedAt: null, ...started };
      stored.set(id, scan);
      return view(id, scan);
    },
    addFound: async (id, resources) => {
      for (const one of resources) scanOf(id).found.add(one.toLowerCase());
      changed(scanOf(id));
    },
    markListed: async (id) => {
      scanOf(id).listed = true;
      changed(scanOf(id));
    },
    markEvaluated: async (id, resource) => {
      scanOf(id).evaluated.add(resource.toLowerCase());
      changed(scanOf(id));
    },
    cancel: async (id, by) => {
      const scan = stored.get(id);
      if (scan && statusOf(scan) === 'running') {
        scan.cancelledBy = by;
        changed(scan);
      }
      return get(id);
    },
    isCancelled: async (id) => get(id)?.status === 'cancelled',
    removeBefore: async (at) => {
      for (const [id, { startedAt }] of stored) if ((startedAt ?? '') < at.toISOString()) stored.delete(id);
    },
    keysNotFound: async (id, keys) => {
      const missing: string[] = [];
      for await (const page of keys) missing.push(...page.filter((key) => !scanOf(id).found.has(key)));
      return missing;
    },
    get: async (id) => get(id),
    list: async (statuses, page) =>
      pageOf(
        [...stored].map(([id, scan]) => view(id, scan)).filter(({ status }) => statuses?.includes(status) ?? true),
        ({ id }) => id,
        page,
      ),
  };
}
