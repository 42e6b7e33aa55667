import { QueueClient } from '@azure/storage-queue';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseRow } from '../../../src/storage/table/entity.ts';
import { openTable, prefixFilter } from '../../../src/storage/table/table.ts';
import { useAccount } from '../azurite.ts';
import { app, time } from '../samples.ts';

const account = useAccount();

describe('guarantee 1: wakeups and messages', () => {
  beforeEach(async () => {
    await account.table('PlumblineWakeups').deleteTable();
  });

  it('due wakeups are listed oldest first until they are cancelled', async () => {
    const { wakeups } = account.open();
    const at = (seconds: number) => new Date(time(seconds));
    const later = await wakeups.schedule(app('one'), at(30), 'later');
    const second = await wakeups.schedule(app('one'), at(20), 'second');
    const first = await wakeups.schedule(app('two'), at(10), 'first');
    expect(await wakeups.listDue(at(20), 10)).toEqual([
      { key: first, resource: app('two').id, why: 'first' },
      { key: second, resource: app('one').id, why: 'second' },
    ]);
    expect(await wakeups.listDue(at(9), 10)).toEqual([]);
    expect((await wakeups.listDue(at(60), 1)).map(({ key }) => key)).toEqual([first]);
    for (const key of [first, first, 'unknown', 'no/key']) await wakeups.cancel(key);
    expect((await wakeups.listDue(at(60), 10)).map(({ key }) => key)).toEqual([second, later]);
  });

  it('the same wakeup is stored once', async () => {
    const { wakeups } = account.open();
    const keys = [
      await wakeups.schedule(app('one'), new Date(time(1)), 'a'),
      await wakeups.schedule(app('ONE'), new Date(time(1)), 'a'),
    ];
    await wakeups.schedule(app('one'), new Date(time(1)), 'b');
    expect(keys[0]).toBe(keys[1]);
    expect((await wakeups.listDue(new Date(time(1)), 10)).length).toBe(2);
  });

  it('messages are sent as the host reads them: base64, without expiry, invisible until their delay is over', async () => {
    const { queue } = account.open();
    const client = new QueueClient(account.connectionString(), 'plumbline-reconcile');
    const message = {
      resource: app('one').id,
      cause: 'event' as const,
      event: { id: 'e1', receivedAt: time(0) },
      attempt: 0,
    };
    await queue.send(message, 0);
    await queue.send({ ...message, attempt: 1 }, 3600);
    const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
    const [received] = receivedMessageItems;
    expect(receivedMessageItems.length).toBe(1);
    expect(JSON.parse(Buffer.from(received?.messageText ?? '', 'base64').toString())).toEqual(message);
    expect(received?.expiresOn.getUTCFullYear()).toBe(9999);
    expect((await client.getProperties()).approximateMessagesCount).toBe(2);
  });

  it('a delay is at most one day and at least zero', async () => {
    const { queue } = account.open();
    for (const delay of [-5, 0.2, 10 ** 9]) {
      await queue.send({ resource: app('one').id, cause: 'wake', attempt: 0 }, delay);
    }
  });
});

describe('dead letters of the work queue', () => {
  it('a dead letter is stored once, with the last failure recorded before it', async () => {
    const { deadLetters } = account.open();
    const letter = { queue: 'plumbline-reconcile', message: '{"attempt":3}', resource: app('one').id, at: time(1) };
    await deadLetters.recordFailure('m/1', 'first');
    await deadLetters.recordFailure('m/1', 'x'.repeat(100_000));
    await deadLetters.recordFailure('m/1', 'last');
    await deadLetters.record('m/1', letter);
    await deadLetters.recordFailure('m/1', 'after');
    await deadLetters.record('m/1', { ...letter, at: time(2) });
    await deadLetters.record('m/2', { ...letter, resource: null, at: time(3) });
    const table = openTable(account.table('PlumblineDeadLetters'), () => undefined);
    const letters = (await table.readAll(prefixFilter('letter', 'l-'))).map((row) =>
      parseRow(z.unknown(), table.name, row),
    );
    expect(letters).toMatchObject([
      { messageKey: 'm/2', error: null, resource: null },
      { messageKey: 'm/1', error: 'last', ...letter },
    ]);
  });
});
