/** What findings count as, by resource group, from the findings in brief: few requests, which read all of them. */
import type { FindingLabel } from '../../domain/decisions/finding-briefs.ts';
import type { Numbers } from '../../domain/decisions/history.ts';
import { visitShards } from '../findings/shards.ts';
import type { Table } from '../table/table.ts';

/** By scope; null while findings of an earlier version are not included. */
export async function readByGroup(
  table: Table,
  namesOf: (label: FindingLabel) => readonly string[],
): Promise<ReadonlyMap<string, Numbers> | null> {
  // The findings of a row share their labels.
  const names = new Map<FindingLabel, readonly string[]>();
  const namesIn = (label: FindingLabel) => {
    const known = names.get(label) ?? namesOf(label);
    names.set(label, known);
    return known;
  };
  const groups = new Map<string, Record<string, number>>();
  const isReady = await visitShards(table, ({ id, findings }) => {
    const scope = groupOf(id.toLowerCase());
    const numbers = groups.get(scope) ?? {};
    groups.set(scope, numbers);
    for (const { label } of findings) {
      for (const name of namesIn(label)) numbers[name] = (numbers[name] ?? 0) + 1;
    }
  });
  return isReady ? groups : null;
}

/** The resource group of a resource, or its subscription. */
function groupOf(resourceKey: string): string {
  const segments = resourceKey.split('/');
  return segments.slice(0, segments.length > 4 ? 5 : 3).join('/');
}
