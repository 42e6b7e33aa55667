/** The apps of the in-memory world: everything right about them, but what a test says. */
import type { Json, JsonObject } from '../../src/domain/json.ts';
import {
  CONTAINER_APP_ID,
  containerApp,
  ENVIRONMENT_ID,
  environment,
  ingress,
} from '../rules/fixtures/container-app.ts';
import { settings, WORKSPACE } from '../rules/fixtures/diagnostic-settings.ts';
import { SITE_ID, site, webConfig } from '../rules/fixtures/web-app.ts';
import type { MemoryAzure } from './memory-azure.ts';

export const SHOP = SITE_ID;
export const CART = CONTAINER_APP_ID;
export const ENVIRONMENT = ENVIRONMENT_ID;
export { WORKSPACE };

export interface WebAppLooks {
  /** Properties of the site. */
  readonly site?: JsonObject;
  /** What stands beside them: kind, managedBy, tags. */
  readonly beside?: JsonObject;
  /** Properties of `config/web`. */
  readonly config?: JsonObject;
}

export function seedWebApp(azure: MemoryAzure, looks: WebAppLooks = {}, id = SHOP): void {
  azure.seed(id, {
    resource: { ...site(looks.site, looks.beside), id },
    'config/web': webConfig(looks.config),
    diagnosticSettings: settings(),
  });
}

/** The shop and its slots, each as it looks; the shop lists them. */
export function seedSlots(
  azure: MemoryAzure,
  looks: Readonly<Record<string, WebAppLooks>>,
  ofShop: WebAppLooks = {},
): void {
  const slots = Object.entries(looks).map(([name, look]) => ({ id: `${SHOP}/slots/${name}`, look }));
  seedWebApp(azure, ofShop);
  azure.change(SHOP, 'slots', '', { value: slots.map(({ id }) => ({ id })) });
  for (const { id, look } of slots) seedWebApp(azure, look, id);
}

/** Every safe violation of a web app that the chosen rules know: one on the site, two in its configuration. */
export const UNSAFE: WebAppLooks = {
  site: { httpsOnly: false },
  config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' },
};

/** One violation that a person decides. */
export const RISKY: WebAppLooks = { config: { remoteDebuggingEnabled: true } };

export function seedContainerApp(azure: MemoryAzure, members: JsonObject = {}): void {
  azure.seed(CART, { resource: containerApp(ingress(members)) });
}

export function seedEnvironment(azure: MemoryAzure, appLogs: Json = { destination: null }): void {
  azure.seed(ENVIRONMENT, { resource: environment(appLogs), diagnosticSettings: settings() });
}
