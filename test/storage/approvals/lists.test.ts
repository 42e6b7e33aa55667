/**
 * Lists, groups and totals of approvals: what they answer, compared with a plain model for any query, and what they cost,
 * over a stand-in for the table service that ends an answer as the service does.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { APPROVAL_STATUSES, type Approval } from '../../../src/domain/approvals/approval.ts';
import { GROUPINGS, groupApprovals } from '../../../src/domain/approvals/approval-groups.ts';
import {
  APPROVAL_SORTS,
  type ApprovalSort,
  headOf,
  OPEN_STATUSES,
} from '../../../src/domain/approvals/approval-list.ts';
import { digestOf } from '../../../src/domain/changes/change.ts';
import { IMPACTS } from '../../../src/domain/resources/documents.ts';
import { parseResourceId } from '../../../src/domain/resources/resource.ts';
import { SEVERITIES } from '../../../src/domain/rules/rule.ts';
import { openApprovals } from '../../../src/storage/approvals/approvals.ts';
import { openRows } from '../../../src/storage/approvals/open-rows.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import type { ApprovalQuery, Approvals, ListedApproval } from '../../../src/workflows/ports/approvals.ts';
import { approvalTable, textsOf } from '../million.ts';
import { app, approval, SUBSCRIPTION, time } from '../samples.ts';
import { type Rows, rowsOf, type TableService, tableService } from '../table-service.ts';

const RULES = ['webapp-min-tls', 'webapp-cors-wildcard', 'containerapp-ingress'];
const TITLES = ['TLS 1.2 or later', 'CORS does not allow every origin', 'Ingress is internal'];
const PEOPLE = [
  { objectId: '0000-ada', name: 'Ada Lovelace', type: 'user' },
  { objectId: '0000-pipeline', type: 'app' },
  null,
] as const;

/** The n-th approval, the latest first. Members of different size cycles, so that every combination comes up. */
function made(n: number, differs: Partial<Approval> = {}): Approval {
  const at = time(-n * 60);
  const of = app(`app-${n % 1009}`, `group-${n % 37}`);
  const rule = n % RULES.length;
  const changes = [{ document: 'config/web' as const, path: '/properties/x', from: n % 7, to: n % 5 }];
  const one = approval(`a${String(n).padStart(21, '0')}`, of, {
    ...{ purpose: n % 11 === 0 ? 'rollback' : 'fix', changes, requestedAt: at },
    ...{ expiresAt: time(-n * 60 + 3600 * (1 + (n % 13))), changedBy: PEOPLE[n % PEOPLE.length] ?? null },
    ...differs,
  });
  return {
    ...one,
    rule: {
      ...{ ...one.rule, id: RULES[rule] ?? '', title: TITLES[rule] ?? '' },
      ...{ severity: SEVERITIES[n % SEVERITIES.length] ?? 'low', impact: IMPACTS[(n * 3) % IMPACTS.length] ?? 'none' },
    },
  };
}

/** With the digest that follows from the others, as nearly all have. */
function digested(one: Approval): Approval {
  const resource = parseResourceId(one.resource.id);
  return resource ? { ...one, digest: digestOf(resource, one.rule, one.purpose, one.changes) } : one;
}

function opened(all: readonly Approval[], boundary = Number.POSITIVE_INFINITY) {
  return serving(approvalTable(all), boundary);
}

function serving(tables: Parameters<typeof tableService>[0], boundary = Number.POSITIVE_INFINITY) {
  const service = tableService(tables, { boundary });
  const table = openTable(service.client('PlumblineApprovals'), () => undefined);
  return {
    service,
    approvals: openApprovals(
      table,
      () => '',
      async () => undefined,
    ),
  };
}

/** The rows of the packed approvals alone: nothing else serves them. */
function packedOnly(all: readonly Approval[]): Rows {
  return rowsOf(
    openRows(all).map(({ partitionKey: _, rowKey, ...columns }) => ({ rowKey, columns: textsOf(columns) })),
  );
}

