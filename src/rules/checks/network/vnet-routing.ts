/** The routing of a web app's outbound traffic through its virtual network. */

import type { PreservedValue } from '../../../domain/changes/change.ts';
import { isObject, type Json, type JsonObject, pointerOf } from '../../../domain/resources/json.ts';
import type { Snapshot } from '../../../domain/resources/snapshot.ts';
import { type CheckResult, compliant, notApplicable, unknown, violation } from '../../../domain/rules/rule.ts';
import { judgeSite } from '../app-service/hosting.ts';
import { lackedByPlan } from '../app-service/plan-features.ts';
import { onlyByPerson } from '../app-service/unpublished-properties.ts';

const ROUTING = '/properties/outboundVnetRouting';

/** The switches of `outboundVnetRouting`, each with its name before api-version 2024-11-01. */
const OLDER = {
  applicationTraffic: 'vnetRouteAllEnabled',
  imagePullTraffic: 'vnetImagePullEnabled',
  contentShareTraffic: 'vnetContentShareEnabled',
  backupRestoreTraffic: 'vnetBackupRestoreEnabled',
} as const;
export type Traffic = keyof typeof OLDER;

/** The reasons of a rule about kinds of traffic. */
export interface Routing {
  readonly right: string;
  /** The reason for kinds of traffic that bypass the network. */
  wrong(past: readonly Traffic[]): string;
}

/** Checks whether these kinds of traffic go through the network; the other switches are kept. */
export function judgeRouting(snapshot: Snapshot, kinds: readonly Traffic[], { right, wrong }: Routing): CheckResult {
  return judgeSite(snapshot, (properties) => {
    const subnet = subnetIn(properties);
    if (subnet === 'invalid') return unknown('The subnet is no id.');
    if (subnet === null) return notApplicable('The app is in no virtual network.');
    const lacked = lackedByPlan(snapshot, 'vnetRouting');
    if (lacked) return lacked;
    const routing = properties.outboundVnetRouting ?? {};
    if (!isObject(routing)) return unknown('The routing is no object.');
    const all = switched(routing.allTraffic);
    const found = kinds.map((kind) => ({ kind, on: all === true ? all : routed(properties, routing, kind) }));
    if (all === 'invalid' || found.some(({ on }) => on === 'invalid'))
      return unknown('The routing is neither on nor off.');
    const past = found.filter(({ on }) => on === false).map(({ kind }) => kind);
    if (past.length === 0) return compliant(right);
    return onlyByPerson(
      violation(
        wrong(past),
        past.map((kind) => ({ ...routeThrough(kind), from: routing[kind] ?? null })),
        { preserved: keptOf(routing, past) },
      ),
    );
  });
}

/** The other switches, unchanged: it is not known whether App Service keeps them when a request leaves them out. */
function keptOf(routing: JsonObject, changed: readonly string[]): PreservedValue[] {
  return Object.entries(routing).flatMap(([name, value]): PreservedValue[] =>
    typeof value === 'boolean' && !changed.includes(name)
      ? [{ document: 'resource', path: ROUTING + pointerOf([name]), value }]
      : [],
  );
}

/** The setting that routes this kind of traffic through the network. */
export function routeThrough(kind: Traffic) {
  return { document: 'resource', path: `${ROUTING}/${kind}`, to: true } as const;
}

/** The subnet that the app is integrated with; null where there is none. */
export function subnetIn({ virtualNetworkSubnetId: subnet }: JsonObject): string | null | 'invalid' {
  if (subnet === null || subnet === undefined || subnet === '') return null;
  return typeof subnet === 'string' ? subnet : 'invalid';
}

/** The current switch where it is set; otherwise the older one, which may also be in `siteConfig`. */
function routed(properties: JsonObject, routing: JsonObject, kind: Traffic): boolean | 'invalid' {
  if ((routing[kind] ?? null) !== null) return switched(routing[kind]);
  const name = OLDER[kind];
  const { siteConfig } = properties;
  return switched(properties[name]) === true || (isObject(siteConfig) && switched(siteConfig[name]) === true);
}

function switched(value: Json | undefined): boolean | 'invalid' {
  if (value === null || value === undefined) return false;
  return typeof value === 'boolean' ? value : 'invalid';
}
