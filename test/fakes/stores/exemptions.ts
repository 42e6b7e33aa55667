/** Exemptions under versions, newest first by their ids; above a resource are those whose scope it lies in. */

import type { Exemption } from '../../../src/domain/approvals/exemption.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { Exemptions } from '../../../src/workflows/ports/settings.ts';
import { copyOf } from '../copy.ts';
import { isPlainId, newestFirstIds, nextRow, pageOf, type Row, versioned } from './rows.ts';

export function fakeExemptions(rows: Map<string, Row<Exemption>>): Exemptions {
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
    list: async (page) => pageOf(all(), ({ id }) => id, page),
  };
}
