/** Revisions that follow from what is stored, so there is nothing to store or to compare; and a history without one. */
import { createHash } from 'node:crypto';
import type { Deps } from '../../../src/workflows/ports/deps.ts';
import type { History, Revisions } from '../../../src/workflows/ports/history.ts';
import type { Stored } from '../deps.ts';

export function fakeRevisions(stored: Stored, stores: Pick<Deps, 'approvals' | 'deadLetters' | 'scans'>): Revisions {
  const revisionOf = (values: Iterable<unknown>) =>
    Number.parseInt(
      createHash('sha256')
        .update(JSON.stringify([...values]))
        .digest('hex')
        .slice(0, 8),
      16,
    );
  return {
    async read() {
      const { heads } = await stores.approvals.listHeads({ status: ['pending'] });
      const scans = await Promise.all([...stored.scans.keys()].map((id) => stores.scans.get(id)));
      return {
        settings: stored.settings?.value ?? null,
        revisions: {
          approvals: revisionOf(stored.approvals),
          audit: revisionOf(stored.entries),
          deadLetters: revisionOf(stored.deadLetters),
          exemptions: revisionOf(stored.exemptions),
          findings: revisionOf(stored.findings),
          rollouts: revisionOf(stored.rollouts),
          scans: revisionOf([...scans, ...stored.sweepRuns.runs.values()]),
        },
        approvals: { pending: heads.length, oldestAt: heads.map(({ requestedAt }) => requestedAt).sort()[0] ?? null },
        deadLetters: await stores.deadLetters.count(),
        runningScans: scans.filter((scan) => scan?.status === 'running').length,
      };
    },
    flush: async () => {},
    heal: async () => [],
  };
}

/** Nothing is recorded. */
export function fakeHistory(): History {
  return {
    hasHour: async () => true,
    record: async () => {},
    readRan: async () => [],
    readLevels: async () => [],
    readFlowDays: async () => new Map(),
    readHappened: async () => [],
  };
}
