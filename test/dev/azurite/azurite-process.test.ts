import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { describe, expect, it } from 'vitest';
import { startAzurite } from '../../../dev/azurite/azurite.ts';

const TYPESCRIPT = new URL('../../../tools/typescript.mjs', import.meta.url).href;

const portOf = (connectionString: string) =>
  Number(/QueueEndpoint=http:\/\/127\.0\.0\.1:(\d+)/.exec(connectionString)?.[1]);

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe('local storage', () => {
  it('serves tables, queues and blobs until it is closed', async () => {
    const { connectionString, close } = await startAzurite();
    await TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true }).createTable(
      'things',
    );
    await QueueServiceClient.fromConnectionString(connectionString).createQueue('things');
    await BlobServiceClient.fromConnectionString(connectionString).createContainer('things');
    expect(await answers(portOf(connectionString))).toBe(true);
    await close();
    expect(await answers(portOf(connectionString))).toBe(false);
  });

  it('keeps its data in its folder', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'plumbline-storage-'));
    try {
      const first = await startAzurite({ folder });
      await QueueServiceClient.fromConnectionString(first.connectionString).createQueue('kept');
      await first.close();
      const second = await startAzurite({ folder });
      const kept = QueueServiceClient.fromConnectionString(second.connectionString).getQueueClient('kept');
      expect(await kept.exists()).toBe(true);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends when its parent is killed', async () => {
    const module = fileURLToPath(new URL('../../../dev/azurite/azurite.ts', import.meta.url));
    const program = `import(${JSON.stringify(module)}).then((m) => m.startAzurite()).then((s) => console.log(s.connectionString));`;
    const parent = spawn(process.execPath, ['--import', TYPESCRIPT, '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    expect(await answers(portOf(said))).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => answers(portOf(said)), { timeout: 5000 }).toBe(false);
  });
});
