/** What a web app sends through the virtual network that it is integrated with. */
import type { Kept } from '../domain/change.ts';
import { isObject, type Json, type JsonObject, pointerOf } from '../domain/json.ts';
import { compliant, type Judgement, notApplicable, unknown } from '../domain/rule.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { judgeSite } from './hosting.ts';
import { lackedByPlan } from './plan-features.ts';
import { onlyByPerson } from './unpublished-properties.ts';

const ROUTING = '/properties/outboundVnetRouting';

/** Switches of `outboundVnetRouting`, each with what it was called before api-version 2024-11-01. */
const OLDER = {
  applicationTraffic: 'vnetRouteAllEnabled',
  imagePullTraffic: 'vnetImagePullEnabled',
  contentShareTraffic: 'vnetContentShareEnabled',
  backupRestoreTraffic: 'vnetBackupRestoreEnabled',
} as const;
export type Traffic = keyof typeof OLDER;

/** How an app with a network of its own sends the kinds of traffic that a rule asks about. */
export interface Routing {
  readonly right: string;
  /** What is wrong about those that go past the network, as a sentence. */
  wrong(past: readonly Traffic[]): string;
}

/** Judges whether these kinds of traffic go through the network; what else the routing says travels along unchanged. */
export function judgeRouting(snapshot: Snapshot, kinds: readonly Traffic[], { right, wrong }: Routing): Judgement {
  return judgeSite(snapshot, (properties) => {
    const subnet = subnetIn(properties);
    if (subnet === 'strange') return unknown('The subnet is no id.');
    if (subnet === null) return notApplicable('The app is in no virtual network.');
    const lacked = lackedByPlan(snapshot, 'vnetRouting');
    if (lacked) return lacked;
    const routing = properties.outboundVnetRouting ?? {};
    if (!isObject(routing)) return unknown('The routing is no object.');
    const all = switched(routing.allTraffic);
    const found = kinds.map((kind) => ({ kind, on: all === true ? all : routed(properties, routing, kind) }));
    if (all === 'strange' || found.some(({ on }) => on === 'strange'))
      return unknown('The routing is neither on nor off.');
    const past = found.filter(({ on }) => on === false).map(({ kind }) => kind);
    if (past.length === 0) return compliant(right);
    return onlyByPerson({
      verdict: 'violation',
      reason: wrong(past),
      changes: past.map((kind) => ({ ...routeThrough(kind), from: routing[kind] ?? null })),
      kept: keptOf(routing, past),
    });
  });
}

/** The other switches as they are: whether App Service would keep them in an object without them is not known. */
function keptOf(routing: JsonObject, changed: readonly string[]): Kept[] {
  return Object.entries(routing).flatMap(([name, value]): Kept[] =>
    typeof value === 'boolean' && !changed.includes(name)
      ? [{ document: 'resource', path: ROUTING + pointerOf([name]), value }]
      : [],
  );
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
