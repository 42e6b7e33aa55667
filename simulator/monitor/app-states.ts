// What Resource Manager shows of an app that is ill: of a web app, of the latest revision of a container app, and of its
// replicas. An app that answers nothing is Running still.
import { revisionsOf } from '../container-app/revisions.ts';
import type { Place } from '../estate/place.ts';
import { asObject, isObject, member } from '../json/json.ts';
import { restartsAt } from './metric-definitions.ts';
import { illnessAt } from './outages.ts';

/** The site or slot. That an app which does not come up after a restart has limited availability is unverified. */
export function siteWithState({ resource }: Place): unknown {
  const site = resource.documents.get('resource');
  if (!illnessAt(resource, Date.now())?.isShown) return site;
  return { ...asObject(site), properties: { ...asObject(member(site, 'properties')), availabilityState: 'Limited' } };
}

/** The list of revisions. A change of the ingress makes no new one, so the latest shows it. */
export function revisionsWithState(place: Place): unknown {
  const list = revisionsOf(place);
  if (!illnessAt(place.resource, Date.now())?.isShown) return list;
  const latest = latestOf(place);
  return {
    ...asObject(list),
    value: elementsOf(list).map((one) => {
      if (member(one, 'name') !== latest) return one;
      const properties = { ...asObject(member(one, 'properties')), healthState: 'Unhealthy', runningState: 'Degraded' };
      return { ...asObject(one), properties };
    }),
  };
}

/** One revision by its name; undefined when there is none. */
export function revisionOf(place: Place): unknown {
  return elementsOf(revisionsWithState(place)).find(
    (one) => String(member(one, 'name')).toLowerCase() === place.captured.toLowerCase(),
  );
}

/** The replicas of a revision. Scaled to zero it has none. */
export function replicasOf(place: Place): unknown {
  const revision = revisionOf(place);
  if (revision === undefined) return undefined;
  const name = String(member(revision, 'name'));
  const count = Number(member(revision, 'properties', 'replicas') ?? 0);
  const isIll = name === latestOf(place) && illnessAt(place.resource, Date.now())?.isShown === true;
  const restartCount = isIll ? restartsAt(place.resource, Date.now()) : 0;
  const containers = elementsOf(member(revision, 'properties', 'template', 'containers'), 'list').map((one) => ({
    name: member(one, 'name'),
    ready: !isIll,
    started: !isIll,
    restartCount,
    runningState: isIll ? 'Waiting' : 'Running',
  }));
  const value = Array.from({ length: count }, (_, index) => {
    const replica = `${name}-6d5f9c7b8-x2k9${index}`;
    return {
      id: `${place.resource.id}/revisions/${name}/replicas/${replica}`,
      name: replica,
      type: 'Microsoft.App/containerapps/revisions/replicas',
      properties: {
        createdTime: '2026-01-12T09:30:00+00:00',
        runningState: isIll ? 'NotRunning' : 'Running',
        containers,
      },
    };
  });
  return { value };
}

function latestOf({ resource }: Place): unknown {
  return member(resource.documents.get('resource'), 'properties', 'latestRevisionName');
}

function elementsOf(list: unknown, form: 'value' | 'list' = 'value'): unknown[] {
  const elements = form === 'list' ? list : member(list, 'value');
  return Array.isArray(elements) ? elements.filter(isObject) : [];
}
