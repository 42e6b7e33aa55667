/**
 * What is shown, as the part of the address behind `#`: `#/approvals?status=pending&open=1`. Everything that changes what is
 * shown is in it, so that an address can be reloaded and shared.
 */
import { computed, signal } from '@preact/signals';

export interface Place {
  /** The first segment; empty for the landing view. */
  readonly view: string;
  /** The segments behind it, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** The place that a hash names. Never throws: a segment that cannot be decoded stays as it is. */
export function parseHash(hash: string): Place {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  const [view = '', ...rest] = path.split('/').filter(Boolean).map(decode);
  return { view, path: rest, query: new URLSearchParams(query) };
}

/** The address of a place. Values that are null or empty are left out. */
export function hrefOf(
  path: string | readonly string[],
  query: Readonly<Record<string, string | null | undefined>> | URLSearchParams = {},
): string {
  const segments = typeof path === 'string' ? [path] : path;
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const given = pairs.flatMap(([name, value]) => (value ? [[name, value]] : []));
  // Commas stay readable; they separate the values of a filter.
  const text = String(new URLSearchParams(given)).replaceAll('%2C', ',');
  return `#/${segments.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

const hash = signal(typeof window === 'undefined' ? '' : window.location.hash);

/** The place that is shown now. */
export const place = computed(() => parseHash(hash.value));

if (typeof window !== 'undefined') {
  window.addEventListener('hashchange', () => {
    hash.value = window.location.hash;
  });
}

/** Goes to an address of `hrefOf`. With `replace` the back button does not come here again. */
export function goTo(href: string, { replace = false } = {}): void {
  if (replace) window.history.replaceState(null, '', href);
  else window.history.pushState(null, '', href);
  hash.value = href;
}

/** Changes parameters of the place that is shown; null removes one. */
export function setQuery(
  changes: Readonly<Record<string, string | null>>,
  { replace = true }: { replace?: boolean } = {},
): void {
  const { view, path, query } = place.peek();
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  goTo(hrefOf([view, ...path].filter(Boolean), next), { replace });
}

/** The values of a parameter that takes several, with commas between. */
export function valuesOf(query: URLSearchParams, name: string): readonly string[] {
  return (query.get(name) ?? '').split(',').filter(Boolean);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
