/** The progress of scans: each resource counts once. */
import type { Scans } from '../../../src/workflows/ports/findings.ts';

export interface StoredScan {
  readonly scope: string;
  readonly found: Set<string>;
  readonly evaluated: Set<string>;
  listed: boolean;
}

export function fakeScans(stored: Map<string, StoredScan>): Scans {
  const scanOf = (id: string) => {
    const scan = stored.get(id);
    if (!scan) throw new Error(`there is no scan ${id}`);
    return scan;
  };
  return {
    begin: async (id, scope) => {
      stored.set(id, { found: new Set(), evaluated: new Set(), listed: false, ...stored.get(id), scope });
    },
    addFound: async (id, resources) => {
      for (const one of resources) scanOf(id).found.add(one.toLowerCase());
    },
    markListed: async (id) => {
      scanOf(id).listed = true;
    },
    markEvaluated: async (id, resource) => {
      scanOf(id).evaluated.add(resource.toLowerCase());
    },
    keysNotFound: async (id, keys) => {
      const missing: string[] = [];
      for await (const page of keys) missing.push(...page.filter((key) => !scanOf(id).found.has(key)));
      return missing;
    },
    get: async (id) => {
      const scan = stored.get(id);
      if (!scan) return null;
      const [found, evaluated] = [scan.found.size, scan.evaluated.size];
      const status = scan.listed && evaluated >= found ? 'done' : 'running';
      return { id, scope: scan.scope, status, found, evaluated };
    },
  };
}
