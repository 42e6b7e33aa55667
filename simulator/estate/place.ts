// What a request is about: a document of a resource, with what can be read there and what a write would do.

import type { ResourceKind } from '../arm/resource-id.ts';
import type { EstateStore, StoredResource } from './estate-store.ts';

/** POST is an action, such as a swap or the list of settings with their values. */
export type WriteMethod = 'PUT' | 'PATCH' | 'DELETE' | 'POST';

/** Where a request points: a resource, and the free segment of the document's path, such as a setting's name. */
export interface Place {
  estate: EstateStore;
  resource: StoredResource;
  row: DocumentRow;
  captured: string;
  /** The `$filter` of the request. */
  filter?: string;
  /** Of the request; lists say with it where their next page is. */
  url?: URL;
  /** What the role of Plumbline's identity allows at this place; absent for what comes from the controls. */
  serviceActions?: () => string[];
  /** The api-version of the request; absent for what comes from the controls, which know all versions. */
  version?: string;
  /** See SimulatorOptions. */
  takesUnpublished?: boolean;
  /** See SimulatorOptions. */
  metricsSeed?: number;
}

/** What a write would do; nothing is stored before it is committed. */
export interface Effect {
  status: number;
  /** New bodies by document name. */
  documents?: Record<string, unknown>;
  /** The same of another resource, such as the other side of a swap. */
  beside?: { resource: StoredResource; documents: Record<string, unknown> };
  removesResource?: true;
  /** Takes time: 202 or 201, and the documents change when it ends. */
  operation?: true;
  /** What is answered; the new body of the document when absent. */
  answer?: unknown;
  /** Answered in place of JSON. */
  text?: { type: string; content: string };
}

export type Write = (place: Place, body: unknown) => Effect;

export interface DocumentRow {
  /** The name in snapshots; an element of it in the end of `suffix` is called `NAME/{element}`. */
  name: string;
  kinds: readonly ResourceKind[];
  /** Path after the resource id; `*` is one free segment. */
  suffix: string;
  /** Types below the resource's in the RBAC action, where they do not follow from the suffix. */
  action?: string;
  /** Its events are about the resource, not about the document (unverified). */
  announcedAsResource?: true;
  /** GET does not show it: it is only written, or answered to a POST. */
  hidden?: true;
  /** Undefined is 404. Default: the stored body. */
  read?: (place: Place) => unknown;
  writes?: Partial<Record<WriteMethod, Write>>;
}
