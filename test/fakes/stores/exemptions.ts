/** Exemptions under versions, newest first by their ids; above a resource are those whose scope it lies in. */

import {
  type EndedExemption,
  type Exemption,
  isInForce,
  matchesFilter,
} from '../../../src/domain/approvals/exemption.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { ExemptionSearch, Exemptions, FoundPage } from '../../../src/workflows/ports/settings.ts';
import type { PageRequest } from '../../../src/workflows/ports/storage.ts';
import { copyOf } from '../copy.ts';
import { isPlainId, newestFirst, newestFirstIds, nextRow, pageOf, type Row, versioned } from './rows.ts';

export function fakeExemptions(rows: Map<string, Row<Exemption>>, ended: Map<string, EndedExemption>): Exemptions {
  const all = () => [...rows.values()].map(({ value }) => value);
  const listForResource: Exemptions['listForResource'] = async (resource) =>
    copyOf(all().filter(({ scope }) => isInScope(resource.id, scope)));
  return {
    newId: newestFirstIds('x'),
    get: async (id) => (isPlainId(id) ? versioned(rows.get(id)) : null),
    save: async (exemption, version) => {
      const saved = nextRow(rows.get(exemption.id), exemption, version);
      rows.set(exemption.id, saved);
      return String(saved.version);
    },
    remove: async (id) => {
      rows.delete(id);
    },
    listForResource,
    listRecentForResource: listForResource,
    search: async (search, page, now) =>
      found(
        all().filter((one) => isInForce(one, now)),
        ({ id }) => id,
        search,
        page,
      ),
    searchEnded: async (search, page) =>
      found([...ended.values()], ({ endedAt, id }) => `${newestFirst(endedAt)}-${id}`, search, page),
    archive: async (one) => {
      ended.set(one.id, copyOf(one));
    },
    removeEnded: async (before) => {
      for (const { id, endedAt } of ended.values()) if (endedAt < before.toISOString()) ended.delete(id);
    },
    list: async (page) => pageOf(all(), ({ id }) => id, page),
  };
}

function found<T extends Exemption | EndedExemption>(
  all: readonly T[],
  keyOf: (one: T) => string,
  { sort, ...filter }: ExemptionSearch,
  page: PageRequest,
): FoundPage<T> {
  const matching = all.filter((one) => matchesFilter(one, filter));
  const member = sort?.endsWith('created') ? 'createdAt' : 'expires';
  const orderOf = (one: T) => (sort === undefined ? keyOf(one) : `${one[member]} ${one.id}`);
  const sorted = [...matching].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  if (sort?.startsWith('-')) sorted.reverse();
  const numbered = sorted.map((value, index) => ({ value, key: String(index).padStart(6, '0') }));
  const { items, next } = pageOf(numbered, ({ key }) => key, page);
  return { items: items.map(({ value }) => value), next, total: matching.length };
}
