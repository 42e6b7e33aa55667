import { odata, TableClient, type TransactionAction } from '@azure/data-tables';
import { QueueClient } from '@azure/storage-queue';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Azurite, startAzurite } from '../../../dev/azurite/azurite.ts';

let storage: Azurite;
let made = 0;
beforeAll(async () => {
  storage = await startAzurite();
}, 30_000);
afterAll(() => storage?.close());

interface Row {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly value: number;
}

const row: fc.Arbitrary<Row> = fc.record({
  partitionKey: fc.constantFrom('a', 'b', "o'c (d or e)"),
  rowKey: fc.constantFrom('1', '2', '3', '10', '1001', '1002'),
  value: fc.nat(9),
});
const RANGES = [
  ['10', '3'],
  ['1001', '1002'],
  ['1002', '2'],
] as const;
const step = fc.tuple(fc.constantFrom('create', 'upsert', 'update', 'delete', 'stale'), row);

describe('the local tables', () => {
  it('have the same rows as a map after any steps, with and without transactions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(step, { maxLength: 4, selector: keyOfStep }), { maxLength: 15 }),
        async (batches) => {
          const table = await newTable();
          const rows = new Map<string, Row>();
          for (const batch of batches) {
            const [first] = batch;
            if (!first) continue;
            const steps = batch.filter(([, { partitionKey }]) => partitionKey === first[1].partitionKey);
            const wanted = steps.every(([kind, one]) => isPossible(kind, rows.has(keyOf(one))));
            expect(await done(table, steps), JSON.stringify(steps)).toBe(wanted);
            if (!wanted) continue;
            for (const [kind, one] of steps) {
              if (kind === 'delete') rows.delete(keyOf(one));
              else rows.set(keyOf(one), one);
            }
          }
          const all = [...rows.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
          expect(await listed(table)).toEqual(all);
          for (const { partitionKey } of all) {
            const own = all.filter((one) => one.partitionKey === partitionKey);
            expect(await listed(table, odata`PartitionKey eq ${partitionKey}`)).toEqual(own);
            for (const [from, to] of RANGES) {
              const range = odata`PartitionKey eq ${partitionKey} and RowKey ge ${from} and RowKey lt ${to}`;
              expect(await listed(table, range)).toEqual(own.filter(({ rowKey }) => rowKey >= from && rowKey < to));
            }
            expect(
              await listed(table, odata`PartitionKey eq ${partitionKey} and RowKey eq ${'1'} or value lt ${5}`),
            ).toEqual(all.filter((one) => (one.partitionKey === partitionKey && one.rowKey === '1') || one.value < 5));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  /** All rows of a list, by pages of two. */
  async function listed(table: TableClient, filter?: string): Promise<Row[]> {
    const found: Row[] = [];
    const pages = table.listEntities<Row>(filter === undefined ? {} : { queryOptions: { filter } });
    for await (const page of pages.byPage({ maxPageSize: 2 }))
      for (const { partitionKey = '', rowKey = '', value } of page) found.push({ partitionKey, rowKey, value });
    return found;
  }
});

describe('the local queues', () => {
  it('give each message once while it is invisible, oldest first, and delete it only for its receiver', async () => {
    const [queue, other] = [await newQueue(), await newQueue()];
    for (const text of ['1', '2', '3']) await queue.sendMessage(text);
    await queue.sendMessage('later', { visibilityTimeout: 600 });
    await other.sendMessage('of another');
    const [first, second] = (await queue.receiveMessages({ numberOfMessages: 2 })).receivedMessageItems;
    if (!first || !second) throw new Error('two of the messages are to be received');
    expect([first.messageText, second.messageText]).toEqual(['1', '2']);
    expect(
      (await queue.peekMessages({ numberOfMessages: 9 })).peekedMessageItems.map((one) => one.messageText),
    ).toEqual(['3']);

    const renewed = await queue.updateMessage(first.messageId, first.popReceipt, undefined, 0);
    await expect(queue.deleteMessage(first.messageId, first.popReceipt)).rejects.toMatchObject({
      code: 'PopReceiptMismatch',
    });
    await expect(other.deleteMessage(second.messageId, second.popReceipt)).rejects.toMatchObject({ statusCode: 404 });
    await queue.deleteMessage(second.messageId, second.popReceipt);
    await expect(queue.deleteMessage(second.messageId, second.popReceipt)).rejects.toMatchObject({ statusCode: 404 });
    const again = (await queue.receiveMessages({ numberOfMessages: 9 })).receivedMessageItems;
    expect(again.map((one) => [one.messageText, one.dequeueCount])).toEqual([
      ['3', 1],
      ['1', 2],
    ]);
    expect(renewed.popReceipt).not.toBe(again[1]?.popReceipt);
    expect((await queue.getProperties()).approximateMessagesCount).toBe(3);

    await queue.clearMessages();
    expect((await queue.getProperties()).approximateMessagesCount).toBe(0);
    await expect(queue.deleteMessage(again[0]?.messageId ?? '', again[0]?.popReceipt ?? '')).rejects.toMatchObject({
      statusCode: 404,
    });
    expect((await other.receiveMessages()).receivedMessageItems.map((one) => one.messageText)).toEqual(['of another']);
  });
});

function keyOf({ partitionKey, rowKey }: Row): string {
  return `${partitionKey} ${rowKey}`;
}

function keyOfStep([, one]: readonly [string, Row]): string {
  return keyOf(one);
}

function isPossible(kind: string, isThere: boolean): boolean {
  if (kind === 'stale') return false;
  return kind === 'upsert' || (kind === 'create') !== isThere;
}

/** Whether the table took it: as a transaction when it is more than one step. */
async function done(table: TableClient, steps: readonly (readonly [string, Row])[]): Promise<boolean> {
  try {
    await table.submitTransaction(steps.map(actionOf));
    return true;
  } catch {
    return false;
  }
}

function actionOf([kind, one]: readonly [string, Row]): TransactionAction {
  if (kind === 'create') return ['create', { ...one }];
  if (kind === 'delete') return ['delete', { ...one }];
  if (kind === 'upsert') return ['upsert', { ...one }, 'Replace'];
  return [
    'update',
    { ...one },
    'Replace',
    kind === 'stale' ? { etag: `W/"datetime'2020-01-01T00%3A00%3A00.0000000Z'"` } : {},
  ];
}

async function newTable(): Promise<TableClient> {
  const table = TableClient.fromConnectionString(storage.connectionString, `Table${made++}`, {
    allowInsecureConnection: true,
  });
  await table.createTable();
  return table;
}

async function newQueue(): Promise<QueueClient> {
  const queue = new QueueClient(storage.connectionString, `queue-${made++}`);
  await queue.create();
  return queue;
}
