/** Reads a resource wholly: what failed for a reason that may pass is read again. */
import { type DocumentName, documentOf } from '../../domain/resources/documents.ts';
import { SECOND_MS } from '../../domain/resources/durations.ts';
import type { Resource } from '../../domain/resources/resource.ts';
import { type DocumentState, type Snapshot, stateOf } from '../../domain/resources/snapshot.ts';
import type { Clock } from '../../workflows/ports/runtime.ts';
import type { AzureReader } from './azure.ts';

const MAX_TRIES = 5;
const MAX_BACKOFF_SECONDS = 30;

/** A document that is not in the snapshot, and why. */
export interface UnreadDocument {
  readonly document: DocumentName;
  readonly why: string;
}

/** The documents by name; those that are not there have a reason. Throws CommandFailure without a sign-in. */
export async function readWholly(
  azure: AzureReader,
  clock: Clock,
  resource: Resource,
  names: readonly DocumentName[],
): Promise<Snapshot> {
  let documents: Snapshot['documents'] = {};
  let wanted = names.filter((name) => documentOf(resource.kind, name) !== null);
  for (let attempt = 1; ; attempt += 1) {
    const read = await azure.read(resource, wanted);
    azure.checkSignIn();
    documents = { ...documents, ...read.documents };
    const snapshot = { resource, documents };
    const again = wanted.filter((name) => isTransient(stateOf(snapshot, name)));
    // A resource that is gone has no documents, and one that cannot be read at all is not asked for each of them.
    if (again.length === 0 || isGone(snapshot) || attempt === MAX_TRIES) return snapshot;
    wanted = again;
    await clock.sleep(
      waitSeconds(
        again.map((name) => stateOf(snapshot, name)),
        attempt,
      ) * SECOND_MS,
    );
  }
}

/** Whether Azure answered 404 for the resource itself: it was deleted after it was listed, or it never was there. */
export function isGone(snapshot: Snapshot): boolean {
  return stateOf(snapshot, 'resource').status === 'missing';
}

/** Whether nobody answered, or only for a while: a later scan may read it. */
export function isTransient(state: DocumentState): boolean {
  return state.status === 'failed' && state.retryable;
}

/** The documents that could not be read. One that does not exist for this resource is none of them. */
export function unreadIn(snapshot: Snapshot): UnreadDocument[] {
  if (isGone(snapshot)) return [{ document: 'resource', why: 'There is no such resource (Azure answered 404).' }];
  const { resource, documents } = snapshot;
  return Object.entries(documents).flatMap(([name, state]): UnreadDocument[] => {
    const definition = documentOf(resource.kind, name);
    if (!definition || !state) return [];
    if (state.status === 'forbidden' || state.status === 'failed') {
      return [{ document: definition.name, why: state.detail }];
    }
    const isMissing = state.status === 'missing' && definition.onMissing === 'unknown';
    return isMissing ? [{ document: definition.name, why: 'Azure answered 404.' }] : [];
  });
}

function waitSeconds(states: readonly DocumentState[], attempt: number): number {
  const asked = states.map((state) => ('retryAfter' in state ? (state.retryAfter ?? 0) : 0));
  return Math.max(...asked, Math.min(MAX_BACKOFF_SECONDS, 2 ** attempt));
}
