/** For any estate and any query, lists, groups and totals agree with a plain model of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { listFindings } from '../../../../src/api/endpoints/findings/findings.ts';
import { listResources } from '../../../../src/api/endpoints/resources/resources.ts';
import type { Endpoint } from '../../../../src/api/framework/endpoint.ts';
import { FINDING_GROUPINGS, FINDING_SORTS } from '../../../../src/domain/decisions/find-findings.ts';
import type { Finding } from '../../../../src/domain/decisions/finding.ts';
import { RESOURCE_SORTS } from '../../../../src/domain/decisions/resource-rows.ts';
import { ACTIONS, MODES } from '../../../../src/domain/resources/reasons.ts';
import { isInScope, RESOURCE_KINDS, type Resource } from '../../../../src/domain/resources/resource.ts';
import { SEVERITIES, VERDICTS } from '../../../../src/domain/rules/rule.ts';
import { modeFor, settingsSchema } from '../../../../src/domain/rules/settings.ts';
import { resourceNamed } from '../../../domain/examples.ts';
import { apiDeps } from '../../../fakes/api-deps.ts';
import { storeSettings } from '../../../fakes/deps.ts';
import { type Evaluated, storedEstate } from '../../../storage/findings/estate.ts';
import { app, finding, SUBSCRIPTION, time } from '../../../storage/samples.ts';
import { ask, serviceOf } from '../../ask.ts';

const OTHER = '/subscriptions/0b1f6471-0000-4dda-aec3-cb9272f09590';
const RESOURCES = [
  app('shop', 'Web'),
  app('Shopping', 'web-2'),
  app('shop/slots/next', 'Web'),
  ...[`${OTHER}/resourceGroups/web/providers/Microsoft.App/containerApps/api`, OTHER].map(resourceNamed),
];
const RULES = ['webapp-min-tls', 'webapp-remote-debugging', 'rule-gone', 'rule-x'];
const SCOPES = [SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/WEB`, app('shop', 'Web').id, OTHER];
const titles = new Map(apiDeps().rules.map(({ id, title }) => [id, title]));

const stateOf = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  severity: fc.constantFrom(...SEVERITIES),
  since: fc.integer({ min: 0, max: 2 }).map(time),
  evaluatedAt: fc.integer({ min: 3, max: 5 }).map(time),
  action: fc.constantFrom(...ACTIONS),
  hasApproval: fc.boolean(),
});
const evaluatedOf = (of: Resource): fc.Arbitrary<Evaluated> =>
  fc.record({
    fullyEvaluatedAt: fc.constantFrom(null, time(3), time(4)),
    findings: fc.tuple(...RULES.map(() => fc.option(stateOf))).map((states) =>
      states.flatMap((state, n) => {
        if (!state) return [];
        const { action, hasApproval, ...more } = state;
        const approvalId = action === 'queue' && hasApproval ? { approvalId: 'a' } : {};
        const decision = { action, until: null, reasons: [], ceilings: [], ...approvalId };
        const rule = RULES[n] ?? '';
        return finding(of, rule, { ...more, decision: more.verdict === 'violation' ? decision : null });
      }),
    ),
  });
const estates = fc.tuple(...RESOURCES.map(evaluatedOf));
const someOf = <T>(values: readonly T[]) => fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const filters = {
  resource: someOf(SCOPES),
  severity: someOf(SEVERITIES),
  q: fc.constantFrom(undefined, 'shop', 'TLS', 'microsoft.app', 'debug'),
};
const findingQueries = fc.record({
  ...filters,
  verdict: someOf(VERDICTS),
  rule: someOf(RULES),
  decision: someOf(ACTIONS),
  benchmark: fc.constantFrom(undefined, 'MCSB'),
});
type FindingAsked = z.infer<typeof asked>;
const asked = z.object({ resource: z.array(z.string()).optional(), q: z.string().optional() }).loose();

function text(query: Readonly<Record<string, unknown>>): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search;
}

function matches(one: Finding, query: Record<string, unknown> & FindingAsked): boolean {
  const isOneOf = (wanted: unknown, found: unknown) => !Array.isArray(wanted) || wanted.includes(found);
  return (
    (query.resource?.some((scope) => isInScope(one.resource.id, scope)) ?? true) &&
    isOneOf(query.severity, one.severity) &&
    isOneOf(query.verdict, one.verdict) &&
    isOneOf(query.rule, one.rule) &&
    isOneOf(query.decision, one.decision?.action) &&
    (query.benchmark === undefined || titles.has(one.rule)) &&
    [one.resource.id, one.rule, titles.get(one.rule) ?? '']
      .map((part) => part.toLowerCase())
      .some((part) => part.includes((query.q ?? '').toLowerCase()))
  );
}

type Key = readonly (string | number)[];
const compare = (a: Key, b: Key, sign: number): number => {
  const at = a.findIndex((one, index) => one !== b[index]);
  const [one = 0, other = 0] = [a[at], b[at]];
  return at === -1 ? 0 : (one < other ? -1 : 1) * (at === 0 ? sign : 1);
};

/** In the order of a field of theirs, by `keyOf`. */
function inOrder<T>(items: readonly T[], sort: string, keyOf: (item: T, field: string) => Key): T[] {
  const sign = sort.startsWith('-') ? -1 : 1;
  return [...items].sort((a, b) => compare(keyOf(a, sort.replace('-', '')), keyOf(b, sort.replace('-', '')), sign));
}

