/**
 * Who can reach an app: the one answer of every rule that says so, or that writes a way in or out. The public way is open,
 * closed, or not known; where it is open, access rules say who comes in. They do not apply to private endpoints
 * (https://learn.microsoft.com/azure/app-service/overview-access-restrictions).
 */
import { valueAt } from '../domain/change.ts';
import type { DocumentName } from '../domain/documents.ts';
import { hostingOf, siteOf } from '../domain/hosting.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { compliant, type Judgement, unknown, unread } from '../domain/rule.ts';
import { bodyOf, type Snapshot, stateOf } from '../domain/snapshot.ts';
import { admittedBy, restrictionsIn, type Side } from './access-restrictions.ts';
import { isInternal } from './environment-network.ts';
import { type Admitted, admitted } from './first-match.ts';
import { isExternal } from './ingress.ts';
import { ipRulesIn } from './ip-rules.ts';
import { propertiesOf } from './listed.ts';
import { judgeEndpoints } from './private-endpoints.ts';
import { networkAccess } from './public-network.ts';
import { lowerCase } from './text.ts';
import { webConfigOf } from './web-config.ts';

/** Whether the internet gets as far as the access rules of an app. */
export interface PublicWay {
  readonly is: 'open' | 'closed' | 'unknown';
  /** Why, as a sentence. */
  readonly why: string;
}

/** private: at most through a private endpoint, a virtual network or the environment; nobody: not from outside either. */
export interface Reach {
  readonly who: Admitted | 'private' | 'unknown';
  /** Why, as a sentence. */
  readonly why: string;
}

export const SITE_REACH_DOCUMENTS: readonly DocumentName[] = ['resource', 'config/web', 'privateEndpointConnections'];

/** Judges an app that anybody may reach; where only some can, or nobody, it is compliant. */
export function judgeReach(reach: Reach, judge: () => Judgement): Judgement {
  if (reach.who === 'everyone') return judge();
  return reach.who === 'unknown' ? unknown(reach.why) : compliant(reach.why);
}

/** Who reaches a site or its SCM site. */
export function reachOfSite(snapshot: Snapshot, side: Side = 'main'): Reach {
  const way = publicWayOfSite(snapshot);
  if (way.is === 'closed') return { who: 'private', why: way.why };
  const config = webConfigOf(snapshot);
  if (!config) return { who: 'unknown', why: notRead(snapshot, 'config/web') };
  const restrictions = restrictionsIn(config, side);
  if (!restrictions) {
    return { who: 'unknown', why: 'The access restrictions have a form that Plumbline does not know.' };
  }
  return through(way, admittedBy(restrictions));
}

/**
 * Whether the internet gets as far as a site's access restrictions. The site's own word goes before that of its
 * configuration. Where neither says anything, an approved private endpoint closes it.
 */
export function publicWayOfSite(snapshot: Snapshot): PublicWay {
  const properties = siteOf(snapshot);
  if (!properties) return unknownWay(notRead(snapshot, 'resource'));
  if (hostingOf(snapshot) !== 'app-service') return unknownWay('What hosts the app decides who reaches it.');
  const own = networkAccess(properties.publicNetworkAccess);
  const config = webConfigOf(snapshot);
  const said = own === 'unset' && config ? networkAccess(config.publicNetworkAccess) : own;
  if (said === 'disabled') return { is: 'closed', why: 'Public network access is disabled.' };
  if (isInServiceEnvironment(snapshot)) return wayOfServiceEnvironment(properties);
  if (said === 'enabled') return { is: 'open', why: 'Public network access is enabled.' };
  if (said !== 'unset') return unknownWay('publicNetworkAccess is a word that Plumbline does not know.');
  if (!config) return unknownWay(notRead(snapshot, 'config/web'));
  return wayByEndpoints(snapshot);
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
  const way = publicWayOfApp(snapshot);
  if (way.is === 'closed') return { who: 'private', why: way.why };
  const rules = ipRulesIn(ingress);
  return rules
    ? through(way, admitted(rules))
    : { who: 'unknown', why: 'The IP restrictions have a form that Plumbline does not know.' };
}

/** Whether the internet gets as far as what a container app exposes to the outside. */
export function publicWayOfApp(snapshot: Snapshot): PublicWay {
  const app = bodyOf(snapshot, 'resource');
  if (app && isOnKubernetes(app)) {
    return unknownWay('The app runs on Kubernetes with Azure Arc, whose network Plumbline does not read.');
  }
  const environment = bodyOf(snapshot, 'environment')?.properties;
  return isObject(environment) ? publicWayOfEnvironment(environment) : unknownWay(notRead(snapshot, 'environment'));
}

/**
 * Whether an environment answers the internet, as it does unless something else is said
 * (https://learn.microsoft.com/azure/container-apps/private-endpoints-with-dns).
 */
export function publicWayOfEnvironment(properties: JsonObject): PublicWay {
  const access = networkAccess(properties.publicNetworkAccess);
  const internal = isInternal(properties);
  if (access === 'disabled') return { is: 'closed', why: 'Public network access of the environment is disabled.' };
  if (internal) return { is: 'closed', why: 'The environment is internal.' };
  if (internal === null) return unknownWay('Whether the environment is internal is not known.');
  return access === 'other' || access === 'strange'
    ? unknownWay('Whether the public network reaches the environment is not known.')
    : { is: 'open', why: 'The environment is on the internet.' };
}

/** What access rules leave of a way that is not closed. Where they let in everyone, the way itself decides. */
function through({ is, why }: PublicWay, who: Admitted): Reach {
  if (who === 'everyone') return is === 'open' ? { who, why } : { who: 'unknown', why };
  const said = { named: 'Only those come in whom a rule names.', nobody: 'The access rules let nobody in.' };
  return { who, why: said[who] };
}

function wayByEndpoints(snapshot: Snapshot): PublicWay {
  const { verdict, reason } = judgeEndpoints(snapshot, (approved) =>
    approved > 0
      ? compliant('Nothing is set, and an approved private endpoint closes the public way.')
      : { verdict: 'violation', reason: 'Nothing is set, and no private endpoint is approved.', changes: [] },
  );
  return { is: verdict === 'compliant' ? 'closed' : verdict === 'violation' ? 'open' : 'unknown', why: reason };
}

/**
 * A site does not say what load balancer its App Service Environment has; only its name tells an internal one
 * (https://learn.microsoft.com/azure/app-service/environment/how-to-custom-domain-suffix).
 */
function wayOfServiceEnvironment({ defaultHostName, hostNames }: JsonObject): PublicWay {
  const names = [defaultHostName, ...(Array.isArray(hostNames) ? hostNames : [])].map(lowerCase);
  return names.some((name) => /\.appserviceenvironment\.(net|us|cn)$/.test(name))
    ? { is: 'closed', why: 'The app is in an App Service Environment with an internal load balancer.' }
    : unknownWay('The app is in an App Service Environment, and whether its load balancer is internal is not known.');
}

/** Azure Arc: a custom location, or an environment that is connected and not managed. */
function isOnKubernetes(app: JsonObject): boolean {
  const { environmentId, managedEnvironmentId } = propertiesOf(app);
  const isConnected = (id: Json | undefined) => lowerCase(id).includes('/connectedenvironments/');
  return isObject(app.extendedLocation) || isConnected(environmentId) || isConnected(managedEnvironmentId);
}

function notRead(snapshot: Snapshot, name: 'resource' | 'config/web' | 'environment'): string {
  return unread(name, stateOf(snapshot, name));
}

function unknownWay(why: string): PublicWay {
  return { is: 'unknown', why };
}
