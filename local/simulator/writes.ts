// Carries out what a write would do: now, or as an operation. Each is in the Activity Log, and each success raises its
// event, whoever wrote.
import type { LoggedOperation } from './activity-entry.ts';
import type { ActivityLog } from './activity-log.ts';
import { actionOf, addressOf } from './address.ts';
import { withState } from './container-app.ts';
import type { Caller, EventSchema, Move } from './contract.ts';
import { asAnswered, type Effect, type Place } from './documents.ts';
import type { EventGrid } from './event-grid.ts';
import { isObject } from './merge.ts';
import { moveAlong } from './moves.ts';
import type { Operation, Operations } from './operations.ts';
import { writeEvent } from './write-event.ts';

export interface Writing {
  place: Place;
  method: string;
  effect: Effect;
  caller: Caller;
  correlationId: string;
  clientRequestId?: string;
  url: string;
  /** The operation will end without having changed anything. */
  fails?: boolean;
  /** It was there before: the event then tells about the HTTP request. */
  existed: boolean;
  /** What moves along with it. */
  moves?: readonly Move[];
}

export interface Writes {
  /** Returns the operation, when the write is one. */
  commit(writing: Writing): Operation | null;
}

/** Writes that raise their events at `grid` in the given schema, and are logged in `activity`. */
export function writes(grid: EventGrid, running: Operations, schema: EventSchema, activity: ActivityLog): Writes {
  function apply({ place, effect, moves = [] }: Writing): void {
    const { estate, resource } = place;
    if (effect.removesResource) estate.remove(resource.id);
    for (const [name, body] of Object.entries(effect.documents ?? {})) {
      resource.documents.set(name, effect.operation ? withState(body, 'Succeeded') : body);
    }
    moveAlong(resource.documents, moves);
  }

  function announce(writing: Writing): void {
    const { place, method, caller } = writing;
    const path = targetOf(place);
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
      noteAuthor(writing);
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
        asAnswered({ ...place, version }, place.estate.find(place.resource.id)?.documents.get('resource'));
      return running.start(place.resource, finish, current, writing.fails ?? false);
    },
  };
}

/** Id of the document that a place stands for. */
export function targetOf({ resource, row, captured }: Place): string {
  return row.suffix === '' ? resource.id : `${resource.id}/${row.suffix.replace('*', captured)}`;
}

/** As the log has it: with the casing of the request. */
function loggedOf({ place, method, caller, correlationId, url }: Writing): LoggedOperation {
  const target = decodeURIComponent(new URL(url).pathname);
  return { caller, action: actionAt(place, method), target, correlationId };
}

function actionAt(place: Place, method: string): string {
  const address = addressOf(targetOf(place));
  return address ? actionOf(method, address, place.row.action) : '';
}

/** Microsoft.App says who wrote last. */
function noteAuthor({ effect, caller }: Writing): void {
  const resource = effect.documents?.resource;
  if (!isObject(resource) || !isObject(resource.systemData)) return;
  resource.systemData = {
    ...resource.systemData,
    lastModifiedBy: caller.type === 'user' ? caller.name : (caller.appId ?? caller.objectId),
    lastModifiedByType: caller.type === 'user' ? 'User' : 'Application',
    lastModifiedAt: `${new Date().toISOString().slice(0, -1)}4567`,
  };
}
