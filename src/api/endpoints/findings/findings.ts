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
import type { FindingBrief } from '../../../domain/decisions/finding-briefs.ts';
import { topItems } from '../../../domain/decisions/top-items.ts';
import { resourceOf, viewOf } from '../../../domain/resources/resource.ts';
import { controlsMatching } from '../../../domain/rules/benchmark.ts';
import { documentationById } from '../../../domain/rules/documentation.ts';
import type { AnyRule } from '../../../domain/rules/rule.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import type { Page, PageRequest } from '../../../workflows/ports/storage.ts';
import { visitResources } from '../../../workflows/state/count-lists.ts';
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
      'The order; with a minus before it the reverse. `-severity`: the most severe first. Findings with the same value are newest first. Pages are full with `view=brief`. Otherwise one that is not newest first, and one with `q`, may be short while `nextCursor` is there.',
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
    // A cursor belongs to its view, because each has positions of its own.
    const list = async (
      { sort, view, total: isTotalAsked, ...asked }: Listed,
      at: PageRequest,
    ): Promise<Page<object>> => {
      const filters = filtersOf(asked, deps.rules);
      if (view === undefined && !isTotalAsked && sort === NEWEST_FIRST && filters.q === undefined) {
        const { items, next } = await deps.findings.list(filters, at);
        return { items: items.map((finding) => findingView(finding, deps.rules)), next };
      }
      const found = await findBriefs(deps, filters, sort, at);
      counted = found.total;
      return view === 'brief' ? briefPage(deps, found) : await wholePage(deps, found);
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

/** The places of a page, in order, and how many findings match. */
async function findBriefs(deps: Deps, filters: FindingFilters, sort: FindingSort, { limit, after }: PageRequest) {
  const matcher = matcherOf(filters, deps.rules);
  const { found } = await visitResources(deps, () => {
    const top = topItems<Placed>(limit, { after: positionIn(after), descending: isDescending(sort) });
    return {
      found: top,
      visit(brief) {
        if (!matcher.hasResource(brief.id)) return;
        for (const finding of matcher.findingsOf(brief)) {
          top.offer(findingSortKey(sort, brief.id, finding), { id: brief.id, brief: finding });
        }
      },
    };
  });
  return found.result();
}

type Found = Awaited<ReturnType<typeof findBriefs>>;

function briefPage(deps: Deps, { items, more }: Found) {
  const titles = titlesOf(deps.rules);
  return {
    items: items.map(({ item }) => briefView(deps, titles, item)),
    next: more ? positionOf(items.at(-1)?.key ?? []) : null,
  };
}

/** The findings themselves at these places: as many as two requests find. */
async function wholePage(deps: Deps, { items, more }: Found) {
  const places = items.map(({ item: { id, brief } }) => ({ id, since: brief.since, ...brief.label }));
  const { findings, read } = await deps.findings.readAt(places);
  return {
    items: findings.map((finding) => findingView(finding, deps.rules)),
    next: more || read < items.length ? positionOf(items[read - 1]?.key ?? []) : null,
  };
}

function briefView({ rules, findings }: Deps, titles: ReadonlyMap<string, string>, { id, brief }: Placed) {
  const { rule, verdict, severity, action, hasApproval } = brief.label;
  const resource = resourceOf(id);
  return {
    ...{ rule, title: titles.get(rule) ?? rule, severity, verdict, since: brief.since },
    resource: resource ? viewOf(resource) : { id, type: '', name: '' },
    key: findings.keyOf(id),
    documentation: documentationById(rule, rules),
    decision: action === null ? null : { action, hasApproval },
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
