// A resource in the store, and the changes that others watch.

import type { Address, ResourceKind } from '../arm/resource-id.ts';
import type { Caller } from '../identity/directory.ts';
import type { Documents } from './documents.ts';

export interface StoredResource {
  id: string;
  kind: ResourceKind;
  address: Address;
  documents: Documents;
  author?: Caller;
  /** Id of the operation that is running on it. */
  operationId?: string | undefined;
}

/** What is about to change: a document, with what it was, or the resource itself, with what was there before. */
export type ResourceChange =
  | { id: string; document: string; body: unknown }
  | { id: string; before: StoredResource | null; isRemoved: boolean };
