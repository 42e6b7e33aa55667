/** The resources that the tests put into the estate: right in all that the twelve rules look at, but for what is said. */
import { allLogsTo, slot, type WebAppLeaves, webApp, workspaceId } from '../../local/simulator/estate.ts';
import type { ResourceSeed } from '../../local/simulator/simulator.ts';
import { DOCUMENTS } from '../../src/domain/documents.ts';
import { isObject } from '../../src/domain/json.ts';
import { parseResourceId } from '../../src/domain/resource.ts';
import { plantedAt } from '../world/planted.ts';

export const logged = { diagnostics: { 'to-central': allLogsTo(workspaceId) } };

export function rightWebApp(name: string, wrong: Omit<WebAppLeaves, 'name'> = {}): ResourceSeed {
  return webApp({ name, ...logged, ...wrong });
}

export function rightSlot(of: string, name: string, wrong: Omit<WebAppLeaves, 'name'> = {}): ResourceSeed {
  return slot({ of, name, ...logged, ...wrong });
}

/** A write that changes nothing that a rule looks at. */
export const touched = { tags: { touched: 'yes' } };

export const insecure = { properties: { httpsOnly: false } };

/** What others read of such a resource in a list of all. */
const LISTED: Readonly<Record<string, string>> = {
  'Microsoft.Web/certificates': 'subscription/certificates',
  'Microsoft.Insights/metricAlerts': 'subscription/metricAlerts',
  'Microsoft.Insights/activityLogAlerts': 'subscription/activityLogAlerts',
};

/** The same resource with a value of its own, which is added to `values`, in every place that may hold a secret. */
export function planted(seed: ResourceSeed, values: string[]): ResourceSeed {
  const plant = (name: string, body: unknown, places: readonly string[]) =>
    plantedAt(places, isObject(body) ? body : {}, () => {
      values.push(`planted-value-${values.length}-of-${name}`);
      return values.at(-1) ?? '';
    });
  const kind = parseResourceId(seed.id)?.kind;
  const rows = DOCUMENTS.filter(({ kinds }) => kinds.some((one) => one === kind));
  const own = rows.filter(({ name, shared }) => !shared && !DERIVED.includes(name));
  const [, type = ''] = /\/providers\/([^/]+\/[^/]+)\/[^/]+$/.exec(seed.id) ?? [];
  const listed = DOCUMENTS.find(({ name }) => name === LISTED[type])?.secrets?.map((place) =>
    place.slice('/value/*'.length),
  );
  const documents = listed
    ? [['resource', plant('listed', seed.documents.resource, listed)]]
    : own.flatMap(({ name, secrets = [] }) =>
        secrets.length > 0 ? [[name, plant(name, seed.documents[name], secrets)]] : [],
      );
  return { ...seed, documents: { ...seed.documents, ...Object.fromEntries(documents) } };
}

/** The simulator makes them out of the resources themselves. */
const DERIVED = ['slots', 'revisions'];
