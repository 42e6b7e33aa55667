/** Findings: the verdict of every rule on every resource, and their summary. */
import * as z from 'zod';
import {
  FINDING_GROUPINGS,
  FINDING_SORTS,
  type FindingFilters,
  type FindingGrouping,
  type FindingMatcher,
  type FindingSort,
  findingFilters,
  findingGroups,
  findingMatcher,
  findingSortKey,
  isDescending,
} from '../../../domain/decisions/find-findings.ts';
import type { Finding } from '../../../domain/decisions/finding.ts';
import { type FindingBrief, type ResourceBrief, resourceKeyOf } from '../../../domain/decisions/finding-briefs.ts';
import { topItems } from '../../../domain/decisions/top-items.ts';
import { resourceOf, viewOf } from '../../../domain/resources/resource.ts';
import { controlsMatching } from '../../../domain/rules/benchmark.ts';
import { documentationById } from '../../../domain/rules/documentation.ts';
import type { AnyRule } from '../../../domain/rules/rule.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import type { Page, PageRequest } from '../../../workflows/ports/storage.ts';
import { visitBriefs, visitResources } from '../../../workflows/state/count-lists.ts';
import { defineEndpoint } from '../../framework/endpoint.ts';
import { searchText, sortOf, total } from '../../framework/list-query.ts';
import { type PageQuery, pageQuery, pageSchema, positionIn, positionOf, readPage } from '../../framework/page.ts';
import { benchmark, rulesInBenchmark } from '../../framework/parameters.ts';
import { invalidRequest } from '../../framework/problem.ts';
import { findingAnswer, findingBriefAnswer, findingGroups as findingGroupsAnswer, summary } from './schemas.ts';
import { readSummary } from './summary.ts';

const matching = z.int().exactOptional().describe('How many findings match');

export const listFindings = defineEndpoint({
  name: 'listFindings',
  method: 'GET',
  route: 'findings',
  summary: 'The verdict of every rule on every resource; or, with `group`, their numbers.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    ...findingFilters.shape,
    benchmark: benchmark.exactOptional(),
    q: searchText
      .exactOptional()
      .describe("A part of the resource's ARM id, of the rule's id or of its title, without case."),
    sort: sortOf(FINDING_SORTS).describe(
      'The order; with a minus before it the reverse. `-severity`: the most severe first. Findings with the same value are newest first. With `view=brief` each page is full; without it a page ends where the value changes, and may be short while `nextCursor` is there. `since`, the oldest first, needs `view=brief`.',
    ),
    view: z
      .literal('brief')
      .exactOptional()
      .describe('`brief`: without reasons and changes. Each page is full, whatever the filters and the order are.'),
    total,
    group: z
      .enum(FINDING_GROUPINGS)
      .exactOptional()
      .describe(
        'The numbers of each group, of all findings that match the filters; the group with the most violations first. There are no pages.',
      ),
    ...pageQuery,
  }),
  result: z.union([
    pageSchema(findingAnswer).extend({ total: matching }),
    pageSchema(findingBriefAnswer).extend({ total: matching }),
    findingGroupsAnswer,
  ]),
  async handle({ deps, config, query: { group, ...query } }) {
    if (group !== undefined) return { body: await readGroups(deps, group, query) };
    let counted: number | undefined;
    // A cursor belongs to its view and order, because each has positions of its own.
    const list = async (
      { sort, view, total: isTotalAsked, ...asked }: Listed,
      at: PageRequest,
    ): Promise<Page<object>> => {
      const filters = filtersOf(asked, deps.rules);
      const isPlain = view === undefined && !isTotalAsked && sort === NEWEST_FIRST && filters.q === undefined;
      if (view === undefined && sort === 'since') throw invalidRequest([OLDEST_FIRST]);
      if (isPlain && (isListPosition(at) || Object.keys(filters).length === 0)) return listPage(deps, filters, at);
      const found = await findPlaces(deps, { filters, sort, orNull: isPlain && at.after === null }, at);
      if (found === null) return listPage(deps, filters, at);
      counted = found.total;
      return view === 'brief' ? briefPage(deps, found) : await wholePage(deps, found, sort);
    };
    const page = await readPage('findings', config.cursorKey, query, list);
    return { body: { ...page, ...(query.total ? { total: counted } : {}) } };
  },
});

export const getSummary = defineEndpoint({
  name: 'getSummary',
  method: 'GET',
  route: 'summary',
  summary: 'Findings, approvals and fixes in numbers, all of them exact.',
  role: 'Plumbline.Reader',
  result: summary,
  async handle({ deps }) {
    return { body: await readSummary(deps) };
  },
});

const NEWEST_FIRST = FINDING_SORTS[0];
const OLDEST_FIRST = { parameter: 'sort', detail: 'the oldest first needs view=brief' };
const MAX_GROUPS = 10_000;

interface Asked extends Omit<FindingFilters, 'rules'> {
  readonly benchmark?: string;
  readonly sort: FindingSort;
}

interface Listed extends Asked {
  readonly view?: 'brief';
  readonly total?: 'true';
}

interface Placed {
  readonly id: string;
  /** When any rule was last evaluated on the resource. */
  readonly evaluatedAt: string;
  readonly brief: FindingBrief;
}

