/** Health gates in memory: those that have ended, the latest first, then the open ones. */
import type { HealthGate } from '../../../src/domain/health/gate.ts';
import { isInScope } from '../../../src/domain/resources/resource.ts';
import type { HealthGates } from '../../../src/workflows/ports/health-gates.ts';
import { copyOf } from '../copy.ts';
import { newestFirst, nextRow, pageOf, type Row, versioned } from '../stores/rows.ts';

export function fakeHealthGates(open: Map<string, Row<HealthGate>>, ended: Map<string, HealthGate>): HealthGates {
  const keyOf = ({ id, endedAt }: HealthGate) =>
    ended.has(id) ? `e-${newestFirst(endedAt ?? new Date(0))}-${id}` : `o-${id}`;
  return {
    get: async (id) => versioned(open.get(id)),
    save: async (gate, version) => {
      const row = nextRow(open.get(gate.id), gate, version);
      open.set(gate.id, row);
      return String(row.version);
    },
    discard: async (id) => {
      open.delete(id);
    },
    archive: async (gate) => {
      ended.set(gate.id, copyOf(gate));
      open.delete(gate.id);
    },
    list: async ({ scope, status, endedSince }, page) => {
      const rows = endedSince === undefined ? [...open.values()].map(({ value }) => value) : [];
      const all = [...ended.values(), ...rows].filter(
        (gate) =>
          (scope === undefined || isInScope(gate.resource.id.toLowerCase(), scope)) &&
          (status?.includes(gate.status) ?? true) &&
          (endedSince === undefined || (gate.endedAt ?? '') >= endedSince),
      );
      return pageOf(all, keyOf, page);
    },
    listDue: async (before, limit) =>
      [...open.values()]
        .map(({ value }) => value)
        .filter(({ next, startedAt }) => (next?.at ?? startedAt) < before.toISOString())
        .slice(0, limit)
        .map(copyOf),
    removeEnded: async (before) => {
      for (const [id, { endedAt }] of ended) if ((endedAt ?? '') < before.toISOString()) ended.delete(id);
    },
  };
}
