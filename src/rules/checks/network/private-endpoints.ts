/** Private endpoints of a web app or an environment. Only an approved one gives access. */

import { valueAt } from '../../../domain/changes/change.ts';
import { isObject, type JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot, stateOf } from '../../../domain/resources/snapshot.ts';
import type { CheckResult, Source } from '../../../domain/rules/rule.ts';
import { Block, declared, Expression } from '../../declare/printers.ts';
import { objectsIn } from '../documents/arrays.ts';
import { judgeList, propertiesOf } from '../documents/resource-lists.ts';

/** Checks the number of approved private endpoints among all of them. */
export function judgeEndpoints(snapshot: Snapshot, judge: (approved: number, all: number) => CheckResult): CheckResult {
  const listed = connectionsIn(bodyOf(snapshot, 'resource'));
  // The resource has the same connections where the list was not read.
  if (listed && stateOf(snapshot, 'privateEndpointConnections').status !== 'read') {
    return judge(listed.filter(isApproved).length, listed.length);
  }
  return judgeList(snapshot, 'privateEndpointConnections', (connections) =>
    judge(connections.filter(isApproved).length, connections.length),
  );
}

/** Whether the body of a web app or an environment lists an approved private endpoint. */
export function listsApprovedEndpoint(body: JsonObject | null): boolean {
  return (connectionsIn(body) ?? []).some(isApproved);
}

/** The connections in the properties of a body; null where there is no list. */
function connectionsIn(body: JsonObject | null): JsonObject[] | null {
  const listed = valueAt(body ?? {}, '/properties/privateEndpointConnections');
  return Array.isArray(listed) ? objectsIn(listed) : null;
}

export interface Target {
  /** What the target is called in the lines of Bicep. */
  readonly name: string;
  /** Its id in the lines of Terraform. */
  readonly id: string;
  /** The sub-resource that the endpoint leads to. */
  readonly group: string;
}

/** The lines of a private endpoint, as they are recommended. */
export function privateEndpointSource({ name, id, group }: Target): Source {
  return declared({
    type: 'Microsoft.Network/privateEndpoints@2025-09-01',
    name: 'endpoint',
    body: {
      properties: {
        subnet: { id: new Expression('subnetId') },
        privateLinkServiceConnections: [
          { name, properties: { privateLinkServiceId: new Expression(`${name}.id`), groupIds: [group] } },
        ],
      },
    },
    azurerm: {
      resource: 'azurerm_private_endpoint',
      body: {
        subnet_id: new Expression('azurerm_subnet.endpoints.id'),
        private_service_connection: new Block({
          name,
          is_manual_connection: false,
          private_connection_resource_id: new Expression(id),
          subresource_names: [group],
        }),
      },
    },
  });
}

function isApproved(connection: JsonObject): boolean {
  const state = propertiesOf(connection).privateLinkServiceConnectionState;
  return isObject(state) && typeof state.status === 'string' && state.status.toLowerCase() === 'approved';
}
