/**
 * A page of findings and of resources costs the same requests at 2,000 and at 20,000 findings, and three at most, whatever
 * filter, order and group is asked for. They are counted in the pipeline of the SDK.
 */

import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { getEffectiveSettings } from '../../../../src/api/endpoints/effective-settings.ts';
import { listFindings } from '../../../../src/api/endpoints/findings/findings.ts';
import { getResource, listResources } from '../../../../src/api/endpoints/resources/resources.ts';
import type { Endpoint } from '../../../../src/api/framework/endpoint.ts';
import { FINDING_GROUPINGS, FINDING_SORTS, findingFilters } from '../../../../src/domain/decisions/find-findings.ts';
import { resourceKeyOf } from '../../../../src/domain/decisions/finding-briefs.ts';
import { RESOURCE_SORTS, resourceFilters } from '../../../../src/domain/decisions/resource-rows.ts';
import { SEVERITIES, VERDICTS } from '../../../../src/domain/rules/rule.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import { type Evaluated, storedEstate } from '../../../storage/findings/estate.ts';
import { app, finding, SUBSCRIPTION, time } from '../../../storage/samples.ts';
import { ask, serviceOf } from '../../ask.ts';

const RULES = 40;
const SIZES = [50, 500] as const;

/** Verdicts and severities repeat, so that each filter matches in every part of the list. */
function estateOf(apps: number): Evaluated[] {
  return Array.from({ length: apps }, (_, n) => {
    const of = app(`app-${n}`, `group-${n % 7}`);
    const findings = Array.from({ length: RULES }, (__, rule) => {
      const verdict = VERDICTS[(n + rule) % VERDICTS.length] ?? 'unknown';
      const action = (['queue', 'exempt', 'fix'] as const)[(n + rule) % 3] ?? 'queue';
      return finding(of, rule === 0 ? 'webapp-min-tls' : `rule-${rule}`, {
        ...{ verdict, severity: SEVERITIES[rule % SEVERITIES.length] ?? 'low', since: time(-n * RULES - rule) },
        decision: verdict === 'violation' ? { action, until: null, reasons: [], ceilings: [] } : null,
      });
    });
    return { findings, fullyEvaluatedAt: n % 2 ? time(n) : null };
  });
}

const [FEW, MANY] = [app('app-3', 'group-3').id, `${SUBSCRIPTION}/resourceGroups/group-1`];
const FILTERS = {
  verdict: ['violation', 'violation,unknown', 'violation,compliant,unknown,not-applicable'],
  resource: [FEW, MANY, `${FEW},${MANY}`, SUBSCRIPTION],
  rule: ['rule-3', 'rule-3,rule-4', Array.from({ length: 20 }, (_, n) => `rule-${n + 1}`).join(',')],
  severity: ['critical', 'critical,high', 'critical,high,medium,low,info'],
  decision: ['queue', 'exempt,fix'],
  benchmark: ['MCSB'],
  q: ['app-3', 'TLS', 'nothing like it'],
};
/** Each filter alone, and all together. */
const FINDING_QUERIES = [
  ...Object.entries(FILTERS).flatMap(([name, values]) => values.map((value) => ({ [name]: value }))),
  { verdict: 'violation', resource: MANY, rule: 'rule-1,rule-9', severity: 'critical,high,low', decision: 'queue,fix' },
];
const RESOURCE_FILTERS = {
  resource: FILTERS.resource,
  kind: ['web-app', 'plan,container-app'],
  mode: ['approve', 'audit,autofix'],
  severity: FILTERS.severity,
  failing: ['0', '10', '1000'],
};
const RESOURCE_QUERIES = [
  {},
  ...Object.entries(RESOURCE_FILTERS).flatMap(([name, values]) => values.map((value) => ({ [name]: value }))),
  { q: 'app-1' },
  { total: 'true' },
];

type Query = Readonly<Record<string, string>>;
const page = z.object({ items: z.array(z.unknown()), nextCursor: z.string().optional() });

describe.each(SIZES)('with findings of %i resources', (apps) => {
  let stores: ReturnType<typeof storedEstate>;
  beforeAll(() => {
    stores = storedEstate(estateOf(apps));
  });

  async function costOf(call: Endpoint, query: Query, params: Record<string, string> = {}) {
    const search = new URLSearchParams(query).toString();
    stores.requests();
    const deps = { ...apiDeps(), findings: stores.findings, settings: stores.settings };
    const { status, body } = await ask(call, serviceOf(deps), { query: search && `?${search}`, params });
    expect(status, search).toBe(200);
    return { requests: stores.requests(), ...page.partial().parse(body) };
  }

  it('every documented filter and order is in this test', () => {
    expect(Object.keys(FILTERS)).toEqual(expect.arrayContaining(Object.keys(findingFilters.shape)));
    expect(Object.keys(RESOURCE_FILTERS)).toEqual(expect.arrayContaining(Object.keys(resourceFilters.shape)));
  });

  it('a page of findings costs one request without filters, and two with any', async () => {
    expect((await costOf(listFindings, {})).requests).toBe(1);
    for (const query of FINDING_QUERIES) {
      const { requests, items, nextCursor } = await costOf(listFindings, query);
      const isNothing = items?.length === 0;
      expect(requests, JSON.stringify(query)).toBe(isNothing ? 1 : 2);
      expect(isNothing, JSON.stringify(query)).toBe(query.q === 'nothing like it');
      if (nextCursor !== undefined) {
        const next = await costOf(listFindings, { ...query, cursor: nextCursor });
        expect([next.requests, next.items?.length !== 0], JSON.stringify(query)).toEqual([2, true]);
      }
    }
  });

  it('so does a page in any order that is served, and one with a total', async () => {
    for (const sort of FINDING_SORTS.filter((one) => one !== 'since' && one !== '-since')) {
      expect((await costOf(listFindings, { sort, severity: 'high,low' })).requests, sort).toBe(2);
    }
    expect((await costOf(listFindings, { total: 'true' })).requests).toBe(2);
  });

  it('a brief page costs one request and is full, in any order', async () => {
    for (const sort of FINDING_SORTS) {
      const query = { severity: 'high,low', sort, view: 'brief', limit: '20' };
      expect(await costOf(listFindings, query)).toMatchObject({ requests: 1, items: { length: 20 } });
    }
  });

  it('groups cost one request', async () => {
    for (const group of FINDING_GROUPINGS) {
      expect((await costOf(listFindings, { severity: 'high,low', group })).requests, group).toBe(1);
    }
  });

  it('a page of resources costs two requests, and is full', async () => {
    for (const query of [...RESOURCE_SORTS.map((sort) => ({ sort })), ...RESOURCE_QUERIES]) {
      const { requests, items, nextCursor } = await costOf(listResources, { ...query, limit: '20' });
      expect(requests, JSON.stringify(query)).toBe(2);
      if (nextCursor !== undefined) expect(items).toHaveLength(20);
    }
  });

  it('one resource costs two requests beside its state, and its settings one', async () => {
    const params = { key: resourceKeyOf(FEW) };
    expect((await costOf(getResource, {}, params)).requests).toBe(2);
    expect((await costOf(getEffectiveSettings, { resource: FEW })).requests).toBe(1);
  });
});
