// Very many resources that are made when they are asked for: a block says what each of its positions holds, and the store
// keeps only what was changed or removed.

import { resourceAddress } from '../arm/resource-id.ts';
import { type Documents, type Template, templateDocuments } from './documents.ts';
import type { ResourceChange, StoredResource } from './stored-resource.ts';

/** What generates resources: pure functions of a position, which is less than `size`. */
export interface ResourceBlock {
  readonly size: number;
  /** The position of an id in lower case; null when it is none of them. */
  positionOf(key: string): number | null;
  /** Null for a position without a resource. */
  at(position: number): BlockResource | null;
  /** Positions of what is below a scope in lower case, from the first to before the last; others may be among them. */
  rangeBelow(scope: string): readonly [number, number];
}

export interface BlockResource {
  id: string;
  /** As Azure writes it. */
  type: string;
  template(): Template;
  /** A text of the template with what this resource has in place of the placeholders. */
  own(text: string): string;
}

export interface StoredBlock {
  find(key: string): StoredResource | undefined;
  /** Whether it was there. */
  remove(key: string): boolean;
  /** Resources below a scope, by position, at or after the given one. */
  below(scope: string, from?: number): Iterable<{ position: number; resource: BlockResource }>;
  open(position: number): StoredResource | undefined;
  /** Those whose documents changed. */
  changed(): StoredResource[];
}

interface Changed {
  documents: Map<string, unknown>;
  operationId?: string | undefined;
}

const nothing: ReadonlyMap<string, unknown> = new Map();

/** A block with what became of it. */
export function storeBlock(block: ResourceBlock, onChange: (change: ResourceChange) => void): StoredBlock {
  const removed = new Set<number>();
  const changes = new Map<number, Changed>();

  function changeOf(position: number): Changed {
    const known = changes.get(position) ?? { documents: new Map<string, unknown>() };
    changes.set(position, known);
    return known;
  }

  function open(position: number): StoredResource | undefined {
    const found = removed.has(position) ? null : block.at(position);
    if (!found) return undefined;
    const { id } = found;
    const address = resourceAddress(id);
    const documents: Documents = templateDocuments(
      found,
      {
        get: () => changes.get(position)?.documents ?? nothing,
        change: (name, body) => void changeOf(position).documents.set(name, body),
      },
      (document, body) => onChange({ id, document, body }),
    );
    return {
      id,
      kind: address.kind,
      address,
      documents,
      get operationId() {
        return changes.get(position)?.operationId;
      },
      set operationId(operation) {
        changeOf(position).operationId = operation;
      },
    };
  }

  return {
    open,
    find(key) {
      const position = block.positionOf(key);
      return position === null ? undefined : open(position);
    },
    remove(key) {
      const position = block.positionOf(key);
      if (position === null || removed.has(position)) return false;
      removed.add(position);
      return true;
    },
    *below(scope, from = 0) {
      const [first, end] = block.rangeBelow(scope);
      for (let position = Math.max(first, from); position < end; position++) {
        const resource = removed.has(position) ? null : block.at(position);
        if (resource?.id.toLowerCase().startsWith(`${scope}/`)) yield { position, resource };
      }
    },
    changed: () => [...changes.keys()].flatMap((position) => open(position) ?? []),
  };
}
