// Carries out what a write would do: now, or as an operation. Each is in the Activity Log, and each success raises its
// event, for every caller.

import { actionOf, addressOf } from '../arm/resource-id.ts';
import { withState } from '../container-app/writes.ts';
import type { Effect, Place } from '../estate/place.ts';
import type { EventGrid, EventSchema } from '../event-grid/event-grid.ts';
import { writeEvent } from '../event-grid/write-event.ts';
import { type Caller, isServiceIdentity } from '../identity/directory.ts';
import { isObject } from '../json/json.ts';
import type { ActivityLog } from '../monitor/activity-log.ts';
import type { LoggedOperation } from '../monitor/activity-log-entry.ts';
import { watchWrite } from '../monitor/outages.ts';
import { bodyInVersion } from './documents.ts';
import type { Operation, Operations } from './operations.ts';
import type { SideEffect } from './side-effects.ts';
import { applySideEffects } from './side-effects.ts';

export interface WriteRequest {
  place: Place;
  method: string;
  effect: Effect;
  caller: Caller;
  correlationId: string;
  clientRequestId?: string;
  url: string;
  /** The operation will end without having changed anything. */
  fails?: boolean;
  /** It existed before: the event then has the HTTP request. */
  existed: boolean;
  /** What changes along with it. */
  sideEffects?: readonly SideEffect[];
}

export interface Writer {
  /** Returns the operation, when the write is one. */
  commit(writing: WriteRequest): Operation | null;
}

/** Writes that raise their events at `grid` in the given schema, and are logged in `activity`. */
export function createWriter(grid: EventGrid, running: Operations, schema: EventSchema, activity: ActivityLog): Writer {
  function apply({ place, effect, caller, sideEffects = [] }: WriteRequest): void {
    const { estate, resource } = place;
    const noteWrite = watchWrite(resource, isServiceIdentity(caller));
    const { beside } = effect;
    for (const [name, body] of Object.entries(beside?.documents ?? {})) beside?.resource.documents.set(name, body);
    if (effect.removesResource) estate.remove(resource.id);
    for (const [name, body] of Object.entries(effect.documents ?? {})) {
      resource.documents.set(name, effect.operation ? withState(body, 'Succeeded') : body);
    }
    applySideEffects(resource.documents, sideEffects);
    noteWrite();
  }

  function announce(writing: WriteRequest): void {
    const { place, method, caller } = writing;
    const path = loggedTarget(method, targetOf(place));
    const address = addressOf(path);
    if (!address) return;
    grid.raise(
      writeEvent(
        {
          caller,
          method,
          action: actionAt(place, method),
          target: place.row.announcedAsResource ? place.resource.id : path,
          subscriptionId: address.subscriptionId,
          resourceGroup: address.resourceGroup,
          existed: writing.existed,
          correlationId: writing.correlationId,
          ...(writing.clientRequestId && { clientRequestId: writing.clientRequestId }),
          url: writing.url,
          at: new Date(),
        },
        schema,
        grid.events.length,
      ),
    );
  }

  return {
    commit(writing) {
      const { place, effect } = writing;
      setAuthor(writing);
      const logged = loggedOf(writing);
      activity.log(logged, 'Started');
      if (!effect.operation) {
        apply(writing);
        announce(writing);
        activity.log(logged, 'Succeeded', { status: effect.status });
        return null;
      }
      activity.log(logged, 'Accepted', { status: effect.status });
      const finish = (succeeded: boolean) => {
        if (succeeded) {
          apply(writing);
          announce(writing);
        }
        activity.log(logged, succeeded ? 'Succeeded' : 'Failed', { status: succeeded ? 200 : 500 });
      };
      const current = (version: string) =>
        bodyInVersion({ ...place, version }, place.estate.find(place.resource.id)?.documents.get('resource'));
      return running.start(place.resource, finish, current, writing.fails ?? false);
    },
  };
}

/** Id of the document that a place stands for. */
export function targetOf({ resource, row, captured }: Place): string {
  return row.suffix === '' ? resource.id : `${resource.id}/${row.suffix.replace('*', captured)}`;
}

/** What an entry or an event is about: for an action, what it was called on. */
export function loggedTarget(method: string, path: string): string {
  return method === 'POST' ? path.slice(0, path.lastIndexOf('/')) : path;
}

/** As the log has it: with the casing of the request. */
function loggedOf({ place, method, caller, correlationId, url }: WriteRequest): LoggedOperation {
  const target = loggedTarget(method, decodeURIComponent(new URL(url).pathname));
  return { caller, action: actionAt(place, method), target, correlationId };
}

function actionAt(place: Place, method: string): string {
  const address = addressOf(targetOf(place));
  return address ? actionOf(method, address, place.row.action) : '';
}

/** Microsoft.App says who wrote last. */
function setAuthor({ effect, caller }: WriteRequest): void {
  const resource = effect.documents?.resource;
  if (!isObject(resource) || !isObject(resource.systemData)) return;
  resource.systemData = {
    ...resource.systemData,
    lastModifiedBy: caller.type === 'user' ? caller.name : (caller.appId ?? caller.objectId),
    lastModifiedByType: caller.type === 'user' ? 'User' : 'Application',
    lastModifiedAt: `${new Date().toISOString().slice(0, -1)}4567`,
  };
}
