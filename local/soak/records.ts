/** What the service wrote down, read from its tables: the outcomes of the events, and intents that are still open. */
import * as z from 'zod';
import { storageClients } from '../../src/storage/connection.ts';
import { jsonOf } from '../../src/storage/entity.ts';
import { TABLES } from '../../src/storage/names.ts';
import { openTable } from '../../src/storage/table.ts';

export interface Unsettled {
  readonly openIntents: readonly string[];
  readonly dueLooks: readonly string[];
}

export interface Records {
  /** How many events wait for their outcome. */
  waiting(): Promise<number>;
  /** The outcome of each event by its id, as text; null while it waits. */
  outcomes(): Promise<Map<string, string | null>>;
  /** The apps that are not at rest: an intent whose outcome is not known, or a look that is still to come. */
  unsettled(): Promise<Unsettled>;
}

export function openRecords(connectionString: string): Records {
  const clients = storageClients({ kind: 'connection-string', value: connectionString });
  const table = (name: string) => openTable(clients.table(name), () => undefined);
  const events = table(TABLES.events);
  const memories = table(TABLES.resources);
  return {
    async waiting() {
      const { rows } = await events.columns("RowKey ge 'w-' and RowKey lt 'w.'", ['RowKey'], 100);
      return rows.length;
    },

    async outcomes() {
      const rows = await events.all("RowKey ge 'i-' and RowKey lt 'i.'");
      return new Map(
        rows.map((row) => {
          const { event, outcome, auditIds } = storedEvent.parse(jsonOf(row));
          return [event.id, outcome === null ? null : JSON.stringify({ outcome, auditIds })] as const;
        }),
      );
    },

    async unsettled() {
      const found = (await memories.all("RowKey eq 'state'")).map((row) => memory.parse(jsonOf(row)));
      const isOpen = ({ operations }: z.infer<typeof memory>) =>
        operations.some(({ entries }) => entries.some(({ state }) => UNRESOLVED.includes(state)));
      return {
        openIntents: found.filter(isOpen).map(({ resource }) => resource.id),
        dueLooks: found.filter(({ lookAgainAt }) => lookAgainAt !== null).map(({ resource }) => resource.id),
      };
    },
  };
}

const UNRESOLVED = ['open', 'unknown'];
const storedEvent = z.looseObject({
  event: z.looseObject({ id: z.string() }),
  outcome: z.string().nullable(),
  auditIds: z.array(z.string()),
});
const memory = z.looseObject({
  lookAgainAt: z.string().nullable(),
  resource: z.looseObject({ id: z.string() }),
  operations: z.array(z.looseObject({ entries: z.array(z.looseObject({ state: z.string() })) })),
});
