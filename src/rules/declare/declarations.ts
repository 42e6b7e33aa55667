/** Declarations of each kind of resource in Bicep and Terraform, from the changes of its documents. */

import { type Change, withValue } from '../../domain/changes/change.ts';
import type { DocumentName } from '../../domain/resources/documents.ts';
import { isObject, type Json, type JsonObject } from '../../domain/resources/json.ts';
import type { Source } from '../../domain/rules/rule.ts';
import { type Azurerm, Block, type Body, type Declaration, declared, Expression } from './printers.ts';

/** A value that a change sets, or that a rule recommends. */
export type Setting = Pick<Change, 'document' | 'path' | 'to'>;

/** The attributes of azurerm for the same; null where it has none. */
type Attributes = Body | null;

const SITE = 'Microsoft.Web/sites@2025-03-01';
const CONTAINER_APP = 'Microsoft.App/containerApps@2026-07-01';
const ENVIRONMENT = 'Microsoft.App/managedEnvironments@2026-07-01';

/** The lines for a web app, with its configuration; in azurerm, function apps and slots have resources of their own. */
export function siteSource(settings: readonly Setting[], attributes: Attributes): Source {
  return declared(siteDeclaration(settings, attributes));
}

export function siteDeclaration(settings: readonly Setting[], attributes: Attributes): Declaration {
  const own = bodyOf(settings, 'resource');
  const { properties } = bodyOf(settings, 'config/web');
  const declaredProperties = {
    ...objectIn(own.properties),
    ...(isObject(properties) ? { siteConfig: properties } : {}),
  };
  const body = Object.keys(declaredProperties).length > 0 ? { ...own, properties: declaredProperties } : own;
  return { type: SITE, body, azurerm: attributes && webAppOf(attributes), updates: 'azurerm_linux_web_app.app.id' };
}

/** The lines for a web app with this body, which may have expressions. */
export function siteWith(body: Body, attributes: Body): Source {
  return declared({ ...siteDeclaration([], attributes), body });
}

/** A web app in azurerm, which has a resource for each operating system. */
export function webAppOf(attributes: Body): Azurerm {
  return { resource: 'azurerm_linux_web_app', also: 'azurerm_windows_web_app', body: attributes };
}

/** The lines for properties of a web app's configuration. */
export function siteConfigSource(settings: readonly Setting[], siteConfig: Attributes): Source {
  return siteSource(settings, siteConfig && { site_config: new Block(siteConfig) });
}

export function containerAppSource(settings: readonly Setting[], attributes: Attributes): Source {
  return declared({
    type: CONTAINER_APP,
    body: bodyOf(settings, 'resource'),
    azurerm: attributes && { resource: 'azurerm_container_app', body: attributes },
    updates: 'azurerm_container_app.app.id',
  });
}

/** The lines for members of a container of a container app. */
export function containerSource(members: JsonObject, attributes: Body): Source {
  const containers: Setting = {
    document: 'resource',
    path: '/properties/template/containers',
    to: [{ name: 'app', ...members }],
  };
  const container = new Block({ name: 'app', ...attributes });
  return containerAppSource([containers], { template: new Block({ container }) });
}

/** The lines for properties of a container app's ingress. */
export function ingressSource(settings: readonly Setting[], ingress: Attributes): Source {
  return containerAppSource(settings, ingress && { ingress: new Block(ingress) });
}

export function environmentSource(settings: readonly Setting[], attributes: Attributes): Source {
  return declared(environmentDeclaration(settings, attributes));
}

export function environmentDeclaration(settings: readonly Setting[], attributes: Attributes): Declaration {
  return {
    type: ENVIRONMENT,
    name: 'environment',
    body: bodyOf(settings, 'resource'),
    azurerm: attributes && { resource: 'azurerm_container_app_environment', body: attributes },
    updates: 'azurerm_container_app_environment.environment.id',
  };
}

/** The lines for an environment with this body, which may have expressions. */
export function environmentWith(body: Body, attributes: Body): Source {
  return declared({ ...environmentDeclaration([], attributes), body });
}

/** The lines for a plan with this body. */
export function planSource(body: Body, attributes: Body): Source {
  return declared({
    type: 'Microsoft.Web/serverfarms@2025-03-01',
    name: 'plan',
    body: { name: 'plan', location: new Expression('location'), ...body },
    azurerm: { resource: 'azurerm_service_plan', body: attributes },
  });
}

/** The changes, or the recommended setting when there are none. */
export function settingsOf(changes: readonly Change[], recommended: Setting): readonly Setting[] {
  return changes.length > 0 ? changes : [recommended];
}

/** The value that the changes set at the place of the recommended setting, or the recommended one. */
export function valueSet(changes: readonly Change[], { document, path, to }: Setting): Json {
  return changes.find((change) => change.document === document && change.path === path)?.to ?? to;
}

/** A document with these settings only. */
export function bodyOf(settings: readonly Setting[], document: DocumentName): JsonObject {
  const own = settings.filter((one) => one.document === document);
  return objectIn(own.reduce<Json>((body, { path, to }) => withValue(body, path, to), {}));
}

function objectIn(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