const keyOfFinding = (one: Finding, field: string): Key => {
  const [since, id] = [Date.parse(one.since), one.resource.id.toLowerCase()];
  if (field === 'since') return [since, id, one.rule];
  const first = field === 'severity' ? -SEVERITIES.indexOf(one.severity) : field === 'rule' ? one.rule : id;
  return [first, -since, id, one.rule];
};

const listed = z.looseObject({ rule: z.string(), resource: z.looseObject({ id: z.string() }) });
const named = (one: z.infer<typeof listed>) => `${one.rule} ${one.resource.id}`;
const answer = z.looseObject({
  items: z.array(z.unknown()),
  nextCursor: z.string().optional(),
  total: z.int().optional(),
});

/** All pages of a list, and the total that each of them had. */
async function walk(call: Endpoint, deps: ReturnType<typeof apiDeps>, query: URLSearchParams) {
  const items: unknown[] = [];
  const totals = new Set<number | undefined>();
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const search = new URLSearchParams(query);
    if (cursor !== undefined) search.set('cursor', cursor);
    const { status, body } = await ask(call, serviceOf(deps), { query: `?${search}` });
    expect(status, `${search}`).toBe(200);
    const page = answer.parse(body);
    items.push(...page.items);
    totals.add(page.total);
    // A cursor that does not move on must not keep the test running.
    if (items.length > 100) throw new Error('the pages have no end');
    cursor = page.nextCursor;
  }
  return { items, totals: [...totals] };
}

test('findings: pages in both views, totals and groups', async () => {
  await fc.assert(
    fc.asyncProperty(
      estates,
      findingQueries,
      fc.constantFrom(...FINDING_SORTS),
      fc.constantFrom(...FINDING_GROUPINGS),
      fc.integer({ min: 1, max: 6 }),
      async (estate, query, sort, group, limit) => {
        const deps = { ...apiDeps(), findings: storedEstate(estate).findings };
        const right = estate.flatMap(({ findings }) => findings).filter((one) => matches(one, asked.parse(query)));
        const sorted = inOrder(right, sort, keyOfFinding).map(named);
        const brief = await walk(listFindings, deps, text({ ...query, sort, limit, view: 'brief', total: true }));
        expect(brief.items.map((one) => named(listed.parse(one)))).toEqual(sorted);
        expect(brief.totals).toEqual([right.length]);
        if (sort !== 'since') {
          const whole = await walk(listFindings, deps, text({ ...query, sort, limit }));
          const found = whole.items.map((one) => named(listed.parse(one)));
          // Those of one millisecond are in the order of their keys, when nothing is filtered.
          expect(sort === '-since' ? [...found].sort() : found).toEqual(
            sort === '-since' ? [...sorted].sort() : sorted,
          );
        }
        const { items } = await walk(listFindings, deps, text({ ...query, group }));
        expect(new Set(items.map((one) => JSON.stringify(one)))).toEqual(new Set(groupsOf(right, group)));
      },
    ),
    { numRuns: 40 },
  );
});

