/** The resources of the fake Azure. They comply with every rule, except for what a test sets. */
import type { Json, JsonObject } from '../../../src/domain/resources/json.ts';
import {
  CONTAINER_APP_ID,
  containerApp,
  ENVIRONMENT_ID,
  environment,
  ingress,
} from '../../rules/fixtures/container-app.ts';
import { settings, WORKSPACE } from '../../rules/fixtures/diagnostic-settings.ts';
import { SITE_ID, site, webConfig } from '../../rules/fixtures/web-app.ts';
import type { FakeArm } from './arm.ts';

export const SHOP = SITE_ID;
export const CART = CONTAINER_APP_ID;
export const ENVIRONMENT = ENVIRONMENT_ID;
export { WORKSPACE };

export interface WebAppOptions {
  /** Properties of the site. */
  readonly site?: JsonObject;
  /** Members beside the properties: kind, managedBy, tags. */
  readonly beside?: JsonObject;
  /** Properties of `config/web`. */
  readonly config?: JsonObject;
}

export function seedWebApp(azure: FakeArm, options: WebAppOptions = {}, id = SHOP): void {
  azure.seed(id, {
    resource: { ...site(options.site, options.beside), id },
    'config/web': webConfig(options.config),
    diagnosticSettings: settings(),
  });
}

/** The shop and its slots, each with its own options. The shop lists its slots. */
export function seedSlots(
  azure: FakeArm,
  options: Readonly<Record<string, WebAppOptions>>,
  ofShop: WebAppOptions = {},
): void {
  const slots = Object.entries(options).map(([name, slotOptions]) => ({ id: `${SHOP}/slots/${name}`, slotOptions }));
  seedWebApp(azure, ofShop);
  azure.change(SHOP, 'slots', '', { value: slots.map(({ id }) => ({ id })) });
  for (const { id, slotOptions } of slots) seedWebApp(azure, slotOptions, id);
}

/** Violates every safe rule for web apps among the chosen rules: one on the site, two in its configuration. */
export const UNSAFE: WebAppOptions = {
  site: { httpsOnly: false },
  config: { minTlsVersion: '1.0', ftpsState: 'AllAllowed' },
};

/** One violation whose fix needs an approval. */
export const RISKY: WebAppOptions = { config: { remoteDebuggingEnabled: true } };

export function seedContainerApp(azure: FakeArm, members: JsonObject = {}): void {
  azure.seed(CART, { resource: containerApp(ingress(members)) });
}

export function seedEnvironment(azure: FakeArm, appLogs: Json = { destination: null }): void {
  azure.seed(ENVIRONMENT, { resource: environment(appLogs), diagnosticSettings: settings() });
}
