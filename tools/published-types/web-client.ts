// What the newest SDK client of Microsoft.Web knows beyond the types of Bicep: its own version, and the body of a PATCH.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { PropertyTree, PropertyTrees } from './property-tree.ts';
import { type Model, treeOfDeserializer, treeOfSerializer } from './sdk-models.ts';

/** The resource types by what the client calls their models. */
const MODELS = {
  'Microsoft.Web/sites': 'site',
  'Microsoft.Web/sites/config/web': 'siteConfigResource',
  'Microsoft.Web/sites/config/authsettingsV2': 'siteAuthSettingsV2',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': 'csmPublishingCredentialsPoliciesEntity',
  'Microsoft.Web/sites/privateEndpointConnections': 'remotePrivateEndpointConnectionARMResource',
  'Microsoft.Web/sites/backups': 'backupItem',
  'Microsoft.Web/serverfarms': 'appServicePlan',
  'Microsoft.Web/certificates': 'certificate',
};
/** Of the client that package.json names. */
const VERSION = '2025-05-01';
/** It is VERSION with one switch more. */
const NEWEST = '2026-03-15';
const PACKAGE = new URL('../../node_modules/@azure/arm-appservice/', import.meta.url);

/** Adds the client's version, and the one after it; returns the sources. */
export async function addWebClient(trees: PropertyTrees): Promise<string[]> {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(new URL('package.json', PACKAGE), 'utf8')));
  const loaded: unknown = await import(new URL('dist/esm/models/models.js', PACKAGE).href);
  const models = z.record(z.string(), z.unknown()).parse({ ...z.looseObject({}).parse(loaded) });
  const model = (name: string): Model | undefined => {
    const found = models[name];
    return typeof found === 'function' ? (item) => Reflect.apply(found, undefined, [item]) : undefined;
  };
  const needed = (name: string): Model => {
    const found = model(name);
    if (!found) throw new Error(`@azure/arm-appservice ${version} has no ${name}.`);
    return found;
  };

  for (const [type, name] of Object.entries(MODELS)) {
    const tree = treeOfDeserializer(needed(`${name}Deserializer`), model(`${name}Serializer`));
    tree.members.delete('systemData'); // Of every resource, whatever the version.
    const newest = structuredClone(tree);
    if (type === 'Microsoft.Web/sites') {
      below(newest, 'properties', 'outboundVnetRouting').members.set('managedIdentityTraffic', leaf());
    }
    trees.set(type, new Map([...(trees.get(type) ?? []), [VERSION, tree], [NEWEST, newest]]));
  }
  const patch = treeOfSerializer(needed('sitePatchResourceSerializer'));
  const versions = [...(trees.get('Microsoft.Web/sites')?.keys() ?? [])];
  trees.set('Microsoft.Web/sites#PATCH', new Map(versions.map((one) => [one, patch])));
  return [
    `@azure/arm-appservice ${version} (npm): ${VERSION}, and the body of a PATCH, which is taken for all versions`,
    `the TypeSpec of Microsoft.Web (https://github.com/Azure/azure-rest-api-specs): what ${NEWEST} adds to ${VERSION}`,
  ];
}

function below(tree: PropertyTree, ...names: string[]): PropertyTree {
  return names.reduce((at, name) => at.members.get(name) ?? leaf(), tree);
}

function leaf(): PropertyTree {
  return { readOnly: false, members: new Map() };
}
