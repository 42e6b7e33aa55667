/** Resources: a row for each one that has findings, and what the page about one of them shows first. */
import * as z from 'zod';
import { Refusal } from '../../../domain/approvals/refusal.ts';
import { isDescending } from '../../../domain/decisions/find-findings.ts';
import { type ResourceBrief, resourceKeyOf } from '../../../domain/decisions/finding-briefs.ts';
import {
  isMatch,
  type KeylessRow,
  mayMatch,
  RESOURCE_SORTS,
  type ResourceFilters,
  type ResourceSort,
  resourceFilters,
  resourceRow,
  resourceSortKey,
  rowOf,
} from '../../../domain/decisions/resource-rows.ts';
import { topItems } from '../../../domain/decisions/top-items.ts';
import { parseResourceId } from '../../../domain/resources/resource.ts';
import { documentView } from '../../../domain/resources/snapshot.ts';
import { modeResolver, modeSource } from '../../../domain/rules/effective-settings.ts';
import type { Deps } from '../../../workflows/ports/deps.ts';
import type { PageRequest } from '../../../workflows/ports/storage.ts';
import { loadSettings } from '../../../workflows/settings/change-settings.ts';
import { visitResources } from '../../../workflows/state/count-lists.ts';
import { defineEndpoint, type RequestContext } from '../../framework/endpoint.ts';
import { searchText, sortOf, total } from '../../framework/list-query.ts';
import { pageQuery, pageSchema, positionIn, positionOf, readPage } from '../../framework/page.ts';

export const resourcePage = pageSchema(resourceRow).extend({
  total: z.int().exactOptional().describe('How many resources match'),
});

export const listResources = defineEndpoint({
  name: 'listResources',
  method: 'GET',
  route: 'resources',
  summary: 'A row for each resource that has findings, with their numbers. A page is always full while there are more.',
  role: 'Plumbline.Reader',
  query: z.strictObject({
    ...resourceFilters.shape,
    q: searchText.exactOptional().describe('A part of the ARM id, without case.'),
    sort: sortOf(RESOURCE_SORTS).describe(
      'The order; with a minus before it the reverse. By severity, the number of critical violations decides, then that of high ones, and so on. Resources with the same value are in the order of their ids.',
    ),
    total,
    ...pageQuery,
  }),
  result: resourcePage,
  async handle({ deps, config, query: { total: isTotalAsked, ...query } }) {
    let matching = 0;
    const page = await readPage('resources', config.cursorKey, query, async ({ sort, ...filters }, at) => {
      const found = await findRows(deps, filters, sort, at);
      matching = found.total;
      return found;
    });
    return { body: { ...page, ...(isTotalAsked ? { total: matching } : {}) } };
  },
});

export const resourceAnswer = resourceRow
  .extend({
    modeFrom: z.string().describe('Where the mode comes from, as in `/settings/effective`'),
    unread: z.array(documentView).describe('The documents that could not be read, or were not'),
    links: z.strictObject({
      explain: z.string().describe('Its findings with their reasons, and its events'),
      findings: z.string(),
      settings: z.string().describe('The settings that apply to it'),
    }),
  })
  .meta({ id: 'ResourceDetails' });

export const getResource = defineEndpoint({
  name: 'getResource',
  method: 'GET',
  route: 'resources/{key}',
  summary: 'The row of one resource, what of it could not be read, and where the rest is.',
  role: 'Plumbline.Reader',
  result: resourceAnswer,
  refusals: ['not-found'],
  findSubject,
  async handle({ deps, subject }) {
    const resource = parseResourceId(subject.id);
    const stored = await loadSettings(deps);
    const row = rowOf(subject, modeResolver(stored.settings));
    if (!row || !resource) throw unknownResource();
    const { state } = await deps.resources.loadState(resource);
    const id = encodeURIComponent(resource.id);
    const body = {
      key: resourceKeyOf(resource.id),
      ...row,
      // The list is written an hour after it was written before, when nothing else changes.
      ...(state?.evaluatedAt ? { evaluatedAt: state.evaluatedAt, fullyEvaluatedAt: state.fullyEvaluatedAt } : {}),
      modeFrom: modeSource(stored.settings, stored.revision > 0, resource.id),
      unread: state?.documents.filter(({ status }) => status !== 'read' && status !== 'missing') ?? [],
      links: {
        explain: `/api/explain?resource=${id}`,
        findings: `/api/findings?resource=${id}`,
        settings: `/api/settings/effective?resource=${id}`,
      },
    };
    return { body };
  },
});

async function findSubject({ deps, params: { key } }: RequestContext): Promise<ResourceBrief> {
  const brief = key === undefined ? null : await deps.findings.getBrief(key);
  if (!brief) throw unknownResource();
  return brief;
}

function unknownResource(): Refusal {
  return new Refusal('not-found', 'No resource with findings has this key; GET /api/resources has the keys.');
}

async function findRows(deps: Deps, filters: ResourceFilters, sort: ResourceSort, { limit, after }: PageRequest) {
  const { settings } = await loadSettings(deps);
  const modeOf = modeResolver(settings);
  const { rows } = await visitResources(deps, () => {
    const found = topItems<KeylessRow>(limit, { after: positionIn(after), descending: isDescending(sort) });
    return {
      rows: found,
      visit(brief) {
        if (!mayMatch(brief.id, filters)) return;
        const row = rowOf(brief, modeOf);
        if (row && isMatch(row, filters)) found.offer(resourceSortKey(sort, row), row);
      },
    };
  });
  const { items, more, total: matching } = rows.result();
  return {
    items: items.map(({ item }) => ({ key: resourceKeyOf(item.resource.id), ...item })),
    next: more ? positionOf(items.at(-1)?.key ?? []) : null,
    total: matching,
  };
}
