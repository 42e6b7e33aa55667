// Revisions of a container app: the stored ones, or else the latest alone, with the template of the app.

import type { Place } from '../estate/place.ts';
import { member } from '../json/json.ts';

/** The list of revisions. */
export function revisionsOf({ resource }: Place): unknown {
  const stored = resource.documents.get('revisions');
  if (stored !== undefined) return stored;
  const app = resource.documents.get('resource');
  const name = member(app, 'properties', 'latestRevisionName');
  return { value: [rawRevision(resource.id, String(name), { template: member(app, 'properties', 'template') })] };
}

/** A running revision that takes all traffic, but for the given properties. */
export function rawRevision(app: string, name: string, properties: object): unknown {
  return {
    id: `${app}/revisions/${name}`,
    name,
    type: 'Microsoft.App/containerapps/revisions',
    properties: {
      createdTime: '2026-01-12T09:30:00+00:00',
      lastActiveTime: '2026-01-12T09:30:00+00:00',
      fqdn: `${name}.calmsea-00000001.westeurope.azurecontainerapps.io`,
      active: true,
      replicas: 1,
      trafficWeight: 100,
      labels: null,
      healthState: 'Healthy',
      provisioningState: 'Provisioned',
      runningState: 'Running',
      ...properties,
    },
  };
}
