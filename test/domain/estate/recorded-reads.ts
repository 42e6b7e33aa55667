/** Records what a check reads of the documents of a snapshot, as path patterns. */
import type { DocumentName } from '../../../src/domain/resources/documents.ts';
import { isObject, type Json } from '../../../src/domain/resources/json.ts';
import { bodyOf, type Snapshot } from '../../../src/domain/resources/snapshot.ts';

/** The patterns by document: JSON Pointers, `*` for elements of lists and for members that were listed by name. */
export type Reads = Map<DocumentName, Set<string>>;

/** A snapshot whose bodies add every member that is read, or asked for, to `reads`. */
export function recorded(snapshot: Snapshot, reads: Reads): Snapshot {
  const documents = Object.entries(snapshot.documents).map(([name, state]) => {
    if (state.status !== 'read') return [name, state];
    const seen = readsOf(reads, name as DocumentName);
    return [name, { ...state, body: recordedValue(state.body, '', seen) }];
  });
  return { ...snapshot, documents: Object.fromEntries(documents) };
}

function readsOf(reads: Reads, name: DocumentName): Set<string> {
  const seen = reads.get(name) ?? new Set<string>();
  reads.set(name, seen);
  return seen;
}

function recordedValue(value: Json, path: string, seen: Set<string>): Json {
  if (!isObject(value) && !Array.isArray(value)) return value;
  const isList = Array.isArray(value);
  let named = !isList;
  const at = (name: string) => `${path}/${named ? name : '*'}`;
  return new Proxy(value, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver);
      if (typeof name === 'symbol' || (isList && !/^\d+$/.test(name))) return found;
      if (found !== undefined && !Object.hasOwn(target, name)) return found;
      seen.add(at(name));
      return recordedValue((found ?? null) as Json, at(name), seen) ?? found;
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string' && named) seen.add(at(name));
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys(target) {
      if (!isList) {
        named = false;
        seen.add(`${path}/*`);
      }
      return Reflect.ownKeys(target);
    },
  });
}
void bodyOf;
