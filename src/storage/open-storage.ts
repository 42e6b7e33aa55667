/** All that Plumbline remembers, in one storage account. Making it asks nothing of the network. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenCredential } from '@azure/identity';
import type { AuditKeys } from '../domain/audit.ts';
import type { Meters, StoragePorts, Tallies } from '../workflows/ports.ts';
import { openAlarms } from './alarms.ts';
import { openAnchors } from './anchors.ts';
import { openApprovals } from './approvals.ts';
import { openAuditLog } from './audit-log.ts';
import type { OnFault } from './audit-rows.ts';
import { openBudgets } from './budgets.ts';
import { type StorageConnection, storageClients } from './connection.ts';
import { openDeadLetters } from './dead-letters.ts';
import { openEvents } from './events.ts';
import { openExemptions } from './exemptions.ts';
import { openFindingList } from './finding-list.ts';
import { openGuards } from './guards.ts';
import { openLeases } from './leases.ts';
import { openMemories } from './memories.ts';
import { ANCHOR_CONTAINER, LEASE_CONTAINER, RECONCILE_QUEUE, SWEEP_QUEUE, TABLES } from './names.ts';
import type { OnRequest } from './requests.ts';
import { openScans } from './scans.ts';
import { openSettingsStore } from './settings-store.ts';
import { openTable } from './table.ts';
import { openTallies } from './tallies.ts';
import { openWorkQueue } from './work-queue.ts';

export interface StorageOptions {
  readonly connection: StorageConnection;
  readonly auditKeys: AuditKeys;
  readonly now: () => Date;
  /** Needed for a connection by identity. */
  readonly credential?: TokenCredential;
  readonly onRequest?: OnRequest;
  /** Told of rows of the audit log that are not as they were signed. */
  readonly onFault?: OnFault;
  /** Texts that never come twice; random UUIDs unless given. */
  readonly unique?: () => string;
  /** Waits before an attempt that met another writer is repeated; jittered, some seconds in all, unless given. */
  readonly pause?: (attempt: number) => Promise<void>;
}

export interface Storage extends StoragePorts {
  /** Asks tables, queue and blobs once each; throws StorageUnavailable. */
  ping(): Promise<void>;
  readonly tallies: Tallies;
  readonly meters: Meters;
}

export function openStorage(options: StorageOptions): Storage {
  const { connection, auditKeys, now, credential, unique = randomUUID } = options;
  const { onRequest = () => undefined, onFault = () => undefined } = options;
  const clients = storageClients(connection, credential);
  const table = (name: string) => openTable(clients.table(name), onRequest);
  const queue = openWorkQueue(clients.queue(RECONCILE_QUEUE), onRequest);
  const leases = openLeases(clients.container(LEASE_CONTAINER), onRequest);
  const anchors = openAnchors(clients.container(ANCHOR_CONTAINER), onRequest);
  const settingsTable = table(TABLES.settings);
  const sweeps = openWorkQueue(clients.queue(SWEEP_QUEUE), onRequest);
  const tallies = openTallies(table(TABLES.guards), unique(), now);
  const pause = options.pause ?? jittered;
  return {
    queue,
    sweeps,
    scans: openScans(table(TABLES.scans)),
    leases,
    alarms: openAlarms(table(TABLES.alarms)),
    events: openEvents(table(TABLES.events), table(TABLES.eventIds)),
    memories: openMemories(table(TABLES.resources)),
    findings: openFindingList(table(TABLES.findings)),
    approvals: openApprovals(table(TABLES.approvals), unique),
    audit: openAuditLog({
      table: table(TABLES.audit),
      indexTable: table(TABLES.auditIndex),
      anchors,
      keys: auditKeys,
      now,
      pause,
      onFault,
    }),
    settings: openSettingsStore(settingsTable),
    exemptions: openExemptions(table(TABLES.exemptions), unique),
    deadLetters: openDeadLetters(table(TABLES.deadLetters), now),
    budgets: openBudgets(table(TABLES.guards), pause),
    guards: openGuards(table(TABLES.guards)),
    tallies,
    meters: {
      counted: tallies.total,
      queues: () => Promise.all([queue.state(), sweeps.state()]),
    },
    async ping() {
      await Promise.all([settingsTable.get('settings', 'ping'), queue.ping(), leases.ping()]);
    },
  };
}

/** Up to 25 ms, doubling to a second: as long as a handful of other writers need. */
async function jittered(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(1000, 12.5 * 2 ** attempt));
}
