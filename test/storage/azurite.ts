/**
 * Azurite for a test file, and Plumbline's storage on it: as many instances as a test needs, each with its own caches.
 */
import { TableClient } from '@azure/data-tables';
import { beforeAll } from 'vitest';
import { openStorage, type Storage, type StorageOptions } from '../../src/storage/open-storage.ts';
import type { StorageKind } from '../../src/storage/table/requests.ts';
import { emptyAccount } from '../account.ts';
import { auditKeys } from './samples.ts';

/** Later than the times that tests record. */
export const ACCOUNT_NOW = new Date('2026-03-03T12:00:00.000Z');

export interface Account {
  connectionString(): string;
  /** A new instance of Plumbline's storage; `through` is another connection string for the same account. */
  open(through?: string, now?: Date): Storage;
  /** The same with other options. */
  openWith(options: Partial<Pick<StorageOptions, 'now' | 'leaseSeconds' | 'rememberSeconds' | 'after'>>): Storage;
  /** The faults that these instances reported since the last call. */
  faults(): { readonly fields: Record<string, unknown>; readonly message: string }[];
  table(name: string): TableClient;
  /** The requests of the instances of this file since the last call. */
  requests(): Record<StorageKind, number>;
}

export function useAccount(): Account {
  let account: string | undefined;
  const faults: ReturnType<Account['faults']> = [];
  let counts = { table: 0, queue: 0, blob: 0 };
  beforeAll(async () => {
    account = await emptyAccount();
  }, 30_000);
  const connectionString = () => {
    if (!account) throw new Error('the storage starts before the first test');
    return account;
  };
  const open = (value: string, options: Partial<StorageOptions>) =>
    openStorage({
      connection: { kind: 'connection-string', value },
      auditKeys,
      now: () => ACCOUNT_NOW,
      onFault: (fields, message) => faults.push({ fields, message }),
      onRequest: (kind) => {
        counts[kind]++;
      },
      ...options,
    });
  return {
    connectionString,
    open: (through, now = ACCOUNT_NOW) => open(through ?? connectionString(), { now: () => now }),
    openWith: (options) => open(connectionString(), options),
    table: (name) => TableClient.fromConnectionString(connectionString(), name, { allowInsecureConnection: true }),
    faults: () => faults.splice(0),
    requests: () => {
      const before = counts;
      counts = { table: 0, queue: 0, blob: 0 };
      return before;
    },
  };
}
