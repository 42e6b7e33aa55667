/**
 * Which Azure resource an id means. Azure's casing is not stable, so resources are keyed by the lower-case id and called
 * by the id as it came; ids of children (config, policies, diagnostic settings) mean their parent, a slot is its own resource.
 * Ids are brought into one form here: without empty segments, which an SDK may send, and without a slash at the end.
 */
export type ResourceKind = 'web-app' | 'container-app' | 'environment' | 'plan' | 'subscription';

export interface Resource {
  /** The ARM id, as it was given, without empty segments and trailing slash. */
  readonly id: string;
  /** The id in lower case: what identifies the resource everywhere inside Plumbline. */
  readonly key: string;
  readonly kind: ResourceKind;
  /** The ARM type, e.g. `Microsoft.Web/sites/slots`. */
  readonly type: string;
  /** The ARM name: `app`, or `app/staging` for a slot. */
  readonly name: string;
  readonly subscriptionId: string;
}

/** How a resource appears in answers, entries and approvals. */
export interface ResourceView {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

const SEGMENT = '[\\p{L}\\p{N}_.()-]+';
/** Characters; the longest that names of Azure can make has some 500, and what stands for a resource must fit a message. */
const LONGEST_ID = 1024;
/** Without case these two are taken for s and k, so that an id could be one resource here and none in Azure. */
const LOOKALIKES = /[\u017f\u212a]/;
const GROUP = `/subscriptions/(?<subscription>[0-9a-z-]+)/resourceGroups/${SEGMENT}/providers`;
const FORMS: readonly { kind: ResourceKind; type: string; pattern: RegExp }[] = [
  form(
    'web-app',
    `${GROUP}/Microsoft.Web/sites/(?<name>${SEGMENT})/slots/(?<child>${SEGMENT})`,
    'Microsoft.Web/sites/slots',
  ),
  form('web-app', `${GROUP}/Microsoft.Web/sites/(?<name>${SEGMENT})`, 'Microsoft.Web/sites'),
  form('container-app', `${GROUP}/Microsoft.App/containerApps/(?<name>${SEGMENT})`, 'Microsoft.App/containerApps'),
  form(
    'environment',
    `${GROUP}/Microsoft.App/managedEnvironments/(?<name>${SEGMENT})`,
    'Microsoft.App/managedEnvironments',
  ),
  form('plan', `${GROUP}/Microsoft.Web/serverfarms/(?<name>${SEGMENT})`, 'Microsoft.Web/serverfarms'),
  form('subscription', '/subscriptions/(?<subscription>(?<name>[0-9a-z-]+))', 'Microsoft.Resources/subscriptions'),
];

/** The resource that exactly this id names, or null. */
export function parseResourceId(id: string): Resource | null {
  const found = resourceOf(id);
  return found && found.id.length === idForm(id).length ? found : null;
}

/**
 * The resource that this id is, or is a child of; null when it is none that Plumbline looks at. Ids with path tricks
 * (`.`/`..` segments, escapes, query strings, look-alike letters, endless names) are none.
 */
export function resourceOf(id: string): Resource | null {
  const path = id.length > LONGEST_ID ? '' : idForm(id);
  if (LOOKALIKES.test(path) || /[%?#\\]|\/\.{1,2}(\/|$)/.test(path)) return null;
  for (const { kind, type, pattern } of FORMS) {
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

/** The web app that a slot belongs to; any other resource is its own. */
export function appOf(resource: Resource): Resource {
  const app = /^(.*)\/slots\/[^/]+$/i.exec(resource.id)?.[1];
  return (resource.kind === 'web-app' && app !== undefined && parseResourceId(app)) || resource;
}

export function viewOf({ id, type, name }: Resource): ResourceView {
  return { id, type, name };
}

/** Whether `scope` is the id itself or a whole-segment prefix of it; cases do not matter. */
export function isWithin(id: string, scope: string): boolean {
  const path = id.toLowerCase();
  const above = idForm(scope).toLowerCase();
  return path === above || path.startsWith(`${above}/`);
}

/** Whether a string can be a scope: a subscription, a resource group, or anything below by whole segments. */
export function isScope(text: string): boolean {
  if (text.length > LONGEST_ID || LOOKALIKES.test(text)) return false;
  const scope = idForm(text);
  return new RegExp(`^/subscriptions/[0-9a-z-]+(/${SEGMENT})*$`, 'iu').test(scope) && !/\/\.{1,2}(\/|$)/.test(scope);
}

function form(kind: ResourceKind, pattern: string, type: string) {
  return { kind, type, pattern: new RegExp(`^${pattern}(?=/|$)`, 'iu') };
}

/** The one form of an id or a scope: without empty segments and without a slash at the end. */
export function idForm(id: string): string {
  return id.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}
