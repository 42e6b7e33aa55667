/** The state of a resource: one row. Its version fences the reconcile runs of the resource. */

import * as z from 'zod';
import { type Finding, finding } from '../../domain/decisions/finding.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type ResourceStates, resourceState } from '../../workflows/ports/resource-states.ts';
import { entityOf, type Key } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import type { Table } from '../table/table.ts';
import { loadVersioned, saveVersioned } from '../table/versioned-row.ts';

/** The row names the resource of its findings once. */
const STATE = resourceState.extend({ findings: z.array(finding.omit({ resource: true })) });

export function openResourceStates(table: Table): ResourceStates {
  return {
    async load(resource) {
      const found = await loadVersioned(table, keyOf(resource), STATE);
      if (!found) return null;
      const { findings, ...state } = found.value;
      const value = { ...state, findings: findings.map((one) => ({ ...one, resource: state.resource })) };
      return { value, version: found.version };
    },

    async save(resource, state, version) {
      const entity = entityOf(keyOf(resource), { ...state, findings: state.findings.map(withoutResource) });
      return saveVersioned(table, entity, version, `somebody else saved ${resource.id} first`);
    },
  };
}

/** A finding as it is stored in the state of its resource. */
export function withoutResource({ resource: _resource, ...stored }: Finding): Omit<Finding, 'resource'> {
  return stored;
}

function keyOf(resource: Resource): Key {
  return { partitionKey: hashOf(resource.key), rowKey: 'state' };
}
