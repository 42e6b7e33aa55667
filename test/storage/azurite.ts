/** Real Azurite for a test file, and Plumbline's storage on it: as many instances as a test wants, each with its own caches. */
import { TableClient } from '@azure/data-tables';
import { afterAll, beforeAll } from 'vitest';
import { startStorage } from '../../local/storage.ts';
import { openStorage, type Storage } from '../../src/storage/open-storage.ts';
import type { StorageKind } from '../../src/storage/requests.ts';
import { auditKeys } from './samples.ts';

export interface Account {
  connectionString(): string;
  /** A new instance of Plumbline's storage; `through` is another connection string for the same account. */
  open(through?: string): Storage;
  table(name: string): TableClient;
  /** The requests of the instances of this file since the last call. */
  requests(): Record<StorageKind, number>;
}

export function useAccount(): Account {
  let running: Awaited<ReturnType<typeof startStorage>> | undefined;
  let counts = { table: 0, queue: 0, blob: 0 };
  beforeAll(async () => {
    running = await startStorage({ silent: true });
  }, 30_000);
  afterAll(async () => {
    await running?.close();
  });
  const connectionString = () => {
    if (!running) throw new Error('the storage starts before the first test');
    return running.connectionString;
  };
  return {
    connectionString,
    open: (through) =>
      openStorage({
        connection: { kind: 'connection-string', value: through ?? connectionString() },
        auditKeys,
        now: () => new Date('2026-03-01T12:00:00.000Z'),
        onRequest: (kind) => {
          counts[kind]++;
        },
      }),
    table: (name) => TableClient.fromConnectionString(connectionString(), name, { allowInsecureConnection: true }),
    requests: () => {
      const before = counts;
      counts = { table: 0, queue: 0, blob: 0 };
      return before;
    },
  };
}
