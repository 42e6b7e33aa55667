/** All stores of Plumbline, in one storage account. Opening it sends no request. */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import type { AuditKeys } from '../domain/audit/audit.ts';
import type { StoragePorts } from '../workflows/ports/deps.ts';
import type { CounterStore, MetricsSource } from '../workflows/ports/metrics.ts';
import { openApprovals } from './approvals/approvals.ts';
import { openAnchors } from './audit/anchors.ts';
import { openAuditLog } from './audit/audit-log.ts';
import type { OnFault } from './audit/rows.ts';
import { createStorageClients, type StorageConnection } from './connection.ts';
import { openCounts } from './counts/counts.ts';
import { openEventList } from './events/event-list.ts';
import { openEvents } from './events/events.ts';
import { openFindings } from './findings/findings.ts';
import { openHealthGates } from './health-gates/health-gates.ts';
import { openHistory } from './history/history.ts';
import { type After, openRevisions } from './history/revisions.ts';
import { ANCHOR_CONTAINER, RECONCILE_QUEUE, SWEEP_QUEUE, TABLES } from './names.ts';
import { openPreviews } from './previews/previews.ts';
import { openActivityProgress } from './stores/activity-progress.ts';
import { openBudgets } from './stores/budgets.ts';
import { openCounters } from './stores/counters.ts';
import { openDeadLetters } from './stores/dead-letters.ts';
import { openExemptions } from './stores/exemptions.ts';
import { openGuards } from './stores/guards.ts';
import { openResources } from './stores/resources.ts';
import { openRollouts } from './stores/rollouts.ts';
import { openScans } from './stores/scans.ts';
import { openSettingsStore } from './stores/settings.ts';
import { openEvidence, openSweepMarks, openSweeps } from './stores/sweeps.ts';
import { openWakeups } from './stores/wakeups.ts';
import { openWorkQueue } from './stores/work-queue.ts';
import type { OnRequest } from './table/requests.ts';
import { openTable } from './table/table.ts';

export interface StorageOptions {
  readonly connection: StorageConnection;
  readonly auditKeys: AuditKeys;
  readonly now: () => Date;
  /** The length of a lease; 30 unless given. */
  readonly leaseSeconds?: number;
  /** How long settings, exemptions, heartbeat and throttling are remembered; they are not unless given. */
  readonly rememberSeconds?: number;
  /** Needed for a connection by identity. */
  readonly credential?: TokenCredential;
  readonly onRequest?: OnRequest;
  /** Called for rows of the audit log that are not as they were signed. */
  readonly onFault?: OnFault;
  /** Calls work after a delay, so that revisions are stored soon. They are stored when somebody asks for it unless given. */
  readonly after?: After;
  /** Returns unique texts; random UUIDs by default. */
  readonly createId?: () => string;
  /** Waits before an attempt that conflicted with another writer is repeated; by default jittered, some seconds in all. */
  readonly pause?: (attempt: number) => Promise<void>;
}

export interface Storage extends StoragePorts {
  /** Sends one request each to tables, queue and blobs; throws StorageUnavailable. */
  ping(): Promise<void>;
  readonly counters: CounterStore;
  readonly meters: MetricsSource;
}

export function openStorage(options: StorageOptions): Storage {
  const { connection, auditKeys, now, credential, createId = randomUUID } = options;
  const { onRequest = () => undefined, onFault = () => undefined } = options;
  const clients = createStorageClients(connection, credential);
  const table = (name: string) => openTable(clients.table(name), onRequest);
  const queue = openWorkQueue(clients.queue(RECONCILE_QUEUE), onRequest);
  const anchors = openAnchors(clients.container(ANCHOR_CONTAINER), onRequest);
  const settingsTable = table(TABLES.settings);
  const eventsTable = table(TABLES.events);
  const remember = { seconds: options.rememberSeconds ?? 0, now };
  const sweeps = openWorkQueue(clients.queue(SWEEP_QUEUE), onRequest);
  const counters = openCounters(table(TABLES.guards), createId(), now);
  const pause = options.pause ?? jittered;
  const eventList = openEventList(table(TABLES.eventIds), eventsTable, options.after ?? null);
  const { watched, watchedSweeps, revisions } = openRevisions(
    {
      approvals: table(TABLES.approvals),
      audit: table(TABLES.audit),
      deadLetters: table(TABLES.deadLetters),
      exemptions: table(TABLES.exemptions),
      findings: table(TABLES.findings),
      rollouts: table(TABLES.rollouts),
      scans: table(TABLES.scans),
    },
    () => ({ ...storage, settings: settingsTable, now, createId, after: options.after ?? null }),
  );
  const storage: Storage = {
    queue,
    sweeps,
    previews: openPreviews(table(TABLES.previews), table(TABLES.findings), createId),
    scans: openScans(watched('scans'), { createId, now, pause }),
    sweepRuns: openSweeps(watchedSweeps(table(TABLES.sweeps))),
    sweepMarks: openSweepMarks(table(TABLES.sweeps)),
    evidence: openEvidence(table(TABLES.sweeps)),
    wakeups: openWakeups(table(TABLES.wakeups)),
    events: openEvents(eventsTable, eventList),
    resources: openResources(eventsTable, table(TABLES.olderStates), {
      leaseSeconds: options.leaseSeconds,
      createId,
      onConcluded: eventList.note,
    }),
    findings: openFindings(watched('findings'), pause),
    approvals: openApprovals(watched('approvals'), createId, pause),
    audit: openAuditLog({
      table: watched('audit'),
      indexTable: table(TABLES.auditIndex),
      anchors,
      keys: auditKeys,
      now,
      pause,
      onFault,
    }),
    settings: openSettingsStore(settingsTable, remember),
    exemptions: openExemptions(watched('exemptions'), createId, remember),
    deadLetters: openDeadLetters(watched('deadLetters'), now),
    budgets: openBudgets(table(TABLES.guards), pause),
    guards: openGuards(table(TABLES.guards), remember),
    rollouts: openRollouts(watched('rollouts'), remember),
    counts: openCounts({
      findings: table(TABLES.findings),
      approvals: table(TABLES.approvals),
      log: table(TABLES.audit),
      audit: { list: (query, page) => storage.audit.list(query, page) },
      receivedAt: async (eventId) => (await storage.events.findById(eventId))?.receivedAt ?? null,
      requestedAt: async (approvalId) => {
        const approval = (await storage.approvals.get(approvalId))?.value;
        return approval?.purpose === 'fix' ? approval.requestedAt : null;
      },
    }),
    revisions,
    history: openHistory(table(TABLES.history), table(TABLES.audit)),
    activityProgress: openActivityProgress(table(TABLES.guards)),
    healthGates: openHealthGates(table(TABLES.healthGates)),
    counters,
    meters: {
      readCounters: counters.readTotal,
      readQueues: () => Promise.all([queue.readState(), sweeps.readState()]),
    },
    async ping() {
      await Promise.all([settingsTable.get('settings', 'ping'), queue.ping(), anchors.ping()]);
    },
  };
  return storage;
}

/** Up to 25 ms, doubling to a second: enough for a few other writers to finish. */
async function jittered(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(1000, 12.5 * 2 ** attempt));
}
