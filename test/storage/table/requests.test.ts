import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { TABLES } from '../../../src/storage/names.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { StorageUnavailable } from '../../../src/workflows/ports/storage.ts';
import { takeLease } from '../../fakes/take-lease.ts';
import { ACCOUNT_NOW, useAccount } from '../azurite.ts';
import { app, auditKeys, event, finding, memory, record } from '../samples.ts';

const account = useAccount();
const KEY = 'c2VjcmV0LWtleS10aGF0LW11c3Qtbm90LWJlLXRvbGQ=';

describe('tables, the queue and the container', () => {
  it('are created on first use, also when several stores need them at once', async () => {
    const storage = account.open();
    const { resources, audit, queue, events } = storage;
    await Promise.all([
      ...Array.from({ length: 5 }, (_, n) => resources.saveState(app(`m${n}`), memory(app(`m${n}`)), null)),
      ...Array.from({ length: 5 }, (_, n) => audit.append([record(app(`m${n}`), 'a')])),
      ...Array.from({ length: 5 }, () => queue.send({ resource: app('m').id, cause: 'wake', attempt: 0 }, 0)),
      ...Array.from({ length: 5 }, (_, n) => takeLease(storage, app(`m${n}`)).then((lease) => lease?.release())),
      ...Array.from({ length: 5 }, (_, n) => events.store(event(`e${n}`, app('m')))),
    ]);
    expect((await account.open().audit.verify()).entries).toBe(5);
    expect((await account.open().events.listWaiting(app('m'))).length).toBe(5);
  });

  it('are not created again before each use', async () => {
    const { resources } = account.open();
    await resources.loadState(app('m1'));
    account.requests();
    await resources.loadState(app('m1'));
    expect(account.requests().table).toBe(1);
  });

  it('are created again after somebody deleted them', async () => {
    const { findings } = account.open();
    await findings.replace(app('one'), [finding(app('one'), 'a')]);
    await account.table(TABLES.findings).deleteTable();
    await findings.replace(app('one'), [finding(app('one'), 'a')]);
    expect((await findings.list({}, { limit: 5, after: null })).items.length).toBe(1);
  });

  it('have names that Azure allows, unique without regard to case', () => {
    for (const name of Object.values(TABLES)) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9]{2,62}$/);
    expect(new Set(Object.values(TABLES).map((name) => name.toLowerCase())).size).toBe(Object.keys(TABLES).length);
  });

  it('answer a ping', async () => {
    await account.open().ping();
    account.requests();
    await account.open().ping();
    expect(account.requests()).toEqual({ table: 1, queue: 1, blob: 1 });
  });
});

describe('guarantee 9: a storage failure is an error that says what failed and contains no secret', () => {
  it('when the connection is refused', async () => {
    const storage = unreachable('http://127.0.0.1:1/acct');
    await expect(storage.resources.loadState(app('one'))).rejects.toThrow(
      /^could not read a row in table PlumblineEvents: ECONNREFUSED$/,
    );
    for (const failure of await failures(storage)) {
      expect(failure).toBeInstanceOf(StorageUnavailable);
      expect(`${failure} ${JSON.stringify(failure)} ${failure instanceof Error && failure.stack}`).not.toMatch(
        /c2Vjc|AccountKey|sig=/,
      );
    }
  });

  it.each([401, 403, 500, 503])('when the service answers %i', async (status) => {
    const server = createServer((_, answer) => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end('{"odata.error":{"code":"Trouble"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const storage = unreachable(`http://127.0.0.1:${(server.address() as AddressInfo).port}/acct`);
      for (const failure of await failures(storage)) {
        expect(failure).toBeInstanceOf(StorageUnavailable);
        expect(String(failure)).toMatch(new RegExp(`could not .* in .*: \\w+ \\(HTTP ${status}\\)`));
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

function unreachable(address: string) {
  const value =
    `DefaultEndpointsProtocol=http;AccountName=acct;AccountKey=${KEY};` +
    `TableEndpoint=${address};QueueEndpoint=${address};BlobEndpoint=${address};`;
  return openStorage({ connection: { kind: 'connection-string', value }, auditKeys, now: () => ACCOUNT_NOW });
}

async function failures(storage: ReturnType<typeof unreachable>): Promise<unknown[]> {
  const answers = await Promise.allSettled([
    storage.settings.load(),
    storage.audit.append([record(app('one'), 'a')]),
    storage.audit.verify(),
    storage.events.store(event('e', app('one'))),
    storage.approvals.list({}, { limit: 5, after: null }),
    storage.queue.send({ resource: app('one').id, cause: 'wake', attempt: 0 }, 0),
    takeLease(storage, app('one')),
    storage.ping(),
  ]);
  return answers.map((answer) => (answer.status === 'rejected' ? answer.reason : 'it answered'));
}
