/** The documents of a resource as rows tell them: bodies with the leaves that rules read. */
import { type DocumentName, isDocumentName } from '../resources/documents.ts';
import { isObject, type Json, tokensOf } from '../resources/json.ts';
import { armIdOf, type Resource, type ResourceKind } from '../resources/resource.ts';
import { type LeafNode, leafTree } from './leaf-tree.ts';
import { ROW_DOCUMENTS, type RowDocument, type RowSourceName } from './leaves.ts';
import type { Row } from './rows.ts';

/** The rows of a resource and of what it refers to. Absent: no row was listed. */
export type ResourceRows = { readonly [source in RowSourceName]?: Row };

/** A document from a row, or a list in one. */
export interface ToldDocument {
  readonly name: DocumentName;
  readonly row: Row;
  readonly body: Json;
  /** The leaves below the body. */
  readonly tree: LeafNode;
}

/** The documents of a resource that these rows tell. */
export function toldDocuments(kind: ResourceKind, rows: ResourceRows): ToldDocument[] {
  return tellableDocuments(kind).flatMap(({ name, source, list }): ToldDocument[] => {
    const row = rows[source];
    if (!row) return [];
    if (list === undefined) return [{ name, row, body: row.body, tree: leafTree(source) }];
    const node = nodeBelow(leafTree(source), list);
    const body = { value: valueBelow(row.body, list) ?? null };
    return node ? [{ name, row, body, tree: listTree(node) }] : [];
  });
}

/** The documents of a kind of resource that rows can hold. */
export function tellableDocuments(kind: ResourceKind): readonly (RowDocument & { readonly name: DocumentName })[] {
  return TELLABLE[kind];
}

const TELLABLE = {
  'web-app': tellable('web-app'),
  'container-app': tellable('container-app'),
  environment: tellable('environment'),
  plan: tellable('plan'),
  subscription: tellable('subscription'),
};

function tellable(kind: ResourceKind) {
  return Object.entries(ROW_DOCUMENTS[kind]).flatMap(([name, document]) =>
    isDocumentName(name) && document ? [{ name, ...document }] : [],
  );
}

/**
 * The ids in lower case of the plan, the environment and the group of a resource, whose rows belong to its own; null where
 * its row does not say.
 */
export function referencesOf(
  resource: Resource,
  own: Row,
): Readonly<Record<'plan' | 'environment' | 'group', string | null>> {
  const properties = isObject(own.body.properties) ? own.body.properties : {};
  const environment = armIdOf(properties.environmentId) ?? armIdOf(properties.managedEnvironmentId);
  return {
    plan: armIdOf(properties.serverFarmId)?.toLowerCase() ?? null,
    environment: resource.kind === 'container-app' ? (environment?.toLowerCase() ?? null) : null,
    group: /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+/.exec(resource.key)?.[0] ?? null,
  };
}

/** The tree of a document whose value is this list. */
function listTree(list: LeafNode): LeafNode {
  const value: LeafNode = { ...list, emptyWhenUnset: true };
  return { pattern: '', form: null, members: new Map([['value', value]]), element: null, opened: true, untold: false };
}

function nodeBelow(tree: LeafNode, pattern: string): LeafNode | undefined {
  return tokensOf(pattern).reduce<LeafNode | undefined>((node, token) => node?.members.get(token), tree);
}

function valueBelow(body: Json, pattern: string): Json | undefined {
  return tokensOf(pattern).reduce<Json | undefined>(
    (value, token) => (isObject(value) ? value[token] : undefined),
    body,
  );
}
