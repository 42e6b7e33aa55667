/** Built-in authentication (Easy Auth), which has the same settings on web apps and container apps. */

import { type Change, valueAt } from '../../../domain/changes/change.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import {
  type CheckResult,
  compliant,
  notApplicable,
  type Source,
  unknown,
  violation,
} from '../../../domain/rules/rule.ts';
import { webAppOf } from '../../declare/declarations.ts';
import { Block, type Body, declared, Expression } from '../../declare/printers.ts';

export type AuthDocument = 'config/authsettingsV2' | 'authConfigs/current';

const INVALID = unknown('The authentication settings hold something else than Azure documents.');
const PLATFORM = '/platform/enabled';
const TOKEN_STORE = '/login/tokenStore/enabled';

/** Checks whether authentication is on. Without a provider there is no change: nobody could sign in. */
export function judgeAuthentication(document: AuthDocument, properties: JsonObject): CheckResult {
  const inFile = settingsInFile(properties);
  if (inFile) return inFile;
  const enabled = switchAt(properties, PLATFORM);
  const providers = providersIn(properties.identityProviders);
  if (enabled === undefined || !providers) return INVALID;
  const named = providers.join(', ');
  if (providers.length === 0) {
    return violation(`No identity provider is registered, and authentication is ${enabled ? 'on' : 'off'}.`);
  }
  const note = letsAnyoneIn(properties)
    ? ' Requests of people who have not signed in reach the app (AllowAnonymous).'
    : '';
  if (enabled) return compliant(`Authentication is on, with ${named}.${note}`);
  return violation(`Authentication is off, although ${named} is registered.${note}`, [
    switchedOn(document, PLATFORM, enabled),
  ]);
}

/** Checks the token store where authentication is on; null where it is not set. */
export function judgeTokenStore(properties: JsonObject, judge: (enabled: boolean | null) => CheckResult): CheckResult {
  const inFile = settingsInFile(properties);
  if (inFile) return inFile;
  const authentication = switchAt(properties, PLATFORM);
  if (authentication === undefined) return INVALID;
  if (!authentication) return notApplicable('Authentication is off, so there are no tokens to store.');
  const enabled = switchAt(properties, TOKEN_STORE);
  return enabled === undefined ? INVALID : judge(enabled);
}

/** The judgement where a file in the app configures sign-in: the settings in ARM have no effect, and the file is not read. */
function settingsInFile(properties: JsonObject): CheckResult | null {
  const path = valueAt(properties, '/platform/configFilePath');
  if (typeof path !== 'string' || path.trim() === '') return null;
  return unknown(`Sign-in is configured by a file in the app, ${path}, so that the settings here have no effect.`);
}

export function tokenStoreSwitchedOn(document: AuthDocument, from: boolean): Change {
  return switchedOn(document, TOKEN_STORE, from);
}

function switchedOn(document: AuthDocument, path: string, from: Json): Change {
  return { document, path: `/properties${path}`, from, to: true };
}

/** null where it is not set; undefined where it is not a boolean. */
function switchAt(properties: JsonObject, path: string): boolean | null | undefined {
  let value: Json | undefined = properties;
  for (const name of path.slice(1).split('/')) {
    if ((value ?? null) === null) return null;
    if (!isObject(value)) return undefined;
    value = value[name];
  }
  return (value ?? null) === null ? null : typeof value === 'boolean' ? value : undefined;
}

/** Whether requests without sign-in reach the app. Container apps have the action only, and no `requireAuthentication`. */
function letsAnyoneIn(properties: JsonObject): boolean {
  const action = valueAt(properties, '/globalValidation/unauthenticatedClientAction');
  return (
    (typeof action === 'string' && action.toLowerCase() === 'allowanonymous') ||
    valueAt(properties, '/globalValidation/requireAuthentication') === false
  );
}

/** The properties that name a registration: `appId` is Facebook's, `consumerKey` is X's. */
const REGISTERED_AS = ['clientId', 'appId', 'consumerKey'];
const DISPLAY_NAMES: ReadonlyMap<string, string> = new Map([
  ['azureActiveDirectory', 'Microsoft Entra ID'],
  ['azureStaticWebApps', 'Static Web Apps'],
  ['gitHub', 'GitHub'],
  ['legacyMicrosoftAccount', 'Microsoft accounts'],
  ['twitter', 'X'],
]);

/**
 * The names of the providers that are registered and not switched off; null when the value is not understood. Azure also
 * lists providers that nobody has registered, as enabled with an empty registration.
 */
function providersIn(identityProviders: Json | undefined): string[] | null {
  const { customOpenIdConnectProviders, ...own } = isObject(identityProviders) ? identityProviders : {};
  if ((identityProviders ?? null) !== null && !isObject(identityProviders)) return null;
  const providers = [
    ...Object.entries(own),
    ...Object.entries(isObject(customOpenIdConnectProviders) ? customOpenIdConnectProviders : {}),
  ];
  return providers.flatMap(([name, provider]) => (isRegistered(provider) ? (DISPLAY_NAMES.get(name) ?? name) : []));
}

function isRegistered(provider: Json): boolean {
  const registration = valueAt(provider, '/registration');
  if (valueAt(provider, '/enabled') === false || !isObject(registration)) return false;
  return REGISTERED_AS.some((key) => typeof registration[key] === 'string' && registration[key] !== '');
}

export function siteAuthSource(properties: Body, authSettings: Body): Source {
  return declared({
    type: 'Microsoft.Web/sites/config@2025-03-01',
    body: { parent: new Expression('site'), name: 'authsettingsV2', properties },
    azurerm: webAppOf({ auth_settings_v2: new Block(authSettings) }),
  });
}

/** The lines for a container app. `there`: whether the app has settings already, which these lines update. */
export function containerAuthSource(properties: Body, there: boolean): Source {
  return declared({
    type: 'Microsoft.App/containerApps/authConfigs@2026-07-01',
    name: 'auth',
    body: { parent: new Expression('app'), name: 'current', properties },
    azurerm: null,
    ...(there ? { updates: 'format("%s/authConfigs/current", azurerm_container_app.app.id)' } : {}),
  });
}
