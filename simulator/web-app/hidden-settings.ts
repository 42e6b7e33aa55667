// What App Service shows only in answer to a POST, which needs an action of its own: settings with their values, and the
// credentials for publishing.

import type { Effect, Place } from '../estate/place.ts';
import { plantedSecrets } from '../estate/resource-seed.ts';
import { asObject, type JsonObject, member } from '../json/json.ts';
import { touched } from './writes.ts';

/** POST config/NAME/list: the settings with their values. */
export function listSettings(place: Place): Effect {
  return { status: 200, answer: shown(place, asObject(place.resource.documents.get(place.row.name))) };
}

/** PUT config/NAME: replaces all settings. */
export function putSettings(place: Place, body: unknown): Effect {
  const { resource, row } = place;
  const settings = asObject(member(body, 'properties'));
  return {
    status: 200,
    documents: { [row.name]: settings, resource: touched(resource.documents.get('resource')) },
    answer: shown(place, settings),
  };
}

/** GET config/slotConfigNames: which settings stay where they are in a swap. */
export function slotConfigNames({ resource, row }: Place): unknown {
  const none = { connectionStringNames: null, appSettingNames: null, azureStorageConfigNames: null };
  const properties = { ...none, ...asObject(resource.documents.get(row.name)) };
  return frameOf(resource.id, resource.address.type, 'slotConfigNames', properties);
}

export function putSlotConfigNames(place: Place, body: unknown): Effect {
  const { resource, row } = place;
  const properties = asObject(member(body, 'properties'));
  return {
    status: 200,
    documents: { [row.name]: properties },
    answer: frameOf(resource.id, resource.address.type, 'slotConfigNames', properties),
  };
}

/** POST publishxml: the publishing profiles, with the password of the site. */
export function publishingProfiles({ resource }: Place): Effect {
  const site = asObject(member(resource.documents.get('resource'), 'properties'));
  const host = String(site.defaultHostName);
  const [user, password] = [String(site.ftpUsername), plantedSecrets[7]];
  const scm = host.replace('.', '.scm.');
  const profile = (name: string, method: string, url: string, userName: string) =>
    `<publishProfile profileName="${name}" publishMethod="${method}" publishUrl="${url}" userName="${userName}" userPWD="${password}" destinationAppUrl="https://${host}" SQLServerDBConnectionString="" hostingProviderForumLink="" controlPanelLink="https://portal.azure.com" webSystem="WebSites"><databases /></publishProfile>`;
  const profiles = [
    profile(`${site.name} - Web Deploy`, 'MSDeploy', `${scm}:443`, user.split('\\').at(-1) ?? ''),
    profile(`${site.name} - FTP`, 'FTP', `ftps://${host}/site/wwwroot`, user),
  ];
  return {
    status: 200,
    answer: undefined,
    text: { type: 'application/xml', content: `<publishData>${profiles.join('')}</publishData>` },
  };
}

/** POST start and stop: what becomes of the site. */
export function setState(state: 'Running' | 'Stopped'): (place: Place) => Effect {
  return ({ resource }) => {
    const site = asObject(resource.documents.get('resource'));
    const properties = { ...asObject(site.properties), state };
    return { status: 200, documents: { resource: { ...site, properties } }, answer: undefined };
  };
}

/** POST restart: nothing that one could read changes. */
export function restart(): Effect {
  return { status: 200, answer: undefined };
}

function shown({ resource, row }: Place, settings: JsonObject): JsonObject {
  const name = row.name.split('/').at(-1) ?? '';
  const properties = name === 'connectionstrings' ? typed(settings) : settings;
  return frameOf(resource.id, resource.address.type, name, properties);
}

/** The estate has the strings only. */
function typed(strings: JsonObject): JsonObject {
  const all = Object.entries(strings).map(([name, value]) => [
    name,
    typeof value === 'string' ? { value, type: 'SQLAzure' } : value,
  ]);
  return Object.fromEntries(all);
}

function frameOf(site: string, type: string, name: string, properties: JsonObject): JsonObject {
  return { id: `${site}/config/${name}`, name, type: `${type}/config`, location: 'West Europe', properties };
}
