/** What a web app sends through the virtual network that it is integrated with. */
import type { Change } from '../domain/change.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Judgement, judgeProperties, notApplicable, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';

const ROUTING = '/properties/outboundVnetRouting';

/** Switches of `outboundVnetRouting`, each with what it was called before api-version 2024-11-01. */
const OLDER = {
  applicationTraffic: 'vnetRouteAllEnabled',
  imagePullTraffic: 'vnetImagePullEnabled',
  contentShareTraffic: 'vnetContentShareEnabled',
  backupRestoreTraffic: 'vnetBackupRestoreEnabled',
} as const;
export type Traffic = keyof typeof OLDER;

/**
 * Judges which of these kinds of traffic go past the network, and gives the changes that send them through it. Switches that
 * are on stay out of them: App Service merges what it is given.
 */
export function judgeRouting(
  snapshot: Snapshot,
  kinds: readonly Traffic[],
  judge: (past: readonly Traffic[], changes: readonly Change[]) => Judgement,
): Judgement {
  return judgeProperties(snapshot, 'resource', (properties) => {
    const subnet = subnetIn(properties);
    if (subnet === 'strange') return unknown('The subnet is no id.');
    if (subnet === null) return notApplicable('The app is in no virtual network.');
    const routing = properties.outboundVnetRouting ?? {};
    if (!isObject(routing)) return unknown('The routing is no object.');
    const all = switched(routing.allTraffic);
    const found = kinds.map((kind) => ({ kind, on: all === true ? all : routed(properties, routing, kind) }));
    if (all === 'strange' || found.some(({ on }) => on === 'strange'))
      return unknown('The routing is neither on nor off.');
    const past = found.filter(({ on }) => on === false).map(({ kind }) => kind);
    return judge(
      past,
      past.map((kind) => ({ ...routeThrough(kind), from: routing[kind] ?? null })),
    );
  });
}

/** What sends this kind of traffic through the network. */
export function routeThrough(kind: Traffic) {
  return { document: 'resource', path: `${ROUTING}/${kind}`, to: true } as const;
}

/** The subnet that the app is integrated with; null where it is with none. */
export function subnetIn({ virtualNetworkSubnetId: subnet }: JsonObject): string | null | 'strange' {
  if (subnet === null || subnet === undefined || subnet === '') return null;
  return typeof subnet === 'string' ? subnet : 'strange';
}

/** The switch of today where it says anything; `siteConfig` has the older one of application traffic as well. */
function routed(properties: JsonObject, routing: JsonObject, kind: Traffic): boolean | 'strange' {
  if ((routing[kind] ?? null) !== null) return switched(routing[kind]);
  const name = OLDER[kind];
  const { siteConfig } = properties;
  return switched(properties[name]) === true || (isObject(siteConfig) && switched(siteConfig[name]) === true);
}

function switched(value: Json | undefined): boolean | 'strange' {
  if (value === null || value === undefined) return false;
  return typeof value === 'boolean' ? value : 'strange';
}