/** What a list may leave out, in one form. */
function shown({ outbox: _outbox, source: _source, ...one }: ListedApproval): object {
  return one;
}

async function everything(approvals: Approvals, query: ApprovalQuery, limit: number, service: TableService) {
  const found: ListedApproval[] = [];
  const totals = new Set<number | null>();
  let after: string | null = null;
  do {
    service.requests();
    const page = await approvals.list(query, { limit, after });
    expect(service.requests()).toBeLessThanOrEqual(3);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    totals.add(page.total);
    after = page.next;
  } while (after !== null);
  return { found: found.map(shown), totals: [...totals] };
}

// ---- The model: plain loops over all approvals.

const MODEL_ORDERS: Readonly<Record<ApprovalSort, (one: Approval) => string>> = {
  '-requested': ({ id }) => id,
  requested: ({ id }) => id,
  expires: ({ id, expiresAt }) => `${expiresAt} ${id}`,
  severity: ({ id, rule }) => `${SEVERITIES.indexOf(rule.severity)} ${id}`,
  impact: ({ id, rule }) => `${IMPACTS.indexOf(rule.impact)} ${id}`,
  rule: ({ id, rule }) => `${rule.id} ${id}`,
  resource: ({ id, resource }) => `${resource.id.toLowerCase()} ${id}`,
};

function modelled(all: readonly Approval[], { sort = '-requested', ...query }: ApprovalQuery): Approval[] {
  const found = all.filter((one) => {
    const id = `${one.resource.id.toLowerCase()}/`;
    if (query.status && !query.status.includes(one.status)) return false;
    if (query.rule && !query.rule.includes(one.rule.id)) return false;
    if (query.severity && !query.severity.includes(one.rule.severity)) return false;
    if (query.impact && !query.impact.includes(one.rule.impact)) return false;
    if (query.purpose && !query.purpose.includes(one.purpose)) return false;
    if (query.resource && !query.resource.some((scope) => id.startsWith(`${scope.toLowerCase()}/`))) return false;
    const { objectId = '', name = '' } = one.changedBy ?? {};
    const names = [objectId, name].map((text) => text.toLowerCase()).filter((text) => text !== '');
    if (query.changedBy && !query.changedBy.some((text) => names.includes(text.toLowerCase()))) return false;
    if (query.requestedFrom && Date.parse(one.requestedAt) < Date.parse(query.requestedFrom)) return false;
    if (query.requestedTo && Date.parse(one.requestedAt) >= Date.parse(query.requestedTo)) return false;
    if (query.expiresBefore && Date.parse(one.expiresAt) >= Date.parse(query.expiresBefore)) return false;
    const texts = [one.rule.id, one.rule.title, one.resource.name, one.resource.id, name].join('\n').toLowerCase();
    return query.q === undefined || texts.includes(query.q.toLowerCase());
  });
  const keyOf = MODEL_ORDERS[sort];
  const sorted = found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return sort === 'requested' ? sorted.reverse() : sorted;
}

const some = <T>(...values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }), { nil: undefined });
const LARGE = app('large');
const GROUP = `${SUBSCRIPTION}/resourceGroups/group-3`;
const filters = {
  resource: some(
    SUBSCRIPTION,
    GROUP,
    GROUP.toUpperCase(),
    `${GROUP}/providers/Microsoft.Web`,
    app('app-5', 'group-5').id,
  ),
  rule: some(...RULES, 'unheard-of'),
  severity: some(...SEVERITIES),
  impact: some(...IMPACTS),
  purpose: some('fix' as const, 'rollback' as const),
  changedBy: some('0000-ADA', 'ada lovelace', '0000-pipeline', 'nobody'),
  requestedFrom: fc.option(fc.constantFrom(time(-7200), time(-100)), { nil: undefined }),
  requestedTo: fc.option(fc.constantFrom(time(-3600), time(0)), { nil: undefined }),
  expiresBefore: fc.option(fc.constantFrom(time(0), time(7200)), { nil: undefined }),
  q: fc.option(fc.constantFrom('tls', 'CORS', 'app-1', 'lovelace', 'group-2', 'none of all'), { nil: undefined }),
};

