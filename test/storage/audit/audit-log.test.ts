import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { AUDIT_KINDS, type AuditEntry, type AuditRecord } from '../../../src/domain/audit/audit.ts';
import type { AuditLog, AuditQuery } from '../../../src/workflows/ports/audit.ts';
import { useAccount } from '../azurite.ts';
import { app, fact, SUBSCRIPTION, time } from '../samples.ts';

const account = useAccount();

beforeEach(async () => {
  await account.table('PlumblineAudit').deleteTable();
});

describe('guarantee 4: what happened is in the log, once, in order', () => {
  it('gives the entries of the facts, in their order', async () => {
    const { audit } = account.open();
    const records = [fact(app('one'), 'a'), fact(null, 'b'), fact(app('two'), 'c'), fact(app('one'), 'd')];
    const entries = await audit.append(records);
    expect(entries).toMatchObject(records);
    for (const entry of entries) expect(await audit.get(entry.id)).toEqual(entry);
    const chain = entries.filter((entry) => entry.chain === entries[0]?.chain);
    expect(chain.length).toBeGreaterThan(1);
    expect(chain.map(({ seq, prevHash }) => [seq, prevHash])).toEqual(
      chain.map((_, index) => [index + 1, chain[index - 1]?.hash ?? '']),
    );
  });

  it('records a fact once, however often and wherever it is told', async () => {
    const [here, there] = [account.open().audit, account.open().audit];
    const told = fact(app('one'), 'a');
    const [first] = await here.append([told, told]);
    const again = await Promise.all([here, there, here, there].map((audit) => audit.append([told])));
    expect(again).toEqual(again.map(() => [first]));
    expect((await whole(here)).length).toBe(1);
  });

  it('adds a new fact beside one that is there already', async () => {
    const [here, there] = [account.open().audit, account.open().audit];
    await here.append([fact(app('one'), 'a')]);
    const entries = await there.append([fact(app('one'), 'a'), fact(app('one'), 'b')]);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('survives two instances that write 300 facts each at the same time, 100 of them the same', async () => {
    const told = (who: string, from: number): AuditRecord[] =>
      Array.from({ length: 300 }, (_, n) => {
        const name = n < 100 ? `both-${n}` : `${who}-${n}`;
        return fact(app(`app-${n % 24}`), name, { at: time(from + n) });
      });
    const writers = ['x', 'y'].map((who) => ({ audit: account.open().audit, facts: told(who, 0) }));
    await Promise.all(writers.flatMap(({ audit, facts }) => facts.map((one) => audit.append([one]))));
    const log = account.open().audit;
    const entries = await whole(log);
    expect(new Set(entries.map(({ message }) => message)).size).toBe(500);
    expect(entries.length).toBe(500);
    expect(await log.verify()).toMatchObject({ valid: true, entries: 500 });
  });

  it('commits what arrives together together', async () => {
    const { audit } = account.open();
    await audit.append([fact(app('one'), 'first')]);
    account.requests();
    await Promise.all(Array.from({ length: 31 }, (_, n) => audit.append([fact(app('one'), `burst ${n}`)])));
    // The first goes at once, the thirty others wait for it.
    expect(account.requests().table).toBe(2);
  });

  it('puts nothing behind a fact that could not be recorded', async () => {
    const { audit } = account.open();
    const large = fact(app('one'), 'large', { message: 'x'.repeat(600_000) });
    await expect(audit.append([fact(app('one'), 'a'), large, fact(app('one'), 'b')])).rejects.toThrow(/bytes/);
    expect(await whole(audit)).toEqual([]);
    expect((await audit.append([fact(app('one'), 'c')]))[0]).toMatchObject({ seq: 1 });
  });

  it('takes large facts in as many transactions as they need', async () => {
    const { audit } = account.open();
    const records = Array.from({ length: 12 }, (_, n) =>
      fact(app('one'), `large ${n}`, { message: `${n} ${'x'.repeat(480_000)}` }),
    );
    expect((await audit.append(records)).map(({ seq }) => seq)).toEqual(records.map((_, n) => n + 1));
    expect((await audit.verify()).valid).toBe(true);
  });

  it.each([
    ['once, so that the client asks again', 1],
    ['always, so that the client gives up', 3],
  ])('records once when the answer is lost %s', async (_, times) => {
    const proxy = await losingAnswers(account.connectionString());
    try {
      const { audit } = account.open(proxy.connectionString);
      await audit.append([fact(app('one'), 'before')]);
      proxy.lose(times);
      const [entry] = await audit.append([fact(app('one'), 'lost')]);
      expect(entry).toMatchObject({ seq: 2, message: 'Fixed lost.' });
      expect(proxy.lost()).toBe(times);
      expect((await audit.append([fact(app('one'), 'after')]))[0]).toMatchObject({ seq: 3, prevHash: entry?.hash });
      expect(await audit.verify()).toMatchObject({ valid: true, entries: 3 });
    } finally {
      await proxy.close();
    }
  });

  it('keeps the times of a chain in order when a clock goes back', async () => {
    const { audit } = account.open();
    const entries = await audit.append([
      fact(app('one'), 'a', { at: time(10) }),
      fact(app('one'), 'b', { at: time(5) }),
    ]);
    expect(entries.map(({ at }) => at)).toEqual([time(10), time(10)]);
    expect((await audit.verify()).valid).toBe(true);
  });

  it('refuses a time of another form, which would not sort', async () => {
    const { audit } = account.open();
    await expect(audit.append([fact(app('one'), 'a', { at: '2026-03-01T12:00:00Z' })])).rejects.toThrow(
      /must be a time/,
    );
  });
});

describe('the log as it is read', () => {
  it('knows nothing of ids that it never gave', async () => {
    const { audit } = account.open();
    for (const id of ['unknown', 'a/b', '..', '%2e', 'x'.repeat(2000), "' or 1 eq 1"])
      expect(await audit.get(id)).toBeNull();
  });

  it('is newest first and filtered', async () => {
    const { audit } = account.open();
    const kim = { type: 'user', objectId: 'AAAA1111-0000-0000-0000-000000000000', name: 'Kim' } as const;
    await audit.append([
      fact(app('shop'), 'a', { at: time(1) }),
      fact(app('shop/slots/staging'), 'b', { at: time(2), rule: 'webapp-http2' }),
      fact(app('shopping'), 'c', { at: time(3), actor: kim, kind: 'approval.approved', approvalId: 'a1' }),
      fact(app('other', 'Ünal'), 'd', { at: time(4), operationId: "o'p" }),
      fact(null, 'e', { at: time(5), rule: null, kind: 'settings.changed', actor: kim }),
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

  it('comes in pages without loss or doubles, also while it grows', async () => {
    const { audit } = account.open();
    await audit.append(Array.from({ length: 75 }, (_, n) => fact(app(`app-${n % 9}`), `${n}`, { at: time(n) })));
    const seen: AuditEntry[] = [];
    let after: string | null = null;
    do {
      account.requests();
      const page = await audit.list({}, { limit: 10, after });
      expect(account.requests().table).toBeLessThanOrEqual(3);
      seen.push(...page.items);
      after = page.next;
      await audit.append([fact(app('app-1'), `new ${seen.length}`, { at: time(1000 + seen.length) })]);
    } while (after !== null);
    expect(seen.map(({ message }) => message)).toEqual(Array.from({ length: 75 }, (_, n) => `Fixed ${74 - n}.`));
  });

  it('has a place for every kind', async () => {
    const { audit } = account.open();
    await audit.append(AUDIT_KINDS.map((kind) => fact(app('one'), kind, { kind })));
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

/** A proxy before the tables that lets a transaction through and cuts the line before its answer. */
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
