import { beforeEach, describe, expect, it } from 'vitest';
import { getEffectiveSettings } from '../../../../src/api/endpoints/effective-settings.ts';
import { listFindings } from '../../../../src/api/endpoints/findings/findings.ts';
import { getResource, listResources, resourceAnswer } from '../../../../src/api/endpoints/resources/resources.ts';
import { resourceKeyOf } from '../../../../src/domain/decisions/finding-briefs.ts';
import { effectiveSettings } from '../../../../src/domain/rules/effective-settings.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import { type FakeDeps, storeSettings } from '../../../fakes/deps.ts';
import { storedEstate } from '../../../storage/findings/estate.ts';
import { ask, serviceOf, statusAndCode } from '../../ask.ts';
import { finding, GROUP, memory, SHOP, shop } from '../../samples.ts';

let deps: FakeDeps;
const get = (call: Parameters<typeof ask>[0], asking?: Parameters<typeof ask>[2]) => ask(call, serviceOf(deps), asking);

const EVALUATED_AT = '2026-03-01T10:00:00.000Z';
const ROW = {
  key: expect.stringMatching(/^[0-9a-f]{32}$/),
  resource: shop,
  kind: 'web-app',
  subscription: GROUP.split('/').slice(0, 3).join('/'),
  resourceGroup: GROUP,
  mode: 'approve',
  failing: 2,
  byVerdict: { compliant: 0, violation: 2, 'not-applicable': 0, unknown: 1 },
  bySeverity: { critical: 0, high: 1, medium: 0, low: 1, info: 0 },
  pendingApprovals: 1,
  exemptions: 1,
  evaluatedAt: EVALUATED_AT,
  fullyEvaluatedAt: null,
};

beforeEach(() => {
  deps = apiDeps();
  deps.stored.findings.push(
    finding(),
    finding({
      ...{ rule: 'webapp-remote-debugging', severity: 'low', evaluatedAt: '2026-03-01T09:00:00.000Z' },
      decision: { action: 'exempt', until: null, reasons: [], ceilings: [] },
    }),
    finding({ rule: 'webapp-http2', verdict: 'unknown', decision: null }),
  );
});

describe('GET /resources', () => {
  it('has a row for each resource', async () => {
    expect((await get(listResources)).body).toEqual({ items: [ROW] });
    expect((await get(listResources, { query: '?total=true&failing=3' })).body).toEqual({ items: [], total: 0 });
  });

  it.each(['kind=slot', 'mode=off', 'failing=-1', 'failing=many', 'sort=colour', 'severity=worst', 'total=yes', 'q='])(
    '%s is 400',
    async (query) => {
      expect(statusAndCode(await get(listResources, { query: `?${query}` }))).toBe('400 invalid');
    },
  );

  it('takes no cursor of another order', async () => {
    deps.stored.findings.push(finding({ resource: { ...shop, id: `${SHOP}-2` } }));
    const { body } = await get(listResources, { query: '?limit=1&sort=-failing' });
    const query = (sort: string) => `?limit=1&sort=${sort}&cursor=${encodeURIComponent(String(body.nextCursor))}`;
    expect(statusAndCode(await get(listResources, { query: query('failing') }))).toBe('400 bad-cursor');
    expect((await get(listResources, { query: query('-failing') })).body.items).toMatchObject([{ failing: 1 }]);
  });
});

describe('GET /resources/{key}', () => {
  const key = () => resourceKeyOf(SHOP);

  it('has the row, what was not read, where its mode comes from, and links', async () => {
    storeSettings(deps, { mode: 'audit', scopes: [{ scope: GROUP, mode: 'approve' }] });
    const documents = [
      { name: 'resource', status: 'read' as const },
      { name: 'config/web', status: 'forbidden' as const, detail: 'no role' },
      { name: 'slots', status: 'missing' as const },
    ];
    const [evaluatedAt, fullyEvaluatedAt] = ['2026-03-01T10:30:00.000Z', '2026-03-01T10:20:00.000Z'];
    deps.stored.resourceStates.set(SHOP.toLowerCase(), memory({ documents, evaluatedAt, fullyEvaluatedAt }));
    const { body } = await get(getResource, { params: { key: key() } });
    expect(body).toEqual({
      ...{ ...ROW, evaluatedAt, fullyEvaluatedAt },
      modeFrom: GROUP,
      unread: [{ name: 'config/web', status: 'forbidden', detail: 'no role' }],
      links: {
        explain: `/api/explain?resource=${encodeURIComponent(SHOP)}`,
        findings: `/api/findings?resource=${encodeURIComponent(SHOP)}`,
        settings: `/api/settings/effective?resource=${encodeURIComponent(SHOP)}`,
      },
    });
    expect(resourceAnswer.parse(body)).toEqual(body);
  });

  it('is 404 for any other key', async () => {
    for (const other of [key().replace(/^./, 'x'), '0'.repeat(32), 'shop', "' or ''='"]) {
      expect(statusAndCode(await get(getResource, { params: { key: other } })), other).toBe('404 not-found');
    }
  });
});

