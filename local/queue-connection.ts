/**
 * The storage account behind a queue trigger's `connection`, from the settings that the Functions host reads:
 * a connection string, or `NAME__queueServiceUri` / `NAME__accountName` with an identity.
 */
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { QueueServiceClient } from '@azure/storage-queue';

/** Opens the queue service that `connection` names; throws naming the setting that is missing or malformed. */
export function connectQueues(
  connection: string,
  environment: Readonly<Record<string, string | undefined>>,
): QueueServiceClient {
  const value = environment[connection] ?? environment[`AzureWebJobs${connection}`];
  if (value) {
    try {
      return QueueServiceClient.fromConnectionString(value, retries);
    } catch {
      throw new Error(`${connection} is not a storage connection string such as UseDevelopmentStorage=true.`);
    }
  }
  const account = environment[`${connection}__accountName`];
  const uri = environment[`${connection}__queueServiceUri`] ?? (account && `https://${account}.queue.core.windows.net`);
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
  return new QueueServiceClient(uri, credential, retries);
}

// The polling loop is the retry: the SDK's own would only hide for a minute that the storage is gone.
const retries = { retryOptions: { maxTries: 2, tryTimeoutInMs: 10_000, retryDelayInMs: 200 } };
