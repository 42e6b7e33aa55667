// Operations of Microsoft.App that outlive their request: the resource is busy while one runs, its documents change when
// it ends, and the caller polls.
import { randomUUID } from 'node:crypto';
import { errors } from '../arm/errors.ts';
import { inProgress, withState } from '../container-app/writes.ts';
import type { StoredResource } from '../estate/estate-store.ts';
import type { HttpResponse } from '../http/response.ts';

export interface Operation {
  id: string;
  /** Paths to poll: the resource in the end, and the state of the operation. */
  resultPath: string;
  statusPath: string;
  ended: Promise<void>;
  /** In whole seconds, how long it still runs; without it a client polls every 30 s (Azure CLI 2.45). */
  retryAfter(): Record<'retry-after', string>;
}

export interface Operations {
  /** `finish` is called once, when it has ended: it then changes something, or did not succeed; `current` is the resource's body in a version, for those who poll. */
  start(
    resource: StoredResource,
    finish: (succeeded: boolean) => void,
    current: (version: string) => unknown,
    fails: boolean,
  ): Operation;
  /** Null when the path is no operation's. */
  poll(path: string, url: string): HttpResponse | null;
  /** Id of the resource that the operation of this path is about; undefined when there is none. */
  resourceOf(path: string): string | undefined;
  running(resource: StoredResource): Operation | undefined;
  settled(): Promise<void>;
  /** Ends all running operations now, with success or failure. */
  end(): void;
  /** Stops all, without effect. */
  close(): void;
}

interface Running extends Operation {
  resourceId: string;
  state: 'InProgress' | 'Succeeded' | 'Failed';
  startTime: string;
  current: (version: string) => unknown;
  end: () => void;
  cancel: () => void;
}

/** `milliseconds`: how long each operation runs. */
export function createOperations(milliseconds: number): Operations {
  const all = new Map<string, Running>();

  return {
    start(resource, finish, current, fails) {
      const id = randomUUID();
      const kind = resource.kind === 'environment' ? 'managedEnvironment' : 'containerapp';
      const place = `/subscriptions/${resource.address.subscriptionId}/providers/Microsoft.App/locations/westeurope`;
      const before = resource.documents.get('resource');
      const endsAt = Date.now() + milliseconds;
      resource.operationId = id;
      resource.documents.set('resource', inProgress(before));

      let end = () => {};
      let cancel = () => {};
      const ended = new Promise<void>((resolve) => {
        end = () => {
          if (operation.state !== 'InProgress') return;
          clearTimeout(timer);
          resource.operationId = undefined;
          if (fails) resource.documents.set('resource', withState(before, 'Failed'));
          finish(!fails);
          operation.state = fails ? 'Failed' : 'Succeeded';
          resolve();
        };
        const timer = setTimeout(end, milliseconds);
        cancel = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const operation: Running = {
        id,
        resourceId: resource.id,
        resultPath: `${place}/${kind}OperationResults/${id}`,
        statusPath: `${place}/${kind}OperationStatuses/${id}`,
        state: 'InProgress',
        startTime: new Date().toISOString(),
        current,
        ended,
        retryAfter: () => ({ 'retry-after': String(Math.max(1, Math.ceil((endsAt - Date.now()) / 1000))) }),
        end,
        cancel,
      };
      all.set(id, operation);
      return operation;
    },

    poll(path, url) {
      const polled = polledIn(path);
      if (!polled) return null;
      const operation = all.get(polled.id);
      if (!operation) return errors.resourceNotFound(`operation/${polled.id}`, '');
      const failure = {
        code: 'ContainerAppOperationError',
        message: `Failed to provision the resource. OperationId: '${operation.id}'.`,
      };
      const running = operation.state === 'InProgress';
      if (polled.what === 'statuses') {
        const { id, state, startTime } = operation;
        return {
          status: 200,
          ...(running && { headers: operation.retryAfter() }),
          body: { id: path, name: id, status: state, startTime, ...(state === 'Failed' && { error: failure }) },
        };
      }
      if (running) return { status: 202, headers: { location: url, ...operation.retryAfter() } };
      if (operation.state === 'Failed') return errors.badRequest(failure.code, failure.message);
      const body = operation.current(new URL(url).searchParams.get('api-version') ?? '');
      return body === undefined ? { status: 204 } : { status: 200, body };
    },

    resourceOf: (path) => all.get(polledIn(path)?.id ?? '')?.resourceId,
    running: (resource) => (resource.operationId ? all.get(resource.operationId) : undefined),
    settled: async () => {
      await Promise.all([...all.values()].map((operation) => operation.ended));
    },
    end() {
      for (const operation of all.values()) operation.end();
    },
    close() {
      for (const operation of all.values()) operation.cancel();
    },
  };
}

const POLLED =
  /\/providers\/microsoft\.app\/locations\/[^/]+\/(?:containerapp|managedenvironment)operation(?<what>results|statuses)\/(?<id>[^/]+)$/;

/** What a path asks of which operation; null when it is no operation's. */
function polledIn(path: string): { what: string; id: string } | null {
  const { what, id } = POLLED.exec(path.toLowerCase())?.groups ?? {};
  return what && id ? { what, id } : null;
}