/** Without the members that are undefined. */
function given<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(query));
}

describe('lists, groups and totals are those of a plain model', () => {
  const all = Array.from({ length: 240 }, (_, n) => {
    const status = APPROVAL_STATUSES[(n * 7 + Math.floor(n / 10)) % APPROVAL_STATUSES.length] ?? 'pending';
    const more: Partial<Approval> = n % 2 ? { moved: [{ document: 'config/web', path: '/x', from: 1, to: 2 }] } : {};
    const one = made(n, { status, changers: { objectIds: [`changer-${n}`], complete: n % 3 === 0 }, ...more });
    return n % 4 === 0 ? one : digested(one);
  });

  it.each([
    ['open ones, in any order', [...OPEN_STATUSES], true],
    ['any status, the latest first', [...APPROVAL_STATUSES], false],
  ] as const)('%s', async (_, statuses, isOpen) => {
    const { approvals, service } = opened(all, 90);
    const whole = opened(all).approvals;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ ...filters, status: some(...statuses), sort: fc.constantFrom(...APPROVAL_SORTS) }),
        fc.constantFrom(3, 50, 200),
        async ({ status, sort, ...others }, limit) => {
          const query: ApprovalQuery = isOpen
            ? { ...given(others), status: status ?? OPEN_STATUSES, sort, total: true }
            : given({ ...others, status });
          const wanted = modelled(all, query);
          const { found, totals } = await everything(approvals, query, limit, service);
          expect(found).toEqual(wanted.map(shown));
          expect(totals).toEqual([isOpen ? wanted.length : null]);
          const { sort: _sort, total: _total, ...filtered } = query;
          const { heads, complete } = await whole.listHeads(filtered);
          for (const by of GROUPINGS) {
            expect(groupApprovals(heads, by)).toEqual(groupApprovals(modelled(all, filtered).map(headOf), by));
          }
          expect(complete).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('pages of those that a caller accepts are full, and their total counts no others', async () => {
    const { approvals, service } = opened(all, 90);
    const accepts = ({ changers }: ListedApproval) => changers?.complete === true;
    const query: ApprovalQuery = { status: OPEN_STATUSES, sort: 'severity', total: true };
    const wanted = modelled(all, query).filter(accepts);
    expect(wanted.length).toBeGreaterThan(10);
    const { found, totals } = await everything(approvals, { ...query, accepts }, 5, service);
    expect([found, totals]).toEqual([wanted.map(shown), [wanted.length]]);
    const first = await approvals.list({ ...query, accepts }, { limit: 5, after: null });
    expect(first.items).toHaveLength(5);
  });

  it('a page begins behind the last one, whatever came and went meanwhile', async () => {
    const open = all.filter(({ status }) => OPEN_STATUSES.includes(status));
    for (const sort of APPROVAL_SORTS) {
      const query = { status: OPEN_STATUSES, sort, total: true };
      const first = await opened(open).approvals.list(query, { limit: 20, after: null });
      const gone = new Set(modelled(open, query).slice(15, 25));
      const left = open.filter((one) => !gone.has(one));
      const second = await opened(left).approvals.list(query, { limit: 20, after: first.next });
      expect(second.items.map(({ id }) => id)).toEqual(
        modelled(open, query)
          .slice(25, 45)
          .map(({ id }) => id),
      );
    }
  });
});

describe('a first page costs the same at 2,000 and at 20,000 approvals', () => {
  const COUNTS = [2000, 20_000];
  const FILTERS: readonly ApprovalQuery[] = [
    {},
    { resource: [GROUP, `${SUBSCRIPTION}/resourceGroups/group-4`] },
    { rule: RULES.slice(1) },
    { severity: ['critical', 'low'] },
    { impact: ['traffic'] },
    { purpose: ['rollback'] },
    { changedBy: ['ada lovelace'] },
    { requestedFrom: time(-3600), expiresBefore: time(7200) },
    { q: 'found nowhere' },
  ];
  const FINAL = APPROVAL_STATUSES.filter((one) => !OPEN_STATUSES.includes(one));
  let open: ReturnType<typeof opened>[] = [];
  let final: ReturnType<typeof opened>[] = [];
  beforeAll(() => {
    const all = (count: number, of: readonly Approval['status'][]) =>
      Array.from({ length: count }, (_, n) => made(n, { status: of[(n >> 1) % of.length] ?? 'pending' }));
    open = COUNTS.map((count) =>
      serving({ PlumblineApprovals: { approval: packedOnly(all(count, OPEN_STATUSES).map(digested)) } }),
    );
    final = COUNTS.map((count) => opened(all(count, [...FINAL, 'pending'])));
  }, 60_000);

  /** The requests of a call at each size. */
  async function costsOf(sizes: typeof open, call: (approvals: Approvals) => Promise<unknown>): Promise<number[]> {
    const costs = [];
    for (const { approvals, service } of sizes) {
      service.requests();
      await call(approvals);
      costs.push(service.requests());
    }
    return costs;
  }

  it('one request for open ones, whatever the filter, the order and the group', async () => {
    for (const [index, filter] of FILTERS.entries()) {
      const sort = APPROVAL_SORTS[index % APPROVAL_SORTS.length] ?? 'rule';
      const query: ApprovalQuery = { status: OPEN_STATUSES, ...filter, sort, total: true };
      const list = (approvals: Approvals) => approvals.list(query, { limit: 50, after: null });
      expect(await costsOf(open, list), JSON.stringify(query)).toEqual([1, 1]);
    }
    for (const filter of [{}, { severity: ['critical' as const], q: 'cors' }]) {
      expect(await costsOf(open, (approvals) => approvals.listHeads({ status: ['pending'], ...filter }))).toEqual([
        1, 1,
      ]);
    }
  });

  it.each([
    ['one final status', { status: ['applied'] }, 3],
    ['several final statuses', { status: FINAL.slice(0, 3) }, 3],
    // The settings, which say who may decide what is pending, are one more request.
    ['any status', {}, 2],
  ] as const)('at most three for %s, whatever the filter and the group', async (_, status, most) => {
    for (const filter of FILTERS) {
      const query: ApprovalQuery = { ...status, ...filter };
      const costs = await costsOf(final, (approvals) => approvals.list(query, { limit: 50, after: null }));
      expect(Math.max(...costs), JSON.stringify(query)).toBeLessThanOrEqual(most);
    }
    const full = await costsOf(final, (approvals) => approvals.list(status, { limit: 50, after: null }));
    expect(full).toEqual([1, 1]);
    const grouped = await costsOf(final, (approvals) => approvals.listHeads({ ...status, q: 'cors' }));
    expect(Math.max(...grouped)).toBeLessThanOrEqual(3);
  });
});

describe('what is too large to be packed', () => {
  /** Eight in one row, which has room for some of them only. */
  const large = Array.from({ length: 8 }, (_, n) => {
    let text = '';
    for (let at = 0; text.length < 60_000; at++) text += digestOf(LARGE, { id: `${n}`, version: at }, 'fix', []);
    return made(0, {
      ...{
        id: `a${String(n).padStart(21, '0')}`,
        changes: [{ document: 'config/web', path: '/properties/x', from: text, to: null }],
      },
    });
  });

  it('is read from its own row, and a page ends before one request too many', async () => {
    const { approvals, service } = opened(large);
    const query = { status: OPEN_STATUSES, sort: 'expires', total: true } as const;
    const { found } = await everything(approvals, query, 50, service);
    expect(found).toEqual(modelled(large, query).map(shown));
    const first = await approvals.list(query, { limit: 50, after: null });
    expect(first.items.length).toBeLessThan(large.length);
    expect(first.total).toBe(large.length);
    const accepts = ({ id }: ListedApproval) => id.endsWith('0');
    const accepted = await everything(approvals, { ...query, accepts }, 50, service);
    expect(accepted.found).toEqual(modelled(large, query).filter(accepts).map(shown));
  });
});
