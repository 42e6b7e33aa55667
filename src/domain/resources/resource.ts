/**
 * Parses Azure resource ids. The case of ids is not stable in Azure, so resources are identified by the lower-case id
 * and shown by the id as it came. Ids of children (config, policies, diagnostic settings) mean their parent. A slot is
 * a resource of its own. Ids are normalized here: without empty segments, which an SDK may send, and without a
 * trailing slash.
 */
import * as z from 'zod';
import type { Infer } from './schema.ts';

export const RESOURCE_KINDS = ['web-app', 'container-app', 'environment', 'plan', 'subscription'] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export interface Resource {
  /** The ARM id as it came, without empty segments and trailing slash. */
  readonly id: string;
  /** The id in lower case. It identifies the resource inside Plumbline. */
  readonly key: string;
  readonly kind: ResourceKind;
  /** The ARM type, e.g. `Microsoft.Web/sites/slots`. */
  readonly type: string;
  /** The ARM name: `app`, or `app/staging` for a slot. */
  readonly name: string;
  readonly subscriptionId: string;
}

/** A resource in responses, entries and approvals. */
export const resourceView = z
  .strictObject({ id: z.string(), type: z.string(), name: z.string() })
  .meta({ id: 'Resource' });
export type ResourceView = Infer<typeof resourceView>;

const SEGMENT_PATTERN = '[\\p{L}\\p{N}_.()-]+';
/** Characters. The longest id in Azure has about 500, and an id must fit a queue message. */
const MAX_ID_LENGTH = 1024;
/** Without case these two letters equal s and k, so an id could name a resource here and none in Azure. */
const LOOKALIKES = /[\u017f\u212a]/;
const GROUP_PATTERN = `/subscriptions/(?<subscription>[0-9a-z-]+)/resourceGroups/${SEGMENT_PATTERN}/providers`;
const ID_PATTERNS: readonly { kind: ResourceKind; type: string; pattern: RegExp }[] = [
  resourcePattern('web-app', 'Microsoft.Web/sites', 'slots'),
  resourcePattern('web-app', 'Microsoft.Web/sites'),
  resourcePattern('container-app', 'Microsoft.App/containerApps'),
  resourcePattern('environment', 'Microsoft.App/managedEnvironments'),
  resourcePattern('plan', 'Microsoft.Web/serverfarms'),
  idPattern('subscription', '/subscriptions/(?<subscription>(?<name>[0-9a-z-]+))', 'Microsoft.Resources/subscriptions'),
];

/** The resource with exactly this id, or null. */
export function parseResourceId(id: string): Resource | null {
  const found = resourceOf(id);
  return found && found.id.length === normalizeId(id).length ? found : null;
}

/**
 * The resource with this id, or the parent of a child id; null when it is of no supported type. Ids with path tricks
 * (`.`/`..` segments, escapes, query strings, look-alike letters, excessive length) are invalid.
 */
export function resourceOf(id: string): Resource | null {
  const path = id.length > MAX_ID_LENGTH ? '' : normalizeId(id);
  if (LOOKALIKES.test(path) || /[%?#\\]|\/\.{1,2}(\/|$)/.test(path)) return null;
  for (const { kind, type, pattern } of ID_PATTERNS) {
    const match = pattern.exec(path);
    const { subscription, name, child } = match?.groups ?? {};
    if (!match || !subscription || !name) continue;
    if (kind === 'subscription' && match[0].length !== path.length) continue;
    return {
      id: match[0],
      key: match[0].toLowerCase(),
      kind,
      type,
      name: child ? `${name}/${child}` : name,
      subscriptionId: subscription.toLowerCase(),
    };
  }
  return null;
}

/** The web app of a slot; any other resource itself. */
export function appOf(resource: Resource): Resource {
  const app = /^(.*)\/slots\/[^/]+$/i.exec(resource.id)?.[1];
  return (resource.kind === 'web-app' && app !== undefined && parseResourceId(app)) || resource;
}

export function viewOf({ id, type, name }: Resource): ResourceView {
  return { id, type, name };
}

/** Whether `scope` is the id itself or a prefix of whole segments. Case does not matter. */
export function isInScope(id: string, scope: string): boolean {
  const path = id.toLowerCase();
  const above = normalizeId(scope).toLowerCase();
  return path === above || path.startsWith(`${above}/`);
}

/** Whether a text can be a scope: a subscription, a resource group, or anything below, by whole segments. */
export function isScope(text: string): boolean {
  if (text.length > MAX_ID_LENGTH || LOOKALIKES.test(text)) return false;
  const scope = normalizeId(text);
  return (
    new RegExp(`^/subscriptions/[0-9a-z-]+(/${SEGMENT_PATTERN})*$`, 'iu').test(scope) && !/\/\.{1,2}(\/|$)/.test(scope)
  );
}

/** The ids of a type of resource in a resource group, or of its children with this name. */
function resourcePattern(kind: ResourceKind, type: string, children?: string) {
  const pattern = `${GROUP_PATTERN}/${type}/(?<name>${SEGMENT_PATTERN})`;
  if (children === undefined) return idPattern(kind, pattern, type);
  return idPattern(kind, `${pattern}/${children}/(?<child>${SEGMENT_PATTERN})`, `${type}/${children}`);
}

export const resourceScope = z
  .string()
  .refine(isScope, 'must be the ARM id of a resource or of a scope above it')
  .transform(normalizeId)
  .describe('The ARM id of a resource, or any scope above it by whole segments; case-insensitive.');

function idPattern(kind: ResourceKind, pattern: string, type: string) {
  return { kind, type, pattern: new RegExp(`^${pattern}(?=/|$)`, 'iu') };
}

/** Normalizes an id or a scope: without empty segments and trailing slash. */
export function normalizeId(id: string): string {
  return id.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

/** An ARM id in a document; null for any other value. */
export function armIdOf(value: unknown): string | null {
  return typeof value === 'string' && /^\/subscriptions\/[^?#%]+$/i.test(value) ? value : null;
}
