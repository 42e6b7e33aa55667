/** Scopes of Azure: a subscription, a resource group, a resource, or a slot; and what people type to name one. */

export interface ScopeOption {
  /** The ARM id. */
  readonly id: string;
  /** Such as `Resource group`. */
  readonly kind: string;
  /** Such as `shop`. */
  readonly name: string;
}

const SEGMENT = /^[\p{L}\p{N}_.()-]+$/u;

/** The words for an ARM type in the middle of a sentence. */
const TYPES: Readonly<Record<string, string>> = {
  'microsoft.web/sites': 'Web app',
  'microsoft.web/sites/slots': 'Slot',
  'microsoft.web/serverfarms': 'Plan',
  'microsoft.app/containerapps': 'Container app',
  'microsoft.app/managedenvironments': 'Environment',
  'microsoft.resources/subscriptions': 'Subscription',
};

/** The word for an ARM type; the last part of a type that is not known. */
export function wordOfType(type: string): string {
  return TYPES[type.toLowerCase()] ?? type.split('/').at(-1) ?? type;
}

/** The scope with this id in words. An id that is no scope keeps its text. */
export function scopeOption(id: string): ScopeOption {
  const segments = id.split('/').filter(Boolean);
  if (segments.length <= 2) return { id, kind: 'Subscription', name: segments[1] ?? id };
  if (segments.length <= 4) return { id, kind: 'Resource group', name: segments[3] ?? id };
  const [provider = '', ...parts] = segments.slice(5);
  const types = parts.filter((_, index) => index % 2 === 0);
  const names = parts.filter((_, index) => index % 2 === 1);
  return { id, kind: wordOfType([provider, ...types].join('/')), name: names.join('/') || id };
}

/** A scope in a few words, such as `Resource group shop`. */
export function scopeText(id: string): string {
  const { kind, name } = scopeOption(id);
  return `${kind} ${name}`;
}

/** The resource group of an id; null above one. */
export function resourceGroupOf(id: string): string | null {
  const segments = id.split('/').filter(Boolean);
  return segments[2]?.toLowerCase() === 'resourcegroups' ? (segments[3] ?? null) : null;
}

/** The scopes that contain a resource, the narrowest first: itself, its app when it is a slot, its group, its subscription. */
export function scopesAround(id: string): ScopeOption[] {
  const segments = id.split('/').filter(Boolean);
  return [segments.length, 8, 4, 2]
    .filter((length, index, all) => length <= segments.length && all.indexOf(length) === index)
    .map((length) => scopeOption(`/${segments.slice(0, length).join('/')}`));
}

/**
 * The scope that a text names: an ARM id, the address of a page of the Azure portal with one, or the name of one of the known
 * scopes. Otherwise what to do.
 */
export function readScope(
  text: string,
  known: readonly ScopeOption[],
): { readonly id: string } | { readonly problem: string } {
  const typed = text.trim();
  if (typed === '') return { problem: 'Choose a scope, or enter its ARM ID.' };
  const at = typed.search(/\/subscriptions\//i);
  if (at >= 0) return readId(typed.slice(at).replace(/[?#].*$/, ''));
  const named = known.filter((one) => [one.id, one.name, labelOf(one)].some((each) => isSame(each, typed)));
  const [first] = named;
  if (first === undefined) return { problem: 'No scope has this name. Enter its ARM ID, such as /subscriptions/….' };
  if (named.length > 1)
    return { problem: `${named.length} scopes have this name. Choose one of the list, or enter its ARM ID.` };
  return { id: first.id };
}

/** What an option of a list shows. */
export function labelOf({ kind, name }: ScopeOption): string {
  return `${name} (${kind.toLowerCase()})`;
}

function readId(text: string): { readonly id: string } | { readonly problem: string } {
  const segments = text.split('/').filter(Boolean);
  // The portal shows a page of a resource, such as its overview, as a last segment.
  const page = segments.length > 8 && segments.length % 2 === 1 ? segments.slice(0, -1) : segments;
  const isPair = page.length % 2 === 0 && (page.length < 6 || page[4]?.toLowerCase() === 'providers');
  if (!isPair || page.length < 2 || page.some((one) => !SEGMENT.test(one) || /^\.{1,2}$/.test(one))) {
    return { problem: 'This is not the ARM ID of a subscription, a resource group or a resource.' };
  }
  return { id: `/${page.join('/')}` };
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether `id` is the scope or below it, by whole segments and without case. */
export function isWithin(id: string, scope: string): boolean {
  const [path, above] = [id.toLowerCase(), scope.toLowerCase().replace(/\/$/, '')];
  return path === above || path.startsWith(`${above}/`);
}
