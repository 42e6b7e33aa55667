/** Built-in authentication (Easy Auth), which web apps and container apps keep alike: whether it is on, and who signs in. */
import { type Change, valueAt } from '../domain/change.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { compliant, type Judgement, notApplicable, unknown } from '../domain/rule.ts';

export type AuthDocument = 'config/authsettingsV2' | 'authConfigs/current';

const STRANGE = unknown('The authentication settings hold something else than Azure documents.');
const PLATFORM = '/platform/enabled';
const TOKEN_STORE = '/login/tokenStore/enabled';

/** Judges whether people sign in. Switching it on where nobody can sign them in would lock everybody out. */
export function judgeAuthentication(document: AuthDocument, properties: JsonObject): Judgement {
  const inFile = settingsInFile(properties);
  if (inFile) return inFile;
  const enabled = switchAt(properties, PLATFORM);
  const providers = providersIn(properties.identityProviders);
  if (enabled === undefined || !providers) return STRANGE;
  const named = providers.join(', ');
  if (providers.length === 0) {
    const reason = `No identity provider is registered, and authentication is ${enabled ? 'on' : 'off'}.`;
    return { verdict: 'violation', reason, changes: [] };
  }
  const note = letsAnyoneIn(properties)
    ? ' Requests of people who have not signed in reach the app (AllowAnonymous).'
    : '';
  if (enabled) return compliant(`Authentication is on, with ${named}.${note}`);
  return {
    verdict: 'violation',
    reason: `Authentication is off, although ${named} is registered.${note}`,
    changes: [switchedOn(document, PLATFORM, enabled)],
  };
}

/** Judges the token store where authentication is on; null is a store of which nothing is said. */
export function judgeTokenStore(properties: JsonObject, judge: (enabled: boolean | null) => Judgement): Judgement {
  const inFile = settingsInFile(properties);
  if (inFile) return inFile;
  const authentication = switchAt(properties, PLATFORM);
  if (authentication === undefined) return STRANGE;
  if (!authentication) return notApplicable('Authentication is off, so there are no tokens to store.');
  const enabled = switchAt(properties, TOKEN_STORE);
  return enabled === undefined ? STRANGE : judge(enabled);
}

/** With a file in the app, the settings that Azure keeps have no effect, and what the file says is not seen. */
function settingsInFile(properties: JsonObject): Judgement | null {
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

/** null where nothing is said; undefined where something else is said than yes or no. */
function switchAt(properties: JsonObject, path: string): boolean | null | undefined {
  let value: Json | undefined = properties;
  for (const name of path.slice(1).split('/')) {
    if ((value ?? null) === null) return null;
    if (!isObject(value)) return undefined;
    value = value[name];
  }
  return (value ?? null) === null ? null : typeof value === 'boolean' ? value : undefined;
}

/** Container apps have no `requireAuthentication`: theirs is the action alone. */
function letsAnyoneIn(properties: JsonObject): boolean {
  const action = valueAt(properties, '/globalValidation/unauthenticatedClientAction');
  return (
    (typeof action === 'string' && action.toLowerCase() === 'allowanonymous') ||
    valueAt(properties, '/globalValidation/requireAuthentication') === false
  );
}

/** What the registration of a provider is known by: `appId` is Facebook's, `consumerKey` is X's. */
const REGISTERED_AS = ['clientId', 'appId', 'consumerKey'];
const CALLED: ReadonlyMap<string, string> = new Map([
  ['azureActiveDirectory', 'Microsoft Entra ID'],
  ['azureStaticWebApps', 'Static Web Apps'],
  ['gitHub', 'GitHub'],
  ['legacyMicrosoftAccount', 'Microsoft accounts'],
  ['twitter', 'X'],
]);

/**
 * The names of the providers that are registered and not switched off; null when they are no providers. Azure lists those
 * that nobody has registered, too, as enabled with an empty registration.
 */
function providersIn(identityProviders: Json | undefined): string[] | null {
  const { customOpenIdConnectProviders, ...own } = isObject(identityProviders) ? identityProviders : {};
  if ((identityProviders ?? null) !== null && !isObject(identityProviders)) return null;
  const providers = [
    ...Object.entries(own),
    ...Object.entries(isObject(customOpenIdConnectProviders) ? customOpenIdConnectProviders : {}),
  ];
  return providers.flatMap(([name, provider]) => (isRegistered(provider) ? (CALLED.get(name) ?? name) : []));
}

function isRegistered(provider: Json): boolean {
  const registration = valueAt(provider, '/registration');
  if (valueAt(provider, '/enabled') === false || !isObject(registration)) return false;
  return REGISTERED_AS.some((key) => typeof registration[key] === 'string' && registration[key] !== '');
}
