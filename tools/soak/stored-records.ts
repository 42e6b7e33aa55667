/** What the service stored, read from its tables: the outcomes of events, and open intents. */
import * as z from 'zod';
import { isUnresolved } from '../../src/domain/approvals/attempt.ts';
import { createStorageClients } from '../../src/storage/connection.ts';
import { TABLES } from '../../src/storage/names.ts';
import { jsonOf } from '../../src/storage/table/entity.ts';
import { openTable } from '../../src/storage/table/table.ts';
import { storedEvent } from '../../src/workflows/ports/events.ts';
import { resourceState } from '../../src/workflows/ports/resource-states.ts';

export interface OpenWork {
  readonly openIntents: readonly string[];
  readonly dueRechecks: readonly string[];
}

export interface StoredRecords {
  /** How many events wait for their outcome. */
  waiting(): Promise<number>;
  /** The outcome of each event by its id, as text; null while it waits. */
  outcomes(): Promise<Map<string, string | null>>;
  /** The apps with work left: an intent without an outcome, or a recheck that is scheduled. */
  unsettled(): Promise<OpenWork>;
}

export function openStoredRecords(connectionString: string): StoredRecords {
  const clients = createStorageClients({ kind: 'connection-string', value: connectionString });
  const table = (name: string) => openTable(clients.table(name), () => undefined);
  const events = table(TABLES.events);
  return {
    async waiting() {
      const { rows } = await events.readColumns("RowKey ge 'w-' and RowKey lt 'w.'", ['RowKey'], 100);
      return rows.length;
    },

    async outcomes() {
      const rows = await events.readAll("RowKey ge 'i-' and RowKey lt 'i.'");
      return new Map(
        rows.map((row) => {
          const { event, outcome, auditIds } = storedEvent.parse(jsonOf(row));
          return [event.id, outcome === null ? null : JSON.stringify({ outcome, auditIds })] as const;
        }),
      );
    },

    async unsettled() {
      const found = (await events.readAll("RowKey eq 'state'")).map((row) => storedState.parse(jsonOf(row)));
      return {
        openIntents: found.filter(({ attempts }) => attempts.some(isUnresolved)).map(({ resource }) => resource.id),
        dueRechecks: found.filter(({ recheckAt }) => recheckAt !== null).map(({ resource }) => resource.id),
      };
    },
  };
}

const storedState = z.object(resourceState.pick({ recheckAt: true, resource: true, attempts: true }).shape);