function filtersOf({ benchmark: name, ...filters }: Omit<Asked, 'sort'>, rules: readonly AnyRule[]): FindingFilters {
  return name === undefined ? filters : { ...filters, rules: rulesInBenchmark(name, rules) };
}

function matcherOf(filters: FindingFilters, rules: readonly AnyRule[]): FindingMatcher {
  const titles = titlesOf(rules);
  return findingMatcher(filters, (rule) => titles.get(rule) ?? '');
}

/** All groups at once: they have no pages. */
async function readGroups(
  deps: Deps,
  by: FindingGrouping,
  { cursor, limit: _, sort: _sort, ...asked }: Listed & PageQuery,
) {
  if (cursor !== undefined) throw invalidRequest([{ parameter: 'cursor', detail: 'groups have no pages' }]);
  const matcher = matcherOf(filtersOf(asked, deps.rules), deps.rules);
  const controls = new Map(deps.rules.map((rule) => [rule.id, controlsMatching(asked.benchmark ?? '', rule)]));
  const { groups } = await visitResources(deps, () => {
    const found = findingGroups(by, (rule) => controls.get(rule) ?? []);
    return {
      groups: found,
      visit(brief) {
        if (matcher.hasResource(brief.id)) found.add(brief.id, matcher.findingsOf(brief));
      },
    };
  });
  const { items, complete } = groups.result(MAX_GROUPS);
  return { items, ...(complete ? {} : { incomplete: true }) };
}

/**
 * The places of a page, in order, and how many findings match. While findings of an earlier version are missing in the briefs,
 * null when the list itself serves the page as well.
 */
async function findPlaces(
  deps: Deps,
  { filters, sort, orNull }: { readonly filters: FindingFilters; readonly sort: FindingSort; readonly orNull: boolean },
  { limit, after }: PageRequest,
) {
  const matcher = matcherOf(filters, deps.rules);
  const begin = () => {
    const top = topItems<Placed>(limit, { after: positionIn(after), descending: isDescending(sort) });
    return {
      top,
      visit(brief: ResourceBrief) {
        if (!matcher.hasResource(brief.id)) return;
        for (const finding of matcher.findingsOf(brief)) {
          top.offer(findingSortKey(sort, brief.id, finding), {
            id: brief.id,
            evaluatedAt: brief.evaluatedAt,
            brief: finding,
          });
        }
      },
    };
  };
  const visited = orNull ? await visitBriefs(deps, begin()) : await visitResources(deps, begin);
  return visited === null ? null : visited.top.result();
}

type Found = NonNullable<Awaited<ReturnType<typeof findPlaces>>>;

function briefPage(deps: Deps, { items, more }: Found) {
  const byId = new Map(deps.rules.map((rule) => [rule.id, rule]));
  return {
    items: items.map(({ item }) => briefView(deps, byId, item)),
    next: more ? positionOf(items.at(-1)?.key ?? []) : null,
  };
}

/**
 * The findings themselves at these places. Those with the same value of the order are next to each other in the list, so one
 * range has them: the page ends where the value changes.
 */
async function wholePage(deps: Deps, { items, more }: Found, sort: FindingSort) {
  const value = items[0]?.key[0];
  const change = sort === NEWEST_FIRST ? -1 : items.findIndex(({ key }) => key[0] !== value);
  const run = change === -1 ? items : items.slice(0, change);
  const places = run.map(({ item: { id, brief } }) => ({ id, since: brief.since, ...brief.label }));
  const { findings, read } = await deps.findings.readAt(places);
  return {
    items: findings.map((finding) => findingView(finding, deps.rules)),
    next: more || read < items.length ? positionOf(items[read - 1]?.key ?? []) : null,
  };
}

async function listPage(deps: Deps, filters: FindingFilters, at: PageRequest) {
  const { items, next } = await deps.findings.list(filters, at);
  return { items: items.map((finding) => findingView(finding, deps.rules)), next };
}

/** Whether a page continues one that the list itself served. */
function isListPosition({ after }: PageRequest): boolean {
  return after !== null && !after.startsWith('[');
}

function briefView({ rules }: Deps, byId: ReadonlyMap<string, AnyRule>, { id, evaluatedAt, brief }: Placed) {
  const { rule, verdict, severity, action, reason, hasApproval } = brief.label;
  const { title = rule, references = [] } = byId.get(rule) ?? {};
  const resource = resourceOf(id);
  return {
    ...{ rule, title, severity, verdict, references, since: new Date(brief.since).toISOString(), evaluatedAt },
    resource: resource ? viewOf(resource) : { id, type: '', name: '' },
    key: resourceKeyOf(id),
    documentation: documentationById(rule, rules),
    decision: action === null ? null : { action, ...(reason === null ? {} : { reason }), hasApproval },
  };
}

function findingView({ basis: _basis, ...finding }: Finding, rules: readonly AnyRule[]) {
  const documented = { ...finding, documentation: documentationById(finding.rule, rules) };
  if (finding.decision === null) return documented;
  const { ceilings: _, ...decision } = finding.decision;
  return { ...documented, decision };
}

function titlesOf(rules: readonly AnyRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ id, title }) => [id, title]));
}
