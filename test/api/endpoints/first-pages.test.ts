/**
 * A page of exemptions, scans and dead letters costs the same requests at 2,000 and at 20,000 rows, and three at most,
 * whatever filter, order and total is asked for. They are counted in the pipeline of the SDK.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listDeadLetters } from '../../../src/api/endpoints/dead-letters.ts';
import { listExemptions } from '../../../src/api/endpoints/exemptions.ts';
import { listScans } from '../../../src/api/endpoints/scans.ts';
import { propertiesOf } from '../../../src/api/framework/components.ts';
import type { AuthorizedEndpoint } from '../../../src/api/framework/endpoint.ts';
import { endOf } from '../../../src/domain/approvals/exemption.ts';
import { asciiJson } from '../../../src/domain/resources/json.ts';
import { openDeadLetters } from '../../../src/storage/stores/dead-letters.ts';
import { openExemptions } from '../../../src/storage/stores/exemptions.ts';
import { openScans } from '../../../src/storage/stores/scans.ts';
import { openSweeps } from '../../../src/storage/stores/sweeps.ts';
import { descendingTime, hashOf } from '../../../src/storage/table/keys.ts';
import { openTable } from '../../../src/storage/table/table.ts';
import { SCAN_STATUSES, type Scan } from '../../../src/workflows/ports/findings.ts';
import type { EXEMPTION_SORTS } from '../../../src/workflows/ports/settings.ts';
import { apiDeps, NOW } from '../../fakes/api-deps.ts';
import { storedEstate } from '../../storage/findings/estate.ts';
import { app, finding, SUBSCRIPTION } from '../../storage/samples.ts';
import { type Rows, tableService } from '../../storage/table-service.ts';
import { ask, serviceOf } from '../ask.ts';

const SIZES = [2000, 20_000] as const;
const MINUTE = 60_000;
const at = (n: number) => new Date(Date.parse(NOW) - n * MINUTE).toISOString();

interface Made {
  readonly key: string;
  readonly columns?: Readonly<Record<string, string>>;
  readonly value: object;
}

/** Rows of any number, the newest first. Each is made once, when it is read. */
function rowsFrom(make: (n: number) => Made): (count: number) => Rows {
  const made = new Map<
    number,
    { readonly key: string; readonly columns: Record<string, string>; row: Record<string, string> }
  >();
  const at = (n: number) => {
    const known = made.get(n);
    if (known) return known;
    const { key, columns = {}, value } = make(n);
    const row = { key, columns, row: { ...columns, Json0: asciiJson(value) } };
    made.set(n, row);
    return row;
  };
  return (count) => ({ count, keyAt: (n) => at(n).key, columnsAt: (n) => at(n).columns, rowAt: (n) => at(n).row });
}

function exemptionAt(n: number) {
  const id = `x${descendingTime(at(n))}${String(n).padStart(12, '0')}`;
  const createdBy = { type: 'user', objectId: 'kim', name: 'Kim' } as const;
  return {
    ...{ id, scope: app(`app-${n % 400}`, `group-${n % 7}`).id, rule: `rule-${n % 5}`, owner: `Team ${n % 3}` },
    ...{
      reason: n % 2 ? 'Old clients.' : 'A migration.',
      ticket: n % 4 ? null : `T-${n}`,
      createdAt: at(n),
      createdBy,
    },
    ...{ expires: at(-n - 1), removedAt: null, outbox: [] },
  };
}

function scanAt(n: number): Scan {
  const status = n % 1900 === 1899 ? 'cancelled' : n === 0 ? 'running' : 'done';
  const ended = { endedAt: status === 'running' ? null : at(n), listed: status !== 'running' };
  const actor = { type: 'user', objectId: 'kim' } as const;
  return {
    ...{ id: `s${descendingTime(at(n))}${String(n).padStart(12, '0')}`, scope: SUBSCRIPTION, status, found: 3 },
    ...{ evaluated: 2, startedAt: at(n), actor, cancelledBy: status === 'cancelled' ? actor : null, ...ended },
  };
}

function letterAt(n: number): Made {
  const id = hashOf(`message ${n}`);
  const value = {
    ...{ id, at: at(n), queue: `queue-${n % 3}`, resource: app(`app-${n % 400}`).id, message: '{}', error: 'gone' },
    messageKey: `message ${n}`,
  };
  return { key: `l-${descendingTime(at(n))}-${id}`, value };
}

const exemptions = rowsFrom((n) => ({ key: exemptionAt(n).id, value: exemptionAt(n) }));
const ended = rowsFrom((n) => {
  const value = endOf({ ...exemptionAt(n), expires: at(n + 1) });
  return { key: `e${descendingTime(value.endedAt)}-${value.id}`, value };
});
const scans = rowsFrom((n) => ({ key: scanAt(n).id, columns: { Status: scanAt(n).status }, value: scanAt(n) }));
const letters = rowsFrom(letterAt);

