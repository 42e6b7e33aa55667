// Rows of Resource Graph with their columns.

import { asIs } from '../estate/documents.ts';
import { tenantId } from '../identity/directory.ts';
import { isObject, type JsonObject, member, overlay } from '../json/json.ts';
import { type Column, type Row, valueAt } from '../kusto/compiler.ts';
import { hashOf, modulo } from '../kusto/hash.ts';
import { textOf } from '../kusto/values.ts';
import type { GraphSettings } from './graph-settings.ts';
import type { TableDefinition } from './indexed-table.ts';
import type { Entry } from './key-index.ts';
import { eachText, type RowBodies } from './row-bodies.ts';
import type { Shown } from './shown-resources.ts';

const texts = [
  'id',
  'name',
  'type',
  'tenantId',
  'kind',
  'location',
  'resourceGroup',
  'subscriptionId',
  'managedBy',
] as const;
const dynamics = ['sku', 'plan', 'properties', 'tags', 'identity', 'zones', 'extendedLocation'] as const;

/** Of every table. Whether `systemData` is one is unknown, so it is not here. */
export const columns: readonly Column[] = [
  ...texts.map((name) => ({ name, type: 'string' as const })),
  ...dynamics.map((name) => ({ name, type: 'dynamic' as const })),
  { name: 'apiVersion', type: 'string', hidden: true },
];

/** The row of a resource, or of its configuration. */
export function rowOf(
  { key, type }: Entry,
  { resource, document }: Shown,
  { document: name, suffix }: TableDefinition,
  settings: GraphSettings,
  bodies: RowBodies,
): Row {
  const { address } = resource;
  const shared = document(name);
  const patches = settings.wrong.filter(({ id }) => id.toLowerCase() === key);
  const stored = patches.reduce<unknown>((body, { patch }) => overlay(body, { properties: patch }), shared.body);
  const isConfiguration = suffix !== '';
  const more = isConfiguration ? () => maskedSettings(document('hidden/config/appsettings').body) : undefined;
  const body = bodies.shown(stored, address.type, suffix.slice(1), more);
  // A configuration has the name of its site, and nothing else beside its properties.
  const site = isConfiguration ? document('resource') : shared;
  return createRow(isConfiguration ? { properties: body.properties } : body, shared.own, {
    id: idIn(`${resource.id}${suffix}`, settings.groupCase),
    name: site.own(textOf(member(site.body, 'name') ?? member(site.body, 'displayName') ?? address.name)),
    type,
    location: textOf(member(site.body, 'location')),
    resourceGroup: address.resourceGroup,
    subscriptionId: address.subscriptionId,
    apiVersion: bodies.versionOf(address.type, suffix.slice(1)),
  });
}

/** The names of settings with masked values: a third party has seen them so. */
function maskedSettings(settings: unknown): JsonObject {
  const names = isObject(settings) ? Object.keys(settings) : [];
  return names.length === 0 ? {} : { appSettings: names.map((name) => ({ name, value: '#######' })) };
}

interface RowTexts {
  id: string;
  name: string;
  type: string;
  location: string;
  resourceGroup: string;
  subscriptionId: string;
  apiVersion?: string;
}

/** A row of a body; what the body does not have is empty or null. `own`: see SharedBody. */
export function createRow(body: JsonObject, own: (text: string) => string = asIs, given: RowTexts): Row {
  const known: Record<string, string> = {
    ...given,
    tenantId,
    kind: textOf(body.kind ?? ''),
    type: given.type.toLowerCase(),
    location: given.location.toLowerCase().replaceAll(' ', ''),
    resourceGroup: given.resourceGroup.toLowerCase(),
    managedBy: own(textOf(body.managedBy ?? '')),
    apiVersion: given.apiVersion ?? '',
  };
  return {
    at(column, path) {
      if (Object.hasOwn(known, column)) return valueAt(known[column] ?? null, path);
      const value = valueAt(body[column] ?? null, path);
      return own === asIs ? value : eachText(value, own);
    },
  };
}

/** The id with its group as the setting says; which way a mixed one goes follows from the id. */
function idIn(id: string, groupCase: GraphSettings['groupCase']): string {
  if (groupCase === 'arm') return id;
  const way = groupCase === 'mixed' ? (modulo(hashOf(id.toLowerCase()), 2) === 0 ? 'lower' : 'upper') : groupCase;
  return id.replace(/(\/resourcegroups\/)([^/]+)/i, (_, before: string, name: string) =>
    way === 'lower' ? `${before}${name.toLowerCase()}` : `${before}${name.toUpperCase()}`,
  );
}