function groupsOf(findings: readonly Finding[], group: string): string[] {
  const keysOf = ({ rule, severity, resource: { id } }: Finding): string[] => {
    if (group === 'benchmark') return titles.has(rule) ? ['MCSB DP-3'] : [];
    const depth = { subscription: 3, resourceGroup: 5 }[group];
    return [group === 'rule' ? rule : group === 'severity' ? severity : id.split('/').slice(0, depth).join('/')];
  };
  const keys = [...new Set(findings.flatMap(keysOf))];
  return keys.map((key) => {
    const inside = findings.filter((one) => keysOf(one).includes(key));
    const violations = inside.filter(({ verdict }) => verdict === 'violation');
    const count = <T extends string>(names: readonly T[], of: (name: T) => number) =>
      Object.fromEntries(names.map((name) => [name, of(name)]));
    return JSON.stringify({
      key,
      count: inside.length,
      exempt: inside.filter(({ decision }) => decision?.action === 'exempt').length,
      byVerdict: count(VERDICTS, (name) => inside.filter(({ verdict }) => verdict === name).length),
      bySeverity: count(SEVERITIES, (name) => violations.filter(({ severity }) => severity === name).length),
    });
  });
}

const resourceQueries = fc.record({
  ...filters,
  kind: someOf(RESOURCE_KINDS),
  mode: someOf(MODES),
  failing: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
});
const modes = fc.record({
  mode: fc.constantFrom(...MODES),
  scopes: fc.array(fc.record({ scope: fc.constantFrom(...SCOPES), mode: fc.constantFrom(...MODES, undefined) }), {
    maxLength: 4,
  }),
});

test('resources: pages in any order, and totals', async () => {
  await fc.assert(
    fc.asyncProperty(
      estates,
      resourceQueries,
      modes,
      fc.constantFrom(...RESOURCE_SORTS),
      fc.integer({ min: 1, max: 4 }),
      async (estate, query, chosen, sort, limit) => {
        const deps = { ...apiDeps(), findings: storedEstate(estate).findings };
        const settings = settingsSchema.parse(JSON.parse(JSON.stringify(chosen)));
        storeSettings(deps, settings);
        const rows = estate.flatMap(({ findings, fullyEvaluatedAt }, n) => {
          const of = RESOURCES[n];
          if (!of || findings.length === 0) return [];
          const violations = findings.filter(({ verdict }) => verdict === 'violation');
          const bySeverity = SEVERITIES.map((name) => violations.filter(({ severity }) => severity === name).length);
          return {
            ...{ id: of.id, kind: of.kind, name: of.name, mode: modeFor(settings, of), bySeverity, fullyEvaluatedAt },
            failing: violations.length,
            pendingApprovals: violations.filter(({ decision }) => decision?.approvalId !== undefined).length,
            exemptions: violations.filter(({ decision }) => decision?.action === 'exempt').length,
            evaluatedAt:
              findings
                .map(({ evaluatedAt }) => evaluatedAt)
                .sort()
                .at(-1) ?? '',
          };
        });
        const right = rows.filter((row) => {
          const counted = query.severity?.reduce((sum, one) => sum + (row.bySeverity[SEVERITIES.indexOf(one)] ?? 0), 0);
          return (
            (query.resource?.some((scope) => isInScope(row.id, scope)) ?? true) &&
            row.id.toLowerCase().includes((query.q ?? '').toLowerCase()) &&
            (query.kind?.includes(row.kind) ?? true) &&
            (query.mode?.includes(row.mode) ?? true) &&
            (counted ?? row.failing) >= (query.failing ?? (query.severity ? 1 : 0))
          );
        });
        const keyOf = (row: (typeof rows)[number], field: string): Key => {
          const by: Record<string, string | number> = {
            ...row,
            name: row.name.toLowerCase(),
            severity: row.bySeverity.join(''),
            fullyEvaluatedAt: row.fullyEvaluatedAt ?? '',
            bySeverity: '',
          };
          return [by[field] ?? '', row.id.toLowerCase()];
        };
        const { items, totals } = await walk(listResources, deps, text({ ...query, sort, limit, total: true }));
        const shown = items.map((one) => {
          const { resource, bySeverity, ...row } = z
            .looseObject({ resource: z.looseObject({ id: z.string() }), bySeverity: z.record(z.string(), z.int()) })
            .parse(one);
          return { id: resource.id, bySeverity: SEVERITIES.map((name) => bySeverity[name]), ...row };
        });
        expect(shown).toMatchObject(inOrder(right, sort, keyOf).map(({ name: _, ...row }) => row));
        expect(totals).toEqual([right.length]);
      },
    ),
    { numRuns: 40 },
  );
});
