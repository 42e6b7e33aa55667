/** Records what a check reads of the documents of a snapshot, as path patterns. */
import { type DocumentName, isDocumentName } from '../../../src/domain/resources/documents.ts';
import { isObject, type Json } from '../../../src/domain/resources/json.ts';
import type { DocumentState, Snapshot } from '../../../src/domain/resources/snapshot.ts';

/**
 * Called for every member that is read or asked for: JSON Pointers, with `*` for elements of lists, and `{}` where the names of
 * an object were listed.
 */
export type OnRead = (document: DocumentName, pattern: string) => void;

/** The snapshot, which reports what is read of its documents. */
export function recorded(snapshot: Snapshot, onRead: OnRead): Snapshot {
  const documents = Object.entries(snapshot.documents).map(([name, state]): [string, DocumentState] => {
    if (state.status !== 'read' || !isDocumentName(name)) return [name, state];
    return [name, { ...state, body: recordedValue(state.body, '', (pattern) => onRead(name, pattern)) }];
  });
  return { ...snapshot, documents: Object.fromEntries(documents) };
}

function recordedValue(value: Json, path: string, onRead: (pattern: string) => void): Json {
  if (Array.isArray(value)) {
    if (value.length > 0) onRead(`${path}/*`);
    return value.map((one) => recordedValue(one, `${path}/*`, onRead));
  }
  if (!isObject(value)) return value;
  const members = new Map<string, Json>();
  return new Proxy(value, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name);
      if (typeof name === 'symbol' || (found !== undefined && !Object.hasOwn(target, name))) return found;
      onRead(`${path}/${name}`);
      const member = target[name];
      if (member === undefined) return undefined;
      const known = members.get(name) ?? recordedValue(member, `${path}/${name}`, onRead);
      members.set(name, known);
      return known;
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string') onRead(`${path}/${name}`);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      onRead(`${path}/{}`);
      return Reflect.ownKeys(target);
    },
  });
}
