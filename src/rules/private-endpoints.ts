/** Private endpoints of a web app or an environment: only one that was approved lets anybody in. */
import { valueAt } from '../domain/change.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import type { Judgement, Source } from '../domain/rule.ts';
import { bodyOf, type Snapshot, stateOf } from '../domain/snapshot.ts';
import { judgeList, propertiesOf } from './listed.ts';
import { objectsIn } from './lists.ts';
import { Block, declared, Expression } from './source-lines.ts';

/** Judges by how many private endpoints are approved, of how many there are. */
export function judgeEndpoints(snapshot: Snapshot, judge: (approved: number, all: number) => Judgement): Judgement {
  const listed = connectionsIn(bodyOf(snapshot, 'resource'));
  // What the resource says of them is as good where the list itself was not read.
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

/** The connections that a body lists among its properties; null where it lists none, not even an empty list. */
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
