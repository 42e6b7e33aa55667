// Where each generated resource is. Groups are alike: web apps, then slots of the first of them, then container apps, then the
// plan and the environment that they share. So the id of a position, and the position of an id, are arithmetic.

import type { GeneratedEstate } from './definition.ts';

export type GeneratedKind = 'site' | 'slot' | 'containerApp' | 'plan' | 'environment';

export interface GeneratedPlace {
  kind: GeneratedKind;
  subscription: string;
  group: string;
  /** Of the resource; of a slot that of its app. */
  name: string;
  /** Of an app among the apps; of the others that of the first app beside them. */
  number: number;
}

const APPS_IN_GROUP = 100;
const POSITIONS_IN_GROUP = APPS_IN_GROUP + 2;
export const SLOT = 'staging';
export const PLAN = 'plan-linux';
export const ENVIRONMENT = 'production';

export interface Layout {
  readonly size: number;
  /** Null for a position that the last group does not have. */
  at(position: number): GeneratedPlace | null;
  positionOf(key: string): number | null;
  rangeBelow(scope: string): readonly [number, number];
  groups(): Iterable<{ subscription: string; name: string }>;
}

export function createLayout(estate: GeneratedEstate): Layout {
  const { apps, subscriptions, prefix } = estate;
  const containerApps = Math.round(estate.containerApps * APPS_IN_GROUP);
  const slots = Math.round(estate.slots * APPS_IN_GROUP);
  const sites = APPS_IN_GROUP - containerApps - slots;
  const groupCount = Math.ceil(apps / APPS_IN_GROUP);
  const size = groupCount * POSITIONS_IN_GROUP;
  /** Groups of a subscription are beside each other; the last ones may have fewer. */
  const inSubscription = Math.ceil(groupCount / subscriptions.length);
  const capitalised = `${prefix.charAt(0).toUpperCase()}${prefix.slice(1)}`;
  const groupName = (group: number) => `${capitalised}-${String(group).padStart(5, '0')}`;
  const appName = (number: number) => `${prefix}-${String(number).padStart(7, '0')}`;
  const subscriptionOf = (group: number) => subscriptions[Math.floor(group / inSubscription)] ?? '';

  function at(position: number): GeneratedPlace | null {
    const group = Math.floor(position / POSITIONS_IN_GROUP);
    if (position < 0 || group >= groupCount) return null;
    const within = position % POSITIONS_IN_GROUP;
    const first = group * APPS_IN_GROUP;
    const base = { subscription: subscriptionOf(group), group: groupName(group) };
    if (within === APPS_IN_GROUP) return { ...base, kind: 'plan', name: PLAN, number: first };
    if (within > APPS_IN_GROUP) return { ...base, kind: 'environment', name: ENVIRONMENT, number: first };
    const number = first + within;
    if (number >= apps) return null;
    if (within < sites) return { ...base, kind: 'site', name: appName(number), number };
    if (within < sites + slots) return { ...base, kind: 'slot', name: appName(number - sites), number };
    return { ...base, kind: 'containerApp', name: appName(number), number };
  }

  const ID = new RegExp(
    `^/subscriptions/(?<subscription>[^/]+)/resourcegroups/${prefix}-(?<group>\\d{5,})/providers/(?<type>microsoft\\.(?:web/(?:sites|serverfarms)|app/(?:containerapps|managedenvironments)))/(?<name>[^/]+)(?<slot>/slots/${SLOT})?$`,
  );

  function positionOf(key: string): number | null {
    const { group, type, name, slot } = ID.exec(key)?.groups ?? {};
    if (group === undefined || type === undefined) return null;
    const first = Number(group) * POSITIONS_IN_GROUP;
    const number = Number(name?.slice(prefix.length + 1));
    const within =
      type === 'microsoft.web/serverfarms'
        ? APPS_IN_GROUP
        : type === 'microsoft.app/managedenvironments'
          ? APPS_IN_GROUP + 1
          : number - Number(group) * APPS_IN_GROUP + (slot ? sites : 0);
    if (!(within >= 0 && within < POSITIONS_IN_GROUP)) return null;
    const place = at(first + within);
    return place && idAt(place).toLowerCase() === key ? first + within : null;
  }

  function rangeBelow(scope: string): readonly [number, number] {
    const [, subscription, group, more] =
      /^\/subscriptions(?:\/([^/]+))?(?:\/resourcegroups\/([^/]+))?(\/.*)?$/.exec(scope) ?? [];
    if (!subscription) return scope === '/subscriptions' ? [0, size] : [0, 0];
    const index = subscriptions.findIndex((one) => one.toLowerCase() === subscription);
    if (index < 0) return [0, 0];
    const ofGroup = (number: number, end: number) =>
      [Math.min(size, number * POSITIONS_IN_GROUP), Math.min(size, end * POSITIONS_IN_GROUP)] as const;
    if (!group) return ofGroup(index * inSubscription, (index + 1) * inSubscription);
    const number = Number(group.slice(prefix.length + 1));
    if (!Number.isInteger(number) || group !== groupName(number).toLowerCase()) return [0, 0];
    if (!more) return ofGroup(number, number + 1);
    // Below a resource are the slots of an app, which have a place of their own.
    const position = positionOf(`${scope}/slots/${SLOT}`);
    return position === null ? [0, 0] : [position, position + 1];
  }

  return {
    size,
    at,
    positionOf,
    rangeBelow,
    *groups() {
      for (let group = 0; group < groupCount; group++)
        yield { subscription: subscriptionOf(group), name: groupName(group) };
    },
  };
}

const types: Record<GeneratedKind, string> = {
  site: 'Microsoft.Web/sites',
  slot: 'Microsoft.Web/sites/slots',
  containerApp: 'Microsoft.App/containerApps',
  plan: 'Microsoft.Web/serverfarms',
  environment: 'Microsoft.App/managedEnvironments',
};

export function typeAt({ kind }: GeneratedPlace): string {
  return types[kind];
}

export function idAt({ kind, subscription, group, name }: GeneratedPlace): string {
  const type = types[kind === 'slot' ? 'site' : kind];
  const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}`;
  return kind === 'slot' ? `${id}/slots/${SLOT}` : id;
}
