/** What there is to sweep: a listing of the small Azure that may lag behind it, the slow queue, and how far scans are. */
import type {
  Clock,
  Estate,
  EstatePage,
  Scans,
  SweepPage,
  SweepQueue,
  WorkMessage,
} from '../../src/workflows/ports.ts';

export interface MemoryEstate extends Estate {
  /** What Resource Graph shows; tests set it, because it need not be what is there. */
  ids: string[];
  /** Rows of a page. */
  pageSize: number;
  /** What is answered instead; undefined leaves it as it is. */
  onList: ((token: string | null) => EstatePage | undefined) | null;
  /** The tokens that were asked with. */
  readonly asked: (string | null)[];
}

export function memoryEstate(): MemoryEstate {
  const estate: MemoryEstate = {
    ids: [],
    pageSize: 100,
    onList: null,
    asked: [],
    list: async (subscriptionId, token) => {
      estate.asked.push(token);
      const other = estate.onList?.(token);
      if (other) return other;
      const start = Number(token ?? 0);
      const end = start + estate.pageSize;
      const rows = estate.ids
        .filter((id) => id.toLowerCase().startsWith(`/subscriptions/${subscriptionId.toLowerCase()}/`))
        .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
      return {
        kind: 'page',
        ids: rows.slice(start, end),
        next: end < rows.length ? String(end) : null,
        waitSeconds: 0,
      };
    },
  };
  return estate;
}

export interface QueuedSweep {
  readonly id: number;
  readonly message: SweepPage | WorkMessage;
  /** Milliseconds. */
  visibleAt: number;
  taken: number;
}

export function memorySweeps(clock: Clock, queue: QueuedSweep[]): SweepQueue {
  let sent = 0;
  return {
    send: async (message, delaySeconds) => {
      sent += 1;
      const visibleAt = clock.now().getTime() + delaySeconds * 1000;
      queue.push({ id: sent, message: structuredClone(message), visibleAt, taken: 0 });
    },
  };
}

export interface StoredScan {
  readonly scope: string;
  readonly found: Set<string>;
  readonly evaluated: Set<string>;
  listed: boolean;
}

export function memoryScans(stored: Map<string, StoredScan>): Scans {
  const scanOf = (id: string) => {
    const scan = stored.get(id);
    if (!scan) throw new Error(`there is no scan ${id}`);
    return scan;
  };
  return {
    begin: async (id, scope) => {
      stored.set(id, { scope, found: new Set(), evaluated: new Set(), listed: false });
    },
    found: async (id, resources) => {
      for (const one of resources) scanOf(id).found.add(one.toLowerCase());
    },
    listed: async (id) => {
      scanOf(id).listed = true;
    },
    evaluated: async (id, resource) => {
      scanOf(id).evaluated.add(resource.toLowerCase());
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