const GROUP = `${SUBSCRIPTION}/resourceGroups/group-1`;
const TOTAL = ['true'];
/** By list: values of each documented parameter, but for those of pages. */
const LISTS = {
  exemptions: {
    call: listExemptions,
    parameters: {
      state: ['in-force', 'ended'],
      resource: [GROUP],
      rule: ['rule-1,rule-2'],
      owner: ['nobody'],
      expiresBefore: [at(-1000)],
      q: ['MIGRATION'],
      // Each order is one code.
      sort: ['-expires'] satisfies (typeof EXEMPTION_SORTS)[number][],
      total: TOTAL,
    },
  },
  scans: { call: listScans, parameters: { status: ['cancelled', 'running,done', SCAN_STATUSES.join(',')] } },
  deadLetters: {
    call: listDeadLetters,
    parameters: { queue: ['queue-0,queue-2', 'unheard-of'], q: ['app-17'], total: TOTAL },
  },
} satisfies Record<string, { call: AuthorizedEndpoint<object, undefined, undefined>; parameters: object }>;

/** No parameter, each value of each alone, and all together. */
function queriesOf(parameters: Readonly<Record<string, readonly string[]>>): Record<string, string>[] {
  const alone = Object.entries(parameters).flatMap(([name, values]) => values.map((value) => ({ [name]: value })));
  const all = Object.fromEntries(Object.entries(parameters).map(([name, [first = '']]) => [name, first]));
  return [{}, ...alone, all];
}

const answered = z.object({
  items: z.array(z.unknown()),
  nextCursor: z.string().optional(),
  total: z.int().optional(),
});

describe.each(Object.entries(LISTS))('a page of %s', (_, { call, parameters }) => {
  const sizes: ReturnType<typeof stored>[] = [];
  beforeAll(() => {
    sizes.push(...SIZES.map(stored));
  });

  it('has every documented parameter in this test', () => {
    expect(Object.keys(propertiesOf(call.query)).sort()).toEqual(
      [...Object.keys(parameters), 'limit', 'cursor'].sort(),
    );
  });

  it('costs the same at 2,000 and at 20,000 rows, and three requests at most', async () => {
    for (const query of queriesOf(parameters)) {
      const costs: number[] = [];
      for (const { deps, requests } of sizes) {
        requests();
        const { status, body } = await ask(call, serviceOf(deps), { query: `?${new URLSearchParams(query)}` });
        costs.push(requests());
        // What is not put in order is refused, with the reason, and then nothing more is read.
        if (status === 400) {
          expect('sort' in query && body.errors, JSON.stringify(query)).toMatchObject([{ parameter: 'sort' }]);
          expect(costs.pop()).toBe(2);
        } else expect(status, JSON.stringify(query)).toBe(200);
      }
      expect(new Set(costs).size, JSON.stringify(query)).toBe(1);
      expect(Math.max(...costs), JSON.stringify(query)).toBeLessThanOrEqual(3);
    }
  });
});

it('the next page costs no more', async () => {
  const { deps, requests } = stored(20_000);
  for (const { call } of Object.values(LISTS)) {
    const { body } = await ask(call, serviceOf(deps));
    requests();
    const next = `?cursor=${encodeURIComponent(answered.parse(body).nextCursor ?? '')}`;
    const { body: second } = await ask(call, serviceOf(deps), { query: next });
    expect([requests() <= 3, answered.parse(second).items.length], call.name).toEqual([true, 50]);
  }
});

it('the pages have what matches, and a total where all can be counted', async () => {
  const list = async (call: AuthorizedEndpoint<object, undefined, undefined>, count: number, query: string) => {
    const { body } = await ask(call, serviceOf(stored(count).deps), { query });
    const { items, total, nextCursor } = answered.parse(body);
    return [items.length, total, nextCursor !== undefined];
  };
  expect(await list(listExemptions, 1500, '?total=true&rule=rule-3')).toEqual([50, 300, true]);
  expect(await list(listExemptions, 20_000, '?total=true&rule=rule-3')).toEqual([50, undefined, true]);
  expect(await list(listExemptions, 1500, '?sort=-expires&owner=team%202&limit=200')).toEqual([200, undefined, true]);
  expect(await list(listDeadLetters, 1500, '?total=true')).toEqual([50, 1500, true]);
  expect(await list(listDeadLetters, 1500, '?total=true&queue=queue-1&q=app-17/')).toEqual([0, 0, false]);
  // A page may be empty though more comes.
  expect(await list(listDeadLetters, 20_000, '?queue=unheard-of')).toEqual([0, undefined, true]);
  expect(await list(listScans, 20_000, '?status=cancelled')).toEqual([1, undefined, true]);
});

/** The stores with so many rows in each list, and the requests since the last call. */
function stored(count: number) {
  const service = tableService({
    Exemptions: { exemption: exemptions(count), ended: ended(count) },
    Scans: { scan: scans(count) },
    DeadLetters: { letter: letters(count) },
    Sweeps: {},
  });
  const open = (name: string) => openTable(service.client(name), () => undefined);
  const exempt = finding(app('app-8', 'group-1'), 'rule-3', {
    decision: { action: 'exempt', until: null, reasons: [], ceilings: [] },
  });
  const { findings, requests } = storedEstate([{ findings: [exempt], fullyEvaluatedAt: null }]);
  const now = () => new Date(NOW);
  const deps = {
    ...apiDeps(),
    findings,
    exemptions: openExemptions(open('Exemptions'), () => '', { seconds: 0, now }),
    scans: openScans(open('Scans'), { createId: () => '', now, pause: async () => undefined }),
    sweepRuns: openSweeps(open('Sweeps')),
    deadLetters: openDeadLetters(open('DeadLetters'), now),
  };
  return { deps, requests: () => service.requests() + requests() };
}
