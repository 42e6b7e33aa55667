/** A snapshot as a snapshot file has it. Parsed again it gives the same findings. */

import { DOCUMENT_NAMES } from '../resources/document-names.ts';
import type { Json } from '../resources/json.ts';
import { redactedIn, type Snapshot } from '../resources/snapshot.ts';
import { valueAt, withValue } from './change.ts';

export interface SnapshotFile {
  readonly id: string;
  /** Bodies by name; null means 404. What could not be read is left out. */
  readonly documents: Readonly<Record<string, Json>>;
}

/** Stands where a secret was removed, so that whoever parses the file knows that there is one. */
const REMOVED = '***';

export function snapshotFileOf(snapshot: Snapshot): SnapshotFile {
  const documents = DOCUMENT_NAMES.flatMap((name): [string, Json][] => {
    const state = snapshot.documents[name];
    if (state?.status === 'missing') return [[name, null]];
    if (state?.status !== 'read') return [];
    const removed = redactedIn(snapshot, name).filter((path) => valueAt(state.body, path) === null);
    return [[name, removed.reduce<Json>((body, path) => withValue(body, path, REMOVED), state.body)]];
  });
  return { id: snapshot.resource.id, documents: Object.fromEntries(documents) };
}