describe('GET /settings/effective', () => {
  it('has each value and where it comes from', async () => {
    storeSettings(deps, { mode: 'audit', scopes: [{ scope: GROUP, mode: 'autofix' }] });
    const { body } = await get(getEffectiveSettings, { query: `?resource=${SHOP}` });
    expect(effectiveSettings.parse(body)).toEqual(body);
    expect(body).toMatchObject({ scope: SHOP, mode: { value: 'autofix', from: GROUP } });
    expect(statusAndCode(await get(getEffectiveSettings))).toBe('400 invalid');
    expect(statusAndCode(await get(getEffectiveSettings, { query: '?resource=shop' }))).toBe('400 invalid');
  });
});

describe('GET /findings', () => {
  it('takes several values in a filter, each once', async () => {
    const rulesOf = async (query: string) => {
      const { body } = await get(listFindings, { query });
      return (Array.isArray(body.items) ? body.items : []).map(({ rule }) => rule).sort();
    };
    expect(await rulesOf('?severity=high,low&verdict=violation')).toEqual([
      'webapp-min-tls',
      'webapp-remote-debugging',
    ]);
    expect(await rulesOf('?decision=exempt')).toEqual(['webapp-remote-debugging']);
    expect(statusAndCode(await get(listFindings, { query: '?severity=high,high' }))).toBe('400 invalid');
    expect(statusAndCode(await get(listFindings, { query: '?severity=high,worst' }))).toBe('400 invalid');
  });

  it('in brief has no reasons and changes', async () => {
    const { body } = await get(listFindings, { query: '?view=brief&decision=queue' });
    expect(body).toEqual({
      items: [
        {
          ...{ rule: 'webapp-min-tls', title: 'Minimum TLS version is 1.2 or higher', severity: 'high' },
          ...{ verdict: 'violation', resource: shop, since: '2026-03-01T09:00:00.000Z', key: expect.any(String) },
          references: [{ source: 'MCSB', id: 'DP-3' }],
          documentation: 'docs/rules/web-app.md#webapp-min-tls',
          evaluatedAt: '2026-03-01T10:00:00.000Z',
          decision: { action: 'queue', hasApproval: true },
        },
      ],
    });
  });

  it('refuses what no page serves, with the reason', async () => {
    const oldest = await get(listFindings, { query: '?sort=since' });
    expect(statusAndCode(oldest)).toBe('400 invalid');
    expect(oldest.body.errors).toEqual([{ parameter: 'sort', detail: 'the oldest first needs view=brief' }]);
    const { body } = await get(listFindings, { query: '?limit=1' });
    const cursor = encodeURIComponent(String(body.nextCursor));
    // A cursor belongs to its view and total, too.
    for (const query of [
      `?view=brief&cursor=${cursor}`,
      `?total=true&cursor=${cursor}`,
      `?sort=rule&cursor=${cursor}`,
    ]) {
      expect(statusAndCode(await get(listFindings, { query })), query).toBe('400 bad-cursor');
    }
    expect(statusAndCode(await get(listFindings, { query: `?limit=1&group=rule&cursor=${cursor}` }))).toBe(
      '400 invalid',
    );
  });
});

describe('while findings of an earlier version are not in the briefs', () => {
  it('lists, groups and totals are those of the list itself', async () => {
    const ready = storedEstate([{ findings: deps.stored.findings, fullyEvaluatedAt: null }]);
    const upgrading = storedEstate([{ findings: deps.stored.findings, fullyEvaluatedAt: null }], { isReady: false });
    const lists = [
      '',
      '?verdict=violation',
      '?view=brief&total=true&sort=rule',
      '?group=rule',
      '?limit=1&severity=high',
    ];
    const calls = [...lists.map((query) => [listFindings, query] as const), [listResources, '?total=true'] as const];
    for (const [call, query] of calls) {
      const bodies = [];
      for (const { findings } of [ready, upgrading]) {
        const { body } = await ask(call, serviceOf({ ...deps, findings }), { query });
        bodies.push({ ...body, nextCursor: typeof body.nextCursor });
      }
      expect(bodies[1], query).toEqual(bodies[0]);
    }
  });
});
