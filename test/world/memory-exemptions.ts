/** Exemptions under versions; above a resource are those whose scope it lies in. */
import type { Exemption } from '../../src/domain/exemption.ts';
import { isWithin } from '../../src/domain/resource.ts';
import { type Exemptions, StaleVersion } from '../../src/workflows/ports.ts';
import { pageOf, type Row } from './memory-rows.ts';

export function memoryExemptions(rows: Map<string, Row<Exemption>>): Exemptions {
  let made = 0;
  const all = () => [...rows.values()].map(({ value }) => structuredClone(value));
  return {
    newId: (now) => {
      made += 1;
      return `exemption-${now.getTime()}-${made}`;
    },
    get: async (id) => {
      const row = rows.get(id);
      return row ? { value: structuredClone(row.value), version: String(row.version) } : null;
    },
    save: async (exemption, version) => {
      const before = rows.get(exemption.id)?.version ?? 0;
      if (version !== (before === 0 ? null : String(before))) throw new StaleVersion('somebody else saved first');
      rows.set(exemption.id, { value: structuredClone(exemption), version: before + 1 });
      return String(before + 1);
    },
    remove: async (id) => {
      rows.delete(id);
    },
    above: async (resource) => all().filter(({ scope }) => isWithin(resource.id, scope)),
    list: async (page) => pageOf(all().reverse(), page),
  };
}
