/**
 * The storage account behind a `connection`, from the settings that the Functions host reads: a connection string, or
 * `NAME__queueServiceUri`, `NAME__blobServiceUri` or `NAME__accountName` with an identity.
 */
import { DefaultAzureCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';

type Environment = Readonly<Record<string, string | undefined>>;

/** Opens the queue service that `connection` names; throws naming the setting that is missing or malformed. */
export function connectQueues(connection: string, environment: Environment): QueueServiceClient {
  return connect(connection, environment, 'queue', {
    byString: (text) => QueueServiceClient.fromConnectionString(text, retries),
    byIdentity: (uri, credential) => new QueueServiceClient(uri, credential, retries),
  });
}

/** Opens the blob service that `connection` names; throws naming the setting that is missing or malformed. */
export function connectBlobs(connection: string, environment: Environment): BlobServiceClient {
  return connect(connection, environment, 'blob', {
    byString: (text) => BlobServiceClient.fromConnectionString(text, retries),
    byIdentity: (uri, credential) => new BlobServiceClient(uri, credential, retries),
  });
}

function connect<Client>(
  connection: string,
  environment: Environment,
  service: 'blob' | 'queue',
  open: { byString(text: string): Client; byIdentity(uri: string, credential: TokenCredential): Client },
): Client {
  const value = environment[connection] ?? environment[`AzureWebJobs${connection}`];
  if (value) {
    try {
      return open.byString(value);
    } catch {
      throw new Error(`${connection} is not a storage connection string such as UseDevelopmentStorage=true.`);
    }
  }
  const account = environment[`${connection}__accountName`];
  const uri =
    environment[`${connection}__${service}ServiceUri`] ?? (account && `https://${account}.${service}.core.windows.net`);
  if (!uri) {
    throw new Error(
      `${connection} is not set: give it a storage connection string such as UseDevelopmentStorage=true.`,
    );
  }
  const clientId = environment[`${connection}__clientId`];
  const managed = environment[`${connection}__credential`]?.toLowerCase() === 'managedidentity';
  const credential = managed
    ? new ManagedIdentityCredential(clientId ? { clientId } : {})
    : new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {});
  return open.byIdentity(uri, credential);
}

// The polling loop is the retry: the SDK's own would only hide for a minute that the storage is gone.
const retries = { retryOptions: { maxTries: 2, tryTimeoutInMs: 10_000, retryDelayInMs: 200 } };
