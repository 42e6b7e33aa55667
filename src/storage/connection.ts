/** The connection to the storage account, and its clients. Retries are few and short: the queue delivers a failed message again. */
import { TableClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { keepNeededPolicies } from '../http/pipeline.ts';

export type StorageConnection =
  | { readonly kind: 'connection-string'; readonly value: string }
  /** The URIs of the three services, e.g. `https://account.table.core.windows.net`, used with a credential. */
  | { readonly kind: 'identity'; readonly tableUri: string; readonly queueUri: string; readonly blobUri: string };

export interface StorageClients {
  table(name: string): TableClient;
  queue(name: string): QueueClient;
  container(name: string): ContainerClient;
}

/** Creates clients without any request. Throws when the connection needs a credential and there is none. */
export function createStorageClients(connection: StorageConnection, credential?: TokenCredential): StorageClients {
  if (connection.kind === 'connection-string') {
    const { value } = connection;
    return {
      // The connection string itself selects http or https.
      table: (name) =>
        lean(TableClient.fromConnectionString(value, name, { ...TABLE_OPTIONS, allowInsecureConnection: true })),
      queue: (name) => new QueueClient(value, name, SERVICE_OPTIONS),
      container: (name) => new ContainerClient(value, name, SERVICE_OPTIONS),
    };
  }
  if (!credential) throw new Error('storage that is named by its URIs needs a credential');
  const { tableUri, queueUri, blobUri } = connection;
  const allowInsecureConnection = tableUri.startsWith('http:');
  return {
    table: (name) => lean(new TableClient(tableUri, name, credential, { ...TABLE_OPTIONS, allowInsecureConnection })),
    queue: (name) => new QueueClient(below(queueUri, name), credential, SERVICE_OPTIONS),
    container: (name) => new ContainerClient(below(blobUri, name), credential, SERVICE_OPTIONS),
  };
}

/** Requests to tables are raw, so the models of the client are not needed. */
function lean(client: TableClient): TableClient {
  keepNeededPolicies(client.pipeline);
  return client;
}

const TABLE_OPTIONS = { retryOptions: { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1000 } };
const SERVICE_OPTIONS = { retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1000 } };

function below(uri: string, name: string): string {
  return `${uri.replace(/\/+$/, '')}/${name}`;
}
