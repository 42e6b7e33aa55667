/** Sweeps: the run and the pace of each subscription, and the resources of each partition. */
import { reserveReads } from '../../../src/domain/decisions/read-pace.ts';
import type { Evidence } from '../../../src/domain/estate/evidence.ts';
import { ConflictError } from '../../../src/workflows/ports/storage.ts';
import type {
  EvidenceStore,
  Part,
  SweepMarks,
  SweepProgress,
  Sweeps,
  SweptApp,
} from '../../../src/workflows/ports/sweeps.ts';
import { copyOf } from '../copy.ts';
import type { Row } from './rows.ts';

export function fakeSweepMarks({ marks }: StoredSweeps): SweepMarks {
  return {
    mark: async ({ key }, at) => void marks.set(key, at.toISOString()),
    list: async (subscriptionId) => new Map([...marks].filter(([key]) => key.includes(subscriptionId.toLowerCase()))),
    unmark: async ({ key }, upTo) => {
      if ((marks.get(key) ?? '9') <= upTo.toISOString()) marks.delete(key);
    },
  };
}

export function fakeEvidence(stored: StoredSweeps): EvidenceStore {
  return {
    load: async () =>
      stored.evidence && { value: copyOf(stored.evidence.value), version: String(stored.evidence.version) },
    save: async (value, version) => {
      if ((stored.evidence ? String(stored.evidence.version) : null) !== version) throw new ConflictError('too late');
      stored.evidence = { value: copyOf(value), version: (stored.evidence?.version ?? 0) + 1 };
      return String(stored.evidence.version);
    },
  };
}

export interface StoredSweeps {
  evidence: Row<Evidence> | null;
  /** By key of the resource. */
  readonly marks: Map<string, string>;
  readonly runs: Map<string, Row<SweepProgress>>;
  /** Until when reads are reserved, by subscription (milliseconds). */
  readonly reserved: Map<string, number>;
  /** By subscription, partition and id. */
  readonly apps: Map<string, Row<SweptApp>>;
}

export function emptySweeps(): StoredSweeps {
  return { runs: new Map(), reserved: new Map(), apps: new Map(), marks: new Map(), evidence: null };
}

export function fakeSweeps({ runs, reserved, apps }: StoredSweeps): Sweeps {
  const keyOf = (subscriptionId: string, { index, of }: Part, id: string) =>
    `${subscriptionId.toLowerCase()} ${of}-${index} ${id.toLowerCase()}`;
  const versioned = <T>({ value, version }: Row<T>) => ({ value: copyOf(value), version: String(version) });
  return {
    load: async (subscriptionId) => {
      const row = runs.get(subscriptionId.toLowerCase());
      return row ? versioned(row) : null;
    },
    list: async () => [...runs.values()].map(({ value }) => copyOf(value)),
    save: async (progress, version) => {
      const key = progress.subscriptionId.toLowerCase();
      const row = runs.get(key);
      if ((row ? String(row.version) : null) !== version) throw new ConflictError('somebody was faster');
      const next = (row?.version ?? 0) + 1;
      runs.set(key, { value: copyOf(progress), version: next });
      return String(next);
    },
    reserve: async (subscriptionId, seconds, now) => {
      const key = subscriptionId.toLowerCase();
      const { from, until } = reserveReads(reserved.get(key) ?? 0, seconds, now.getTime());
      reserved.set(key, until);
      return new Date(from);
    },
    listApps: async (subscriptionId, part) =>
      [...apps].filter(([key]) => key.startsWith(keyOf(subscriptionId, part, ''))).map(([, row]) => versioned(row)),
    loadApp: async (subscriptionId, part, id) => {
      const row = apps.get(keyOf(subscriptionId, part, id));
      return row ? versioned(row) : null;
    },
    findApp: async (subscriptionId, of, id) => {
      const parts = Array.from({ length: of }, (_, index) => apps.get(keyOf(subscriptionId, { index, of }, id)));
      return copyOf(parts.find((row) => row !== undefined)?.value ?? null);
    },
    saveApps: async (subscriptionId, part, toSave) => {
      for (const { app, version } of toSave) {
        const key = keyOf(subscriptionId, part, app.id);
        const row = apps.get(key);
        if ((row ? String(row.version) : null) !== version) throw new ConflictError('somebody was faster');
        apps.set(key, { value: copyOf(app), version: (row?.version ?? 0) + 1 });
      }
    },
    removeApps: async (subscriptionId, part, ids) => {
      for (const id of ids) apps.delete(keyOf(subscriptionId, part, id));
    },
    removePartition: async (subscriptionId, of) => {
      for (const key of apps.keys()) if (key.startsWith(`${subscriptionId.toLowerCase()} ${of}-`)) apps.delete(key);
    },
    keysNotSeen: async (subscriptionId, keys) => {
      const own = [...apps].filter(([key]) => key.startsWith(`${subscriptionId.toLowerCase()} `));
      const seen = new Set(own.map(([, { value }]) => value.id.toLowerCase()));
      const found: string[] = [];
      for await (const page of keys) found.push(...page.filter((key) => !seen.has(key)));
      return found;
    },
  };
}
