/**
 * Who can reach an app, for all rules that state it or change it. Public network access is open, closed or not known. Where
 * it is open, access rules decide who comes in. They do not apply to private endpoints
 * (https://learn.microsoft.com/azure/app-service/overview-access-restrictions).
 */

import { valueAt } from '../../../domain/changes/change.ts';
import type { DocumentName } from '../../../domain/resources/documents.ts';
import { hostingOf, siteOf } from '../../../domain/resources/hosting.ts';
import { isObject, type Json, type JsonObject } from '../../../domain/resources/json.ts';
import { bodyOf, type Snapshot, stateOf } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, unknown, unreadReason, violation } from '../../../domain/rules/rule.ts';
import { webConfigOf } from '../app-service/web-config.ts';
import { lowerCase } from '../documents/leaves.ts';
import { propertiesOf } from '../documents/resource-lists.ts';
import { admittedBy, restrictionsIn, type Side } from './access-restrictions.ts';
import { isInternal } from './environment-network.ts';
import { type Admitted, admitted } from './first-match.ts';
import { isExternal } from './ingress.ts';
import { ipRulesIn } from './ip-rules.ts';
import { judgeEndpoints } from './private-endpoints.ts';

/** Whether requests from the internet reach the access rules of an app. */
export interface PublicAccess {
  readonly is: 'open' | 'closed' | 'unknown';
  /** Why, as a sentence. */
  readonly why: string;
}

/** private: only through a private endpoint, a virtual network or the environment; nobody: rules let no caller in. */
export interface Reach {
  readonly who: Admitted | 'private' | 'unknown';
  /** Why, as a sentence. */
  readonly why: string;
}

export const SITE_REACH_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web', 'privateEndpointConnections'];

/** Checks an app that everyone reaches; otherwise it is compliant. */
export function judgeReach(reach: Reach, judge: () => CheckResult): CheckResult {
  if (reach.who === 'everyone') return judge();
  return reach.who === 'unknown' ? unknown(reach.why) : compliant(reach.why);
}

/** Who reaches a site or its SCM site. */
export function reachOfSite(snapshot: Snapshot, side: Side = 'main'): Reach {
  const access = publicAccessOfSite(snapshot);
  if (access.is === 'closed') return { who: 'private', why: access.why };
  const config = webConfigOf(snapshot);
  if (!config) return { who: 'unknown', why: notRead(snapshot, 'config/web') };
  const restrictions = restrictionsIn(config, side);
  if (!restrictions) {
    return { who: 'unknown', why: 'The access restrictions have a form that Plumbline does not know.' };
  }
  return through(access, admittedBy(restrictions));
}

/**
 * Whether requests from the internet reach a site's access restrictions. The property of the site takes precedence over that
 * of its configuration. Where neither is set, an approved private endpoint closes public access.
 */
export function publicAccessOfSite(snapshot: Snapshot): PublicAccess {
  const properties = siteOf(snapshot);
  if (!properties) return unknownAccess(notRead(snapshot, 'resource'));
  if (hostingOf(snapshot) !== 'app-service') return unknownAccess('What hosts the app decides who reaches it.');
  const own = networkAccess(properties.publicNetworkAccess);
  const config = webConfigOf(snapshot);
  const said = own === 'unset' && config ? networkAccess(config.publicNetworkAccess) : own;
  if (said === 'disabled') return { is: 'closed', why: 'Public network access is disabled.' };
  if (isInServiceEnvironment(snapshot)) return accessOfServiceEnvironment(properties);
  if (said === 'enabled') return { is: 'open', why: 'Public network access is enabled.' };
  if (said !== 'unset') return unknownAccess('publicNetworkAccess is a word that Plumbline does not know.');
  if (!config) return unknownAccess(notRead(snapshot, 'config/web'));
  return accessByEndpoints(snapshot);
}

/** Whether a site is in an App Service Environment. */
export function isInServiceEnvironment(snapshot: Snapshot): boolean {
  return lowerCase(valueAt(siteOf(snapshot) ?? {}, '/hostingEnvironmentProfile/id')) !== '';
}

