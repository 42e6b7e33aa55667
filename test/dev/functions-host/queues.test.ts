import { setTimeout as sleep } from 'node:timers/promises';
import { type QueueClient, QueueServiceClient } from '@azure/storage-queue';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyAccount } from '../../account.ts';
import { type FixtureHost, releaseFixture, startFixture } from './fixture/start.ts';

let account: string;
let service: QueueServiceClient;
beforeAll(async () => {
  account = await emptyAccount();
  service = QueueServiceClient.fromConnectionString(account);
});

/** A separate host on a separate queue, closed at the end of the test. */
async function withHost(
  name: string,
  run: (host: FixtureHost, queue: QueueClient) => Promise<void>,
  visibilitySeconds = 600,
) {
  const settings = { AzureWebJobsStorage: account, FIXTURE_QUEUE: name };
  const host = await startFixture({ visibilitySeconds }, settings);
  try {
    await run(host, service.getQueueClient(name));
  } finally {
    await host.close();
  }
}

const send = (queue: QueueClient, text: string) => queue.sendMessage(Buffer.from(text).toString('base64'));
const left = async (queue: QueueClient) => (await queue.getProperties()).approximateMessagesCount;

describe('queue triggers', () => {
  it('polls a missing queue without creating it, and takes messages once it exists', async () => {
    await withHost('late', async (host, queue) => {
      await sleep(300);
      expect(await queue.exists()).toBe(false);
      await queue.create();
      await send(queue, '{"event":"one"}');
      await expect.poll(() => host.seen('work')).toHaveLength(1);
      await expect.poll(() => left(queue)).toBe(0);
    });
  });

  it('passes JSON parsed and other text unchanged, with the metadata of the message', async () => {
    await withHost('shapes', async (host, queue) => {
      await queue.create();
      for (const text of ['{"id":"mine"}', '123', 'plain text']) await send(queue, text);
      await expect.poll(() => host.seen('work')).toHaveLength(3);
      const seen = await host.seen('work');
      expect(seen).toContainEqual(expect.objectContaining({ message: 123, type: 'number' }));
      expect(seen).toContainEqual({
        message: 'plain text',
        type: 'string',
        metadata: expect.objectContaining({
          dequeueCount: 1,
          popReceipt: expect.any(String),
          insertionTime: expect.any(String),
        }),
      });
      // As in the real host, properties of the body overwrite those of the message.
      expect(seen).toContainEqual(expect.objectContaining({ metadata: expect.objectContaining({ id: 'mine' }) }));
    });
  });

  it('tries a failing message maxDequeueCount times, then moves it unchanged to the poison queue', async () => {
    await withHost('failing', async (host, queue) => {
      await queue.create();
      await send(queue, 'fail');
      await expect.poll(() => host.seen('dead'), { timeout: 5000 }).toEqual(['fail']);
      const tries = (await host.seen('work')).map((one) => JSON.parse(JSON.stringify(one)).metadata.dequeueCount);
      expect(tries).toEqual([1, 2, 3]);
      await expect.poll(() => left(queue)).toBe(0);
    });
  });

  it('moves a message that is not base64 to the poison queue without running the function', async () => {
    const settings = {
      AzureWebJobsStorage: account,
      FIXTURE_QUEUE: 'garbage',
      // It would take the message before the test reads it.
      'AzureWebJobs.dead.Disabled': 'true',
    };
    const queue = service.getQueueClient('garbage');
    await queue.create();
    await queue.sendMessage('{ not base64 }');
    const host = await startFixture({}, settings);
    await expect.poll(() => left(queue)).toBe(0);
    const { peekedMessageItems } = await service.getQueueClient('garbage-poison').peekMessages();
    expect(peekedMessageItems[0]?.messageText).toBe('{ not base64 }');
    expect(await host.seen('work')).toEqual([]);
    await host.close();
  });

  it('never runs a function with base64 that is not UTF-8, tries it maxDequeueCount times and moves it away', async () => {
    await withHost('bytes', async (host, queue) => {
      const body = Buffer.from([0x22, 0xff, 0x22]).toString('base64');
      await queue.create();
      await queue.sendMessage(body);
      const poison = service.getQueueClient('bytes-poison');
      await expect.poll(() => poison.exists()).toBe(true);
      await expect.poll(() => left(queue)).toBe(0);
      expect(host.lines).toContainEqual(expect.stringContaining('moved to bytes-poison after 3 tries'));
      expect([await host.seen('work'), await host.seen('dead')]).toEqual([[], []]);
    });
  });

  it('takes no messages for a function that a setting switches off', async () => {
    const settings = {
      AzureWebJobsStorage: account,
      FIXTURE_QUEUE: 'off',
      'AzureWebJobs.work.Disabled': 'true',
    };
    const queue = service.getQueueClient('off');
    await queue.create();
    await send(queue, 'waiting');
    const host = await startFixture({}, settings);
    await sleep(500);
    expect((await queue.receiveMessages()).receivedMessageItems).toMatchObject([{ dequeueCount: 1 }]);
    await host.close();
  });

  it('finishes the current message when it stops, and takes no other', async () => {
    const settings = { AzureWebJobsStorage: account, FIXTURE_QUEUE: 'ending' };
    const queue = service.getQueueClient('ending');
    await queue.create();
    await send(queue, 'wait');
    const host = await startFixture({}, settings);
    await expect.poll(() => host.seen('work')).toHaveLength(1);
    const closed = host.close();
    await send(queue, 'later');
    releaseFixture();
    await closed;
    expect((await queue.receiveMessages()).receivedMessageItems).toMatchObject([{ dequeueCount: 1 }]);
    expect(await left(queue)).toBe(1);
  });

  it('keeps a message invisible while the function works on it', async () => {
    await withHost(
      'long',
      async (host, queue) => {
        await queue.create();
        await send(queue, 'wait');
        await expect.poll(() => host.seen('work')).toHaveLength(1);
        await sleep(2200); // The storage service counts invisibility in whole seconds: wait more than twice as long.
        expect((await queue.receiveMessages()).receivedMessageItems).toEqual([]);
        await fetch(`${host.url}/api/release`, { method: 'POST' });
        await expect.poll(() => left(queue)).toBe(0);
        expect(await host.seen('work')).toHaveLength(1);
      },
      1,
    );
  });

  it('closes after a limited wait for a running message, which becomes visible again later', async () => {
    const settings = { AzureWebJobsStorage: account, FIXTURE_QUEUE: 'stuck' };
    const queue = service.getQueueClient('stuck');
    await queue.create();
    await send(queue, 'wait');
    const host = await startFixture({}, settings);
    await expect.poll(() => host.seen('work')).toHaveLength(1);
    await host.close(50);
    expect(await left(queue)).toBe(1);
  });

  it('takes no message after it was closed', async () => {
    await withHost('closed', async (_, queue) => void (await queue.create()));
    const queue = service.getQueueClient('closed');
    await send(queue, 'later');
    await sleep(300);
    expect((await queue.receiveMessages()).receivedMessageItems).toHaveLength(1);
  });
});
