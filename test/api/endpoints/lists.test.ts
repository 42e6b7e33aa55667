import { beforeEach, describe, expect, it } from 'vitest';
import { listApprovals } from '../../../src/api/endpoints/approvals/approvals.ts';
import { listAudit } from '../../../src/api/endpoints/audit/audit.ts';
import { listFindings } from '../../../src/api/endpoints/findings/findings.ts';
import { listRules } from '../../../src/api/endpoints/rules.ts';
import type { ApiService, Endpoint } from '../../../src/api/framework/endpoint.ts';
import { timestamp } from '../../../src/domain/resources/schema.ts';
import { apiDeps } from '../../fakes/api-deps.ts';
import type { FakeDeps } from '../../fakes/deps.ts';
import { ask, serviceOf, statusAndCode } from '../ask.ts';
import { approval, bob, finding, GROUP, record, SHOP, shop } from '../samples.ts';

let deps: FakeDeps;
let service: ApiService;
const lists: [string, Endpoint][] = [listApprovals, listAudit, listFindings, listRules].map((call) => [
  call.name,
  call,
]);

beforeEach(async () => {
  deps = apiDeps();
  service = serviceOf(deps);
  for (let n = 0; n < 120; n += 1) {
    const id = `approval-${n}`;
    deps.stored.approvals.set(id, { value: approval({ id, status: n % 2 ? 'pending' : 'applied' }), version: 1 });
    deps.stored.findings.push(finding({ reason: id, resource: { ...shop, id: `${SHOP}-${n}` } }));
  }
  await deps.audit.append(Array.from({ length: 120 }, (_, n) => record({ id: `audit-${n}`, at: at(n) })));
});

describe('every list', () => {
  it.each(lists)('%s refuses unknown parameters and invalid values', async (_, call) => {
    for (const query of [
      '?colour=red',
      '?group=colour',
      '?Limit=1',
      '?limit=1&limit=2',
      '?cursor=a&cursor=a',
      '?limit=0',
      '?limit=201',
      '?limit=-1',
      '?limit=1.5',
      '?limit=ten',
      '?limit=',
      '?limit=1e1',
      '?limit=0x10',
    ]) {
      expect(statusAndCode(await ask(call, service, { query })), query).toBe('400 invalid');
    }
  });

  it.each(lists)('%s refuses a cursor that it did not return', async (_, call) => {
    for (const query of ['?cursor=', '?cursor=50', '?cursor=NTA.AAAA', '?cursor=%00', `?cursor=${'A'.repeat(5000)}`]) {
      expect(statusAndCode(await ask(call, service, { query })), query).toBe('400 bad-cursor');
    }
  });

  it('a refusal names each invalid parameter', async () => {
    const { body } = await ask(listApprovals, service, { query: '?limit=201&colour=red' });
    expect(body.errors).toEqual([
      { parameter: 'limit', detail: expect.stringContaining('200') },
      { parameter: 'colour', detail: 'is not known' },
    ]);
  });

  it('a page has 50 items by default, and at most 200', async () => {
    expect(items(await ask(listApprovals, service))).toHaveLength(50);
    expect(items(await ask(listApprovals, service, { query: '?limit=200' }))).toHaveLength(120);
    expect(items(await ask(listApprovals, service, { query: '?limit=1' }))).toHaveLength(1);
  });

  it('the pages have every item once, and the last has no cursor', async () => {
    for (const call of [listApprovals, listAudit, listFindings]) {
      const seen = await everything(call, '?limit=50');
      expect(seen).toHaveLength(120);
      expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(120);
    }
    expect(await everything(listRules, '?limit=1')).toMatchObject([
      { id: 'webapp-min-tls' },
      { id: 'webapp-remote-debugging' },
    ]);
  });
});

