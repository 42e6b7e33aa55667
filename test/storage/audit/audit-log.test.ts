import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { AUDIT_KINDS, type AuditEntry, type AuditRecord } from '../../../src/domain/audit/audit.ts';
import type { AuditLog, AuditQuery } from '../../../src/workflows/ports/audit.ts';
import { useAccount } from '../azurite.ts';
import { app, record, SUBSCRIPTION, time } from '../samples.ts';

const account = useAccount();

beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
});

describe('guarantee 4: each record is in the log once, in order', () => {
  it('append returns the entries of the records, in their order', async () => {
    const { audit } = account.open();
    const records = [record(app('one'), 'a'), record(null, 'b'), record(app('two'), 'c'), record(app('one'), 'd')];
    const entries = await audit.append(records);
    expect(entries).toMatchObject(records);
    for (const entry of entries) expect(await audit.get(entry.id)).toEqual(entry);
    const chain = entries.filter((entry) => entry.chain === entries[0]?.chain);
    expect(chain.length).toBeGreaterThan(1);
    expect(chain.map(({ seq, prevHash }) => [seq, prevHash])).toEqual(
      chain.map((_, index) => [index + 1, chain[index - 1]?.hash ?? '']),
    );
  });

  it('the same record is logged once when several instances append it several times', async () => {
    const [here, there] = [account.open().audit, account.open().audit];
    const same = record(app('one'), 'a');
    const [first] = await here.append([same, same]);
    const again = await Promise.all([here, there, here, there].map((audit) => audit.append([same])));
    expect(again).toEqual(again.map(() => [first]));
    expect((await whole(here)).length).toBe(1);
  });

  it('a new record is added after one that is in the log already', async () => {
    const [here, there] = [account.open().audit, account.open().audit];
    await here.append([record(app('one'), 'a')]);
    const entries = await there.append([record(app('one'), 'a'), record(app('one'), 'b')]);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('two instances that append 300 records each at the same time log each record once, 100 of them shared', async () => {
    const same = (who: string, from: number): AuditRecord[] =>
      Array.from({ length: 300 }, (_, n) => {
        const name = n < 100 ? `both-${n}` : `${who}-${n}`;
        return record(app(`app-${n % 24}`), name, { at: time(from + n) });
      });
    const writers = ['x', 'y'].map((who) => ({ audit: account.open().audit, records: same(who, 0) }));
    await Promise.all(writers.flatMap(({ audit, records }) => records.map((one) => audit.append([one]))));
    const log = account.open().audit;
    const entries = await whole(log);
    expect(new Set(entries.map(({ message }) => message)).size).toBe(500);
    expect(entries.length).toBe(500);
    expect(await log.verify()).toMatchObject({ valid: true, entries: 500 });
  });

  it('records that arrive together are committed in one transaction', async () => {
    const { audit } = account.open();
    await audit.append([record(app('one'), 'first')]);
    account.requests();
    await Promise.all(Array.from({ length: 31 }, (_, n) => audit.append([record(app('one'), `burst ${n}`)])));
    // The first is sent at once, the thirty others wait for it.
    expect(account.requests().table).toBe(2);
  });

  it('no record is logged after one that could not be logged', async () => {
    const { audit } = account.open();
    const large = record(app('one'), 'large', { message: 'x'.repeat(600_000) });
    await expect(audit.append([record(app('one'), 'a'), large, record(app('one'), 'b')])).rejects.toThrow(/bytes/);
    expect(await whole(audit)).toEqual([]);
    expect((await audit.append([record(app('one'), 'c')]))[0]).toMatchObject({ seq: 1 });
  });

  it('large records are split into as many transactions as they need', async () => {
    const { audit } = account.open();
    const records = Array.from({ length: 12 }, (_, n) =>
      record(app('one'), `large ${n}`, { message: `${n} ${'x'.repeat(480_000)}` }),
    );
    expect((await audit.append(records)).map(({ seq }) => seq)).toEqual(records.map((_, n) => n + 1));
    expect((await audit.verify()).valid).toBe(true);
  });

  it.each([
    ['once, so that the client repeats the request', 1],
    ['always, so that the client gives up', 3],
  ])('a record is logged once when the answer is lost %s', async (_, times) => {
    const proxy = await losingAnswers(account.connectionString());
    try {
      const { audit } = account.open(proxy.connectionString);
      await audit.append([record(app('one'), 'before')]);
      proxy.lose(times);
      const [entry] = await audit.append([record(app('one'), 'lost')]);
      expect(entry).toMatchObject({ seq: 2, message: 'Fixed lost.' });
      expect(proxy.lost()).toBe(times);
      expect((await audit.append([record(app('one'), 'after')]))[0]).toMatchObject({ seq: 3, prevHash: entry?.hash });
      expect(await audit.verify()).toMatchObject({ valid: true, entries: 3 });
    } finally {
      await proxy.close();
    }
  });

  it('the times of a chain stay in order when a clock goes back', async () => {
    const { audit } = account.open();
    const entries = await audit.append([
      record(app('one'), 'a', { at: time(10) }),
      record(app('one'), 'b', { at: time(5) }),
    ]);
    expect(entries.map(({ at }) => at)).toEqual([time(10), time(10)]);
    expect((await audit.verify()).valid).toBe(true);
  });

  it('append refuses a time in another form, which would not sort', async () => {
    const { audit } = account.open();
    await expect(audit.append([record(app('one'), 'a', { at: '2026-03-01T12:00:00Z' })])).rejects.toThrow(
      /must be a time/,
    );
  });
});

describe('reading the audit log', () => {
  it('get returns null for an unknown id', async () => {
    const { audit } = account.open();
    for (const id of ['unknown', 'a/b', '..', '%2e', 'x'.repeat(2000), "' or 1 eq 1"])
      expect(await audit.get(id)).toBeNull();
  });

  it('the list is filtered and has the newest entry first', async () => {
    const { audit } = account.open();
    const kim = { type: 'user', objectId: 'AAAA1111-0000-0000-0000-000000000000', name: 'Kim' } as const;
    await audit.append([
      record(app('shop'), 'a', { at: time(1) }),
      record(app('shop/slots/staging'), 'b', { at: time(2), rule: 'webapp-http2' }),
      record(app('shopping'), 'c', { at: time(3), actor: kim, kind: 'approval.approved', approvalId: 'a1' }),
      record(app('other', 'Ünal'), 'd', { at: time(4), operationId: "o'p" }),
      record(null, 'e', { at: time(5), rule: null, kind: 'settings.changed', actor: kim }),
    ]);
    const found = async (query: AuditQuery) => (await whole(audit, query)).map(({ message }) => message[6]).join('');
    expect(await found({})).toBe('edcba');
    expect(await found({ resource: app('shop').id })).toBe('ba');
    expect(await found({ resource: `${app('shop').id.toUpperCase()}/` })).toBe('ba');
    expect(await found({ resource: SUBSCRIPTION })).toBe('dcba');
    expect(await found({ resource: `${SUBSCRIPTION}/resourceGroups/üNAL` })).toBe('d');
    expect(await found({ rule: 'webapp-http2' })).toBe('b');
    expect(await found({ kind: 'settings.changed' })).toBe('e');
    expect(await found({ actor: kim.objectId.toLowerCase() })).toBe('ec');
    expect(await found({ operationId: "o'p" })).toBe('d');
    expect(await found({ approval: 'a1' })).toBe('c');
    expect(await found({ from: time(2), to: time(4) })).toBe('cb');
    expect(await found({ from: time(5) })).toBe('e');
    expect(await found({ to: time(1) })).toBe('');
    expect(await found({ kind: 'approval.approved', actor: kim.objectId, to: time(4) })).toBe('c');
  });

  it('pages have every entry exactly once while the log grows', async () => {
    const { audit } = account.open();
    await audit.append(Array.from({ length: 75 }, (_, n) => record(app(`app-${n % 9}`), `${n}`, { at: time(n) })));
    const seen: AuditEntry[] = [];
    let after: string | null = null;
    do {
      account.requests();
      const page = await audit.list({}, { limit: 10, after });
      expect(account.requests().table).toBeLessThanOrEqual(3);
      seen.push(...page.items);
      after = page.next;
      await audit.append([record(app('app-1'), `new ${seen.length}`, { at: time(1000 + seen.length) })]);
    } while (after !== null);
    expect(seen.map(({ message }) => message)).toEqual(Array.from({ length: 75 }, (_, n) => `Fixed ${74 - n}.`));
  });

  it('every kind of entry can be logged', async () => {
    const { audit } = account.open();
    await audit.append(AUDIT_KINDS.map((kind) => record(app('one'), kind, { kind })));
    expect((await whole(audit)).length).toBe(AUDIT_KINDS.length);
  });
});

async function whole(audit: AuditLog, query: AuditQuery = {}): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let after: string | null = null;
  do {
    const page = await audit.list(query, { limit: 200, after });
    entries.push(...page.items);
    after = page.next;
  } while (after !== null);
  return entries;
}

/** A proxy for the tables that forwards a transaction and closes the connection before its answer. */
async function losingAnswers(connectionString: string) {
  const endpoint = /TableEndpoint=http:\/\/([^:]+):(\d+)/.exec(connectionString);
  let toLose = 0;
  let lost = 0;
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = ask({ host: endpoint?.[1], port: endpoint?.[2], method, path: url, headers }, (answer) => {
      if (toLose > 0 && url?.includes('$batch')) {
        toLose--;
        lost++;
        answer.resume().on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connectionString: connectionString.replace(
      /TableEndpoint=http:\/\/[^/]+/,
      `TableEndpoint=http://127.0.0.1:${port}`,
    ),
    lose: (times: number) => {
      toLose = times;
    },
    lost: () => lost,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
