/**
 * The states that earlier versions of Plumbline stored in a table of their own. A state is read there while the partition of
 * its resource has none. The next save stores it in the partition, and the older row is never read again.
 */

import type { Resource } from '../../domain/resources/resource.ts';
import type { ResourceState } from '../../workflows/ports/resource-states.ts';
import { hashOf } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import { parseState, STATE_ROW } from './state-row.ts';

export async function loadOlderState(table: Table, resource: Resource): Promise<ResourceState | null> {
  const row = await table.get(hashOf(resource.key), STATE_ROW);
  return row && parseState(table, row);
}
