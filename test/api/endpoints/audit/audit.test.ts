import { beforeEach, describe, expect, it } from 'vitest';
import { listAnchors } from '../../../../src/api/endpoints/audit/anchors.ts';
import { listAudit, verifyAudit } from '../../../../src/api/endpoints/audit/audit.ts';
import { PeriodTooLong } from '../../../../src/workflows/ports/audit.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import type { FakeDeps } from '../../../fakes/deps.ts';
import { ADA, ask, principal, serviceOf, statusAndCode } from '../../ask.ts';
import { record } from '../../samples.ts';

const ada = { type: 'user', objectId: ADA, name: 'Ada Lovelace' } as const;
let deps: FakeDeps;

beforeEach(async () => {
  deps = apiDeps(['audit.verifyAndAnchor']);
  await deps.audit.append([
    record({ id: 'a', at: at(1), kind: 'fix.intended' }),
    record({ id: 'b', at: at(2), kind: 'fix.applied', message: 'Raised to TLS 1.2.' }),
    record({ id: 'c', at: at(3), kind: 'approval.approved', actor: ada }),
    record({ id: 'd', at: at(4), kind: 'settings.changed', actor: ada, resource: null, rule: null }),
  ]);
});

function at(minutes: number): string {
  return new Date(Date.UTC(2026, 2, 1, 10, minutes)).toISOString();
}

const asks = (call: typeof listAudit | typeof verifyAudit | typeof listAnchors, query = '') =>
  ask(call, serviceOf(deps), { query, as: principal(['Reader']) });

async function listed(query: string): Promise<unknown[]> {
  const { body } = await asks(listAudit, query);
  return Array.isArray(body.items) ? body.items.map(({ id }: { id: string }) => id) : [body.code];
}

describe('GET /audit', () => {
  it.each([
    ['?kind=fix.applied', ['b']],
    ['?kind=fix.applied,settings.changed', ['d', 'b']],
    ['?kind=fix.intended,fix.applied,approval.approved', ['c', 'b', 'a']],
    [`?actor=${ADA.toUpperCase()}`, ['d', 'c']],
    ['?actor=love', ['d', 'c']],
    ['?actor=LOVE&kind=settings.changed', ['d']],
    ['?actor=nobody', []],
    ['?q=tls%201.2', ['b']],
    ['?q=SHOP', ['c', 'b', 'a']],
    ['?q=webapp-min', ['c', 'b', 'a']],
    ['?q=lovelace&kind=approval.approved,fix.applied', ['c']],
  ])('%s gives %j', async (query, wanted) => {
    expect(await listed(query)).toEqual(wanted);
  });

  it.each(['?kind=fix.applied,fix.applied', '?kind=fix.applied,', '?kind=fix', '?q=', '?actor='])(
    '%s is refused',
    async (query) => {
      expect(await listed(query)).toEqual(['invalid']);
    },
  );

  it('asks an index for one kind and for an object id, as before', async () => {
    const asked: unknown[] = [];
    const list: typeof deps.audit.list = async (query) => {
      asked.push(query);
      return { items: [], next: null };
    };
    deps = { ...deps, audit: { ...deps.audit, list } };
    await asks(listAudit, `?kind=fix.applied&actor=${ADA}&rule=r`);
    await asks(listAudit, '?kind=fix.applied,fix.failed&actor=ada&q=x');
    expect(asked).toEqual([
      { kind: 'fix.applied', actor: ADA, rule: 'r' },
      { kinds: ['fix.applied', 'fix.failed'], actorName: 'ada', text: 'x' },
    ]);
  });
});

describe('GET /audit/verify of a period', () => {
  it('verifies its entries, and logs what is wrong', async () => {
    expect((await asks(verifyAudit, `?from=${at(2)}&to=${at(4)}`)).body).toMatchObject({ valid: true, entries: 2 });
    const third = deps.stored.entries[2];
    if (third) deps.stored.entries[2] = { ...third, message: 'Nothing happened.' };
    expect((await asks(verifyAudit, `?from=${at(2)}`)).body).toMatchObject({ valid: false });
    expect(deps.stored.logged).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'audit log verification failed' }),
    );
  });

  it('is refused when it is empty, or too long, with the longest end', async () => {
    expect(statusAndCode(await asks(verifyAudit, `?from=${at(2)}&to=${at(2)}`))).toBe('400 invalid');
    for (const [longest, said] of [
      [at(3), `has to=${at(3)}`],
      [null, 'audit:verify proves an export'],
    ] as const) {
      const verifyPeriod = () => Promise.reject(new PeriodTooLong(longest));
      const answer = await ask(verifyAudit, serviceOf({ ...deps, audit: { ...deps.audit, verifyPeriod } }), {
        query: `?from=${at(1)}`,
      });
      expect([statusAndCode(answer), answer.body.detail]).toEqual(['413 too-large', expect.stringContaining(said)]);
    }
  });
});

describe('GET /audit/anchors', () => {
  it('has the anchors of a period, newest first, as they were signed, page by page', async () => {
    for (let n = 0; n < 5; n += 1) {
      await deps.audit.append([record({ id: `more-${n}`, at: at(10 + n) })]);
      await deps.audit.verifyAndAnchor(new Date(at(20 + n)));
    }
    const { body } = await asks(listAnchors, '?limit=2');
    expect(body.items).toMatchObject([
      { number: 5, anchor: await deps.audit.latestAnchor() },
      { number: 4, anchor: { number: 4 } },
    ]);
    const next = await asks(listAnchors, `?limit=2&cursor=${body.nextCursor}`);
    expect(next.body.items).toMatchObject([{ number: 3 }, { number: 2 }]);
    const last = await asks(listAnchors, `?limit=2&cursor=${next.body.nextCursor}`);
    expect([last.body.items, last.body.nextCursor]).toMatchObject([[{ number: 1 }], undefined]);
    const some = await asks(listAnchors, `?from=${at(21)}&to=${at(23)}`);
    expect(some.body.items).toMatchObject([{ number: 3 }, { number: 2 }]);
    expect((await asks(listAnchors, `?to=${at(20)}`)).body).toEqual({ items: [] });
  });

  it('names one that is missing, and needs a role', async () => {
    deps = {
      ...deps,
      audit: {
        ...deps.audit,
        findAnchor: async () => 1,
        readAnchors: async (first, last) => (first <= last ? [null] : []),
      },
    };
    expect((await asks(listAnchors)).body).toEqual({ items: [{ number: 1, anchor: null }] });
    expect(statusAndCode(await ask(listAnchors, serviceOf(deps), { as: principal([]) }))).toBe('403 forbidden');
  });
});
