/**
 * The permissions of the identity of Plumbline in Azure. They follow from the table of documents and the documents
 * that rules write. The custom roles of the infrastructure, docs/permissions.md and the authorization of the simulator
 * are generated from them.
 */
import { DOCUMENTS, type DocumentDefinition } from '../resources/documents.ts';
import type { ResourceKind } from '../resources/resource.ts';
import type { AnyRule, Profile } from './rule.ts';

export interface Permission {
  readonly action: string;
  /** The documents, by kind of resource, that need the action, or another reason. */
  readonly because: readonly string[];
}

export interface Roles {
  /** Enough for mode `audit`: it can change nothing. */
  readonly reader: readonly Permission[];
  /** By profile: what fixes and rollbacks write, and polling long writes. */
  readonly writer: Readonly<Record<Profile, readonly Permission[]>>;
  /** What Azure checks on other resources for a write. It is granted on those resources only. */
  readonly linked: readonly Permission[];
}

/** The roles for these rules. */
export function rolesFor(rules: readonly AnyRule[]): Roles {
  const written = (profile: Profile) =>
    DOCUMENTS.filter(({ name, kinds }) =>
      rules.some(
        (rule) =>
          rule.writes.includes(name) &&
          kinds.includes(rule.kind) &&
          (profile === 'strict' || rule.profile === 'baseline'),
      ),
    );
  const writer = (profile: Profile) =>
    permissions([
      ...written(profile).flatMap((row) => needs(row, row.writes?.flatMap(({ actions }) => actions) ?? [])),
      ...POLLING,
    ]);
  return {
    reader: permissions([...DOCUMENTS.flatMap((row) => needs(row, row.readActions)), WHO_CHANGED, ...HEALTH]),
    writer: { baseline: writer('baseline'), strict: writer('strict') },
    linked: permissions(
      written('strict').flatMap((row) => needs(row, row.writes?.flatMap(({ linkedActions }) => linkedActions) ?? [])),
    ),
  };
}

/** The actions of a role, as a role definition lists them. */
export function actionsOf(role: readonly Permission[]): string[] {
  return role.map(({ action }) => action);
}

/** Reads Azure's Activity Log, on the subscription. */
export const ACTIVITY_READ = 'Microsoft.Insights/eventtypes/values/read';

type Need = readonly [action: string, because: string];

/** Azure answers a long write with the address of its operation. Polling it needs its own action. */
const POLLING: readonly Need[] = [
  'containerappOperationStatuses',
  'containerappOperationResults',
  'managedEnvironmentOperationStatuses',
  'managedEnvironmentOperationResults',
].map((type) => [`Microsoft.App/locations/${type}/read`, 'the progress of a long write']);

/** Reads the metrics of Azure Monitor. */
export const METRICS_READ = 'Microsoft.Insights/metrics/read';

/** Without them a health gate ends without knowing how its app is. */
const HEALTH: readonly Need[] = [
  [METRICS_READ, 'whether an app is worse after a fix'],
  ['Microsoft.App/containerApps/revisions/replicas/read', 'whether an app is worse after a fix'],
];

/** Not for a document. Without it Plumbline works, but does not query the Activity Log. */
const WHO_CHANGED: Need = [ACTIVITY_READ, 'who changed a resource, when no event says it'];

/** A slot has its own resource type and its own actions. */
function needs({ name, kinds }: DocumentDefinition, actions: readonly string[]): Need[] {
  return kinds.flatMap((kind) =>
    actions.flatMap((action): Need[] => {
      const own: Need = [action, `${name} of ${OWNERS[kind]}`];
      const ofSlot = `${SITES}slots/${action.slice(SITES.length)}`;
      return action.startsWith(SITES) && !UNLISTED.has(ofSlot) ? [own, [ofSlot, `${name} of a slot`]] : [own];
    }),
  );
}

const SITES = 'Microsoft.Web/sites/';
/**
 * Actions that Azure does not list for slots (its page of permissions, July 2026). A role definition with an unknown
 * action is refused. A slot has no slots. Its private endpoints stay unread, unless a wider role covers them.
 */
const UNLISTED = new Set([`${SITES}slots/slots/read`, `${SITES}slots/privateEndpointConnections/read`]);
const OWNERS: Readonly<Record<ResourceKind, string>> = {
  'web-app': 'a web app',
  'container-app': 'a container app',
  environment: 'an environment',
  plan: 'a plan',
  subscription: 'a subscription',
};

/** Each action once, with everything that needs it, in alphabetical order. */
function permissions(needed: readonly Need[]): Permission[] {
  const byAction = new Map<string, Set<string>>();
  for (const [action, because] of needed) byAction.set(action, (byAction.get(action) ?? new Set()).add(because));
  return [...byAction]
    .map(([action, because]) => ({ action, because: [...because].sort() }))
    .sort((a, b) => (a.action < b.action ? -1 : 1));
}