describe('cursors', () => {
  it('belong to one list, one set of filters and one key', async () => {
    const { body } = await ask(listApprovals, service, { query: '?status=pending&limit=10' });
    const cursor = String(body.nextCursor);
    const asks = async (call: Endpoint, query: string, of = service) => statusAndCode(await ask(call, of, { query }));
    expect(await asks(listApprovals, `?status=pending&limit=10&cursor=${cursor}`)).toBe('200');
    expect(await asks(listApprovals, `?cursor=${cursor}&limit=20&status=pending`)).toBe('200');
    expect(await asks(listApprovals, `?cursor=${cursor}`)).toBe('400 bad-cursor');
    expect(await asks(listApprovals, `?status=applied&cursor=${cursor}`)).toBe('400 bad-cursor');
    expect(await asks(listFindings, `?cursor=${cursor}`)).toBe('400 bad-cursor');
    const other = { ...service, config: { ...service.config, cursorKey: Buffer.alloc(32, 8) } };
    expect(await asks(listApprovals, `?status=pending&cursor=${cursor}`, other)).toBe('400 bad-cursor');
  });

  it('are refused when any one character is changed', async () => {
    const { body } = await ask(listApprovals, service);
    const cursor = String(body.nextCursor);
    for (let at = 0; at < cursor.length; at += 1) {
      for (const character of ['A', 'B', '-', '=']) {
        if (cursor[at] === character) continue;
        const forged = cursor.slice(0, at) + character + cursor.slice(at + 1);
        const query = `?cursor=${encodeURIComponent(forged)}`;
        expect(statusAndCode(await ask(listApprovals, service, { query })), forged).toBe('400 bad-cursor');
      }
    }
  });
});

describe('filters', () => {
  it('are those of the API', async () => {
    const asks = async (call: Endpoint, query: string) => statusAndCode(await ask(call, service, { query }));
    expect(await asks(listApprovals, `?status=pending&resource=${GROUP}&rule=webapp-min-tls`)).toBe('200');
    expect(
      await asks(listFindings, `?verdict=violation&resource=${SHOP}&rule=webapp-min-tls&severity=high&decision=queue`),
    ).toBe('200');
    expect(
      await asks(
        listAudit,
        `?from=2026-01-01T00:00:00Z&to=2026-02-01&resource=${GROUP}&rule=webapp-min-tls&kind=fix.applied&actor=${bob.objectId}&operationId=o&approval=a`,
      ),
    ).toBe('200');
  });

  it.each([
    [listApprovals, 'status=open'],
    [listApprovals, 'status='],
    [listApprovals, 'resource=shop'],
    [listApprovals, `resource=${encodeURIComponent(`${GROUP}/../other`)}`],
    [listApprovals, `resource=${encodeURIComponent("/subscriptions/a' or true")}`],
    [listApprovals, 'rule='],
    [listApprovals, `rule=${encodeURIComponent("x' or RowKey ne '")}`],
    [listAudit, 'kind=fix'],
    [listAudit, 'from=yesterday'],
    [listAudit, 'from=2026-13-01T00:00:00Z'],
    [listAudit, 'to=1740000000'],
    [listAudit, 'actor=%20'],
    [listFindings, 'verdict=bad'],
    [listFindings, 'severity=worst'],
    [listFindings, 'decision=approve'],
  ] as [Endpoint, string][])('%# are refused when their values are invalid', async (call, query) => {
    expect(statusAndCode(await ask(call, service, { query: `?${query}` })), query).toBe('400 invalid');
  });

  it('reach the store: scopes, and times in UTC, from inclusive and to exclusive', async () => {
    const between = `?from=${encodeURIComponent('2026-03-01T03:00:10.000+02:00')}&to=2026-03-01T01:00:20Z&limit=200`;
    const found = items(await ask(listAudit, service, { query: between }));
    expect(found).toHaveLength(10);
    expect(found[0]).toMatchObject({ id: 'audit-19' });
    expect(found.at(-1)).toMatchObject({ id: 'audit-10' });
    const query = `?resource=${GROUP.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions')}/`;
    expect(items(await ask(listFindings, service, { query }))).toHaveLength(50);
    expect(items(await ask(listApprovals, service, { query: '?status=applied&limit=200' }))).toHaveLength(60);
  });
});

describe('times', () => {
  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T03:00:00+02:00', '2026-03-01T01:00:00.000Z'],
    ['2026-03-01T03:00:00.123456Z', '2026-03-01T03:00:00.123Z'],
    ['0001-01-01', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59-12:00', '+010000-01-01T11:59:59.000Z'],
  ])('%s is %s', (given, meant) => {
    expect(timestamp.parse(given)).toBe(meant);
  });
});

async function everything(call: Endpoint, query: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  let cursor: unknown;
  do {
    const { body } = await ask(call, service, { query: cursor ? `${query}&cursor=${cursor}` : query });
    seen.push(...items({ body }));
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  return seen;
}

function items({ body }: { body: Record<string, unknown> }): unknown[] {
  return Array.isArray(body.items) ? body.items : [];
}

function at(second: number): string {
  return new Date(Date.parse('2026-03-01T01:00:00.000Z') + second * 1000).toISOString();
}
