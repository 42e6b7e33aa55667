/** The state of a resource as one row. */

import * as z from 'zod';
import { type Finding, finding } from '../../domain/decisions/finding.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type ResourceState, resourceState } from '../../workflows/ports/resource-states.ts';
import { type Entity, entityOf, parseRow, type Row } from '../table/entity.ts';
import { hashOf } from '../table/keys.ts';
import type { Table } from '../table/table.ts';

export const STATE_ROW = 'state';

export function parseState(table: Table, row: Row): ResourceState {
  const { findings, ...state } = parseRow(STATE, table.name, row);
  return { ...state, findings: findings.map((one) => ({ ...one, resource: state.resource })) };
}

export function stateEntity(resource: Resource, state: ResourceState): Entity {
  const key = { partitionKey: hashOf(resource.key), rowKey: STATE_ROW };
  return entityOf(key, { ...state, findings: state.findings.map(withoutResource) });
}

/** A finding as it is stored in the state of its resource. */
export function withoutResource({ resource: _resource, ...stored }: Finding): Omit<Finding, 'resource'> {
  return stored;
}

/** The row names the resource of its findings once. */
const STATE = resourceState.extend({ findings: z.array(finding.omit({ resource: true })) });