/** Who reaches the ingress of a container app. */
export function reachOfIngress(snapshot: Snapshot, ingress: JsonObject): Reach {
  if (typeof (ingress.external ?? false) !== 'boolean') {
    return { who: 'unknown', why: 'Whether the ingress is external is not known.' };
  }
  if (!isExternal(ingress)) return { who: 'private', why: 'The ingress is internal.' };
  const access = publicAccessOfApp(snapshot);
  if (access.is === 'closed') return { who: 'private', why: access.why };
  const rules = ipRulesIn(ingress);
  return rules
    ? through(access, admitted(rules))
    : { who: 'unknown', why: 'The IP restrictions have a form that Plumbline does not know.' };
}

/** Whether requests from the internet reach what a container app exposes. */
export function publicAccessOfApp(snapshot: Snapshot): PublicAccess {
  const app = bodyOf(snapshot, 'resource');
  if (app && isOnKubernetes(app)) {
    return unknownAccess('The app runs on Kubernetes with Azure Arc, whose network Plumbline does not read.');
  }
  const environment = bodyOf(snapshot, 'environment')?.properties;
  return isObject(environment)
    ? publicAccessOfEnvironment(environment)
    : unknownAccess(notRead(snapshot, 'environment'));
}

/**
 * Whether an environment answers the internet, which is the default
 * (https://learn.microsoft.com/azure/container-apps/private-endpoints-with-dns).
 */
export function publicAccessOfEnvironment(properties: JsonObject): PublicAccess {
  const access = networkAccess(properties.publicNetworkAccess);
  const internal = isInternal(properties);
  if (access === 'disabled') return { is: 'closed', why: 'Public network access of the environment is disabled.' };
  if (internal) return { is: 'closed', why: 'The environment is internal.' };
  if (internal === null) return unknownAccess('Whether the environment is internal is not known.');
  return access === 'other' || access === 'invalid'
    ? unknownAccess('Whether the public network reaches the environment is not known.')
    : { is: 'open', why: 'The environment is on the internet.' };
}

/** Who reaches an app through access rules. Where they let in everyone, public access decides. */
function through({ is, why }: PublicAccess, who: Admitted): Reach {
  if (who === 'everyone') return is === 'open' ? { who, why } : { who: 'unknown', why };
  const said = { named: 'Only those come in whom a rule names.', nobody: 'The access rules let nobody in.' };
  return { who, why: said[who] };
}

function accessByEndpoints(snapshot: Snapshot): PublicAccess {
  const { verdict, reason } = judgeEndpoints(snapshot, (approved) =>
    approved > 0
      ? compliant('Nothing is set, and an approved private endpoint closes the public way.')
      : violation('Nothing is set, and no private endpoint is approved.'),
  );
  return { is: verdict === 'compliant' ? 'closed' : verdict === 'violation' ? 'open' : 'unknown', why: reason };
}

/**
 * A site has no property for the load balancer of its App Service Environment; only its host name shows an internal one
 * (https://learn.microsoft.com/azure/app-service/environment/how-to-custom-domain-suffix).
 */
function accessOfServiceEnvironment({ defaultHostName, hostNames }: JsonObject): PublicAccess {
  const names = [defaultHostName, ...(Array.isArray(hostNames) ? hostNames : [])].map(lowerCase);
  return names.some((name) => /\.appserviceenvironment\.(net|us|cn)$/.test(name))
    ? { is: 'closed', why: 'The app is in an App Service Environment with an internal load balancer.' }
    : unknownAccess(
        'The app is in an App Service Environment, and whether its load balancer is internal is not known.',
      );
}

/** Azure Arc: a custom location, or an environment that is connected and not managed. */
function isOnKubernetes(app: JsonObject): boolean {
  const { environmentId, managedEnvironmentId } = propertiesOf(app);
  const isConnected = (id: Json | undefined) => lowerCase(id).includes('/connectedenvironments/');
  return isObject(app.extendedLocation) || isConnected(environmentId) || isConnected(managedEnvironmentId);
}

function notRead(snapshot: Snapshot, name: 'resource' | 'config/web' | 'environment'): string {
  return unreadReason(name, stateOf(snapshot, name));
}

function unknownAccess(why: string): PublicAccess {
  return { is: 'unknown', why };
}

/** unset: null or empty, which is the platform's default; other: a word that is not known; invalid: not a text. */
export type NetworkAccess = 'enabled' | 'disabled' | 'unset' | 'other' | 'invalid';

export function networkAccess(value: Json | undefined): NetworkAccess {
  if (value === null || value === undefined || value === '') return 'unset';
  if (typeof value !== 'string') return 'invalid';
  const said = value.toLowerCase();
  return said === 'enabled' || said === 'disabled' ? said : 'other';
}
