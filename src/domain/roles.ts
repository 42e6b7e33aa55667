/**
 * What the identity of Plumbline may do in Azure, from the table of documents and what rules say that they write. The
 * custom roles of the infrastructure, docs/permissions.md and what the simulator lets through are made of it.
 */
import { DOCUMENTS, type DocumentDefinition } from './documents.ts';
import type { ResourceKind } from './resource.ts';
import type { AnyRule, Profile } from './rule.ts';

export interface Permission {
  readonly action: string;
  /** The documents, by kind of resource, that it is needed for; or what else. */
  readonly because: readonly string[];
}

export interface Roles {
  /** Enough for mode `audit`: it can change nothing. */
  readonly reader: readonly Permission[];
  /** By profile: what fixes and rollbacks write, and asking how a long write goes. */
  readonly writer: Readonly<Record<Profile, readonly Permission[]>>;
  /** What Azure checks on other resources when it takes a write: to be granted on those alone. */
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
    reader: permissions([...DOCUMENTS.flatMap((row) => needs(row, row.readActions)), WHO_CHANGED]),
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

/** To read Azure's Activity Log, on the subscription. */
export const ACTIVITY_READ = 'Microsoft.Insights/eventtypes/values/read';

type Need = readonly [action: string, because: string];

/** Azure answers a long write with the address of its operation, which has an action of its own to be asked. */
const POLLING: readonly Need[] = [
  'containerappOperationStatuses',
  'containerappOperationResults',
  'managedEnvironmentOperationStatuses',
  'managedEnvironmentOperationResults',
].map((type) => [`Microsoft.App/locations/${type}/read`, 'the progress of a long write']);

/** No document: the one thing in the role that Plumbline goes without where it is missing. */
const WHO_CHANGED: Need = [ACTIVITY_READ, 'who changed a resource, where no event told'];

/** A slot is a resource of its own type, with actions of its own. */
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
 * What Azure does not list among the operations of slots (its page of permissions, July 2026): a role definition that
 * names one is refused whole. A slot has no slots; its private endpoints stay unread, unless a wider role shows them.
 */
const UNLISTED = new Set([`${SITES}slots/slots/read`, `${SITES}slots/privateEndpointConnections/read`]);
const OWNERS: Readonly<Record<ResourceKind, string>> = {
  'web-app': 'a web app',
  'container-app': 'a container app',
  environment: 'an environment',
  plan: 'a plan',
  subscription: 'a subscription',
};

/** Each action once, with all that needs it, in the order of the alphabet. */
function permissions(needed: readonly Need[]): Permission[] {
  const byAction = new Map<string, Set<string>>();
  for (const [action, because] of needed) byAction.set(action, (byAction.get(action) ?? new Set()).add(because));
  return [...byAction]
    .map(([action, because]) => ({ action, because: [...because].sort() }))
    .sort((a, b) => (a.action < b.action ? -1 : 1));
}
