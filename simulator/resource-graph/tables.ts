// The tables of Resource Graph that the simulator has, and those that it says it does not have.

import type { EstateStore } from '../estate/estate-store.ts';
import { isObject, member } from '../json/json.ts';
import type { Row } from '../kusto/compiler.ts';
import { textOf } from '../kusto/values.ts';
import type { TableDefinition } from './indexed-table.ts';
import { createRow } from './rows.ts';

const CONTAINERS = /^microsoft\.resources\/subscriptions(\/resourcegroups)?$/;
/** A subnet is in the properties of its network, which the simulator does not have. */
const WITHOUT_ROW = /^microsoft\.network\/virtualnetworks\/subnets$/;

export const indexedTables: readonly TableDefinition[] = [
  {
    name: 'resources',
    suffix: '',
    rowType: (type) => (CONTAINERS.test(type) || WITHOUT_ROW.test(type) ? null : type),
    document: 'resource',
    lag: ({ lagMilliseconds }) => lagMilliseconds,
  },
  {
    name: 'resourcecontainers',
    suffix: '',
    rowType: (type) => (CONTAINERS.test(type) ? type : null),
    document: 'resource',
    lag: ({ lagMilliseconds }) => lagMilliseconds,
  },
  {
    name: 'appserviceresources',
    suffix: '/config/web',
    rowType: (type) => (/^microsoft\.web\/sites(\/slots)?$/.test(type) ? `${type}/config` : null),
    document: 'config/web',
    lag: ({ lagMilliseconds, configLagMilliseconds }) => configLagMilliseconds ?? lagMilliseconds,
  },
];

/** Tables whose rows are elements of documents, by the documents; they never lag. */
const elementTables: Readonly<Record<string, RegExp>> = {
  authorizationresources: /^roleAssignments$/,
  policyresources: /^policyAssignments$/,
  securityresources: /^pricings\//,
};

export interface ElementRow {
  /** In lower case. */
  key: string;
  subscription: string;
  type: string;
  row: Row;
}

/** The rows of such a table, in the order of keys; null when it is no such table. What is assigned above a subscription is not there. */
export function elementRows(table: string, estate: EstateStore): ElementRow[] | null {
  const documents = elementTables[table];
  if (!documents) return null;
  const rows = estate.stored().flatMap(({ address, documents: stored }) =>
    stored
      .keys()
      .filter((name) => documents.test(name))
      .flatMap((name) => elementsOf(stored.get(name)))
      .filter((body) => textOf(body.id).toLowerCase().startsWith('/subscriptions/'))
      .map((body): ElementRow => {
        const { subscriptionId, resourceGroup } = address;
        const given = { id: textOf(body.id), name: textOf(body.name), type: textOf(body.type) };
        const row = createRow(body, undefined, { ...given, location: 'global', resourceGroup, subscriptionId });
        return { key: given.id.toLowerCase(), type: given.type, subscription: subscriptionId.toLowerCase(), row };
      }),
  );
  return rows.sort((one, other) => (one.key < other.key ? -1 : 1));
}

function elementsOf(body: unknown) {
  const value = member(body, 'value');
  return (Array.isArray(value) ? value : [body]).filter(isObject);
}

/** What Azure has and the simulator does not. */
export const otherTables: readonly string[] = [
  'resourcechanges',
  'resourcecontainerchanges',
  'healthresourcechanges',
  'healthresources',
  'advisorresources',
  'insightsresources',
  'insightresources',
  'networkresources',
  'maintenanceresources',
  'computeresources',
  'servicehealthresources',
  'patchassessmentresources',
  'recoveryservicesresources',
];
