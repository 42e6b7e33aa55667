/** The state of a resource: one row. Its version fences the reconcile runs of the resource. */

import type { Finding } from '../../domain/decisions/finding.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import type { ResourceStates } from '../../workflows/ports/resource-states.ts';
import { resourceState, type StoredResourceState } from '../schemas/stored.ts';
import { entityOf, type Key } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, saveVersioned } from '../table/versioned-row.ts';

export function openResourceStates(table: Table): ResourceStates {
  return {
    async load(resource) {
      const found = await loadVersioned(table, keyOf(resource), resourceState);
      if (!found) return null;
      const { findings, ...state } = found.value;
      const value = { ...state, findings: findings.map((one) => ({ ...one, resource: state.resource })) };
      return { value, version: found.version };
    },

    async save(resource, state, version) {
      const stored: StoredResourceState = { ...state, findings: state.findings.map(withoutResource) };
      const entity = entityOf(keyOf(resource), stored);
      return saveVersioned(table, entity, version, `somebody else saved ${resource.id} first`);
    },
  };
}

/** A finding as it is stored: the state names the resource of its findings once. */
export function withoutResource({ resource: _resource, ...finding }: Finding): Omit<Finding, 'resource'> {
  return finding;
}

function keyOf(resource: Resource): Key {
  return { partitionKey: hashOf(resource.key), rowKey: 'state' };
}
