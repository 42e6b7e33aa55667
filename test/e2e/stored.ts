/** All that lies in a storage account: every row, waiting message and blob, as text with its place. */
import { TableClient, TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';

export interface Stored {
  readonly place: string;
  readonly text: string;
}

export async function everythingStored(connectionString: string): Promise<Stored[]> {
  const found = await Promise.all([rows(connectionString), messages(connectionString), blobs(connectionString)]);
  return found.flat();
}

export function tableOf(connectionString: string, name: string): TableClient {
  return TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
}

/** Puts a text into a queue as it is. */
export async function putMessage(connectionString: string, queue: string, text: string): Promise<void> {
  const client = QueueServiceClient.fromConnectionString(connectionString).getQueueClient(queue);
  await client.createIfNotExists();
  await client.sendMessage(text);
}

async function rows(connectionString: string): Promise<Stored[]> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  const found: Stored[] = [];
  for await (const { name = '' } of service.listTables()) {
    for await (const entity of tableOf(connectionString, name).listEntities()) {
      found.push({ place: `table ${name}`, text: JSON.stringify(entity) });
    }
  }
  return found;
}

async function messages(connectionString: string): Promise<Stored[]> {
  const service = QueueServiceClient.fromConnectionString(connectionString);
  const found: Stored[] = [];
  for await (const { name } of service.listQueues()) {
    const { peekedMessageItems } = await service.getQueueClient(name).peekMessages({ numberOfMessages: 32 });
    for (const { messageText } of peekedMessageItems) {
      found.push({ place: `queue ${name}`, text: messageText });
      found.push({ place: `queue ${name}`, text: Buffer.from(messageText, 'base64').toString() });
    }
  }
  return found;
}

async function blobs(connectionString: string): Promise<Stored[]> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const found: Stored[] = [];
  for await (const { name: container } of service.listContainers()) {
    const client = service.getContainerClient(container);
    for await (const { name, metadata } of client.listBlobsFlat({ includeMetadata: true })) {
      const content = await client.getBlobClient(name).downloadToBuffer();
      found.push({
        place: `blob ${container}/${name}`,
        text: `${name}${JSON.stringify(metadata)}${content.toString()}`,
      });
    }
  }
  return found;
}
