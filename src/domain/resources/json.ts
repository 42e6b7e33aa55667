/** JSON values as ARM sends them, and helpers for them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality of JSON values. Absent and null are the same, as in requests to Resource Manager. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => sameJson(element, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of Object.keys(a)) if (!sameJson(a[key], b[key])) return false;
  return Object.keys(b).every((key) => Object.hasOwn(a, key) || sameJson(a[key], b[key]));
}

/** The JSON Pointer (RFC 6901) of a path of keys; the root is the empty string. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Replaces every lone half of a surrogate pair. It has no UTF-8 form, and RFC 8785 requires an error for it. */
export function wellFormed<T>(value: T): T {
  const text = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(text)) return value;
  return JSON.parse(text.replaceAll(/\\(?:u(d[89a-f]..)|.)/g, (written, half) => (half ? '\\ufffd' : written)));
}

/** The names and positions in a JSON Pointer (RFC 6901). */
export function tokensOf(pointer: string): string[] {
  const tokens = pointer.split('/').slice(1);
  if (!pointer.includes('~')) return tokens;
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** JSON in ASCII. It can be split anywhere, and no transport changes a character or a line end in it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * The maximum nesting of external input. Azure sends some twenty levels. Functions that traverse a value are
 * recursive, so deeper input is refused before it is traversed.
 */
export const MAX_DEPTH = 64;

/** Whether a value has more than this number of levels. It is not traversed further than that. */
export function exceedsDepth(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return levels < 0;
  if (levels < 0) return true;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const member of members) if (exceedsDepth(member, levels - 1)) return true;
  return false;
}

/** Replaces values below this number of levels by null. */
export function truncateDepth(value: unknown, levels = MAX_DEPTH): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((one) => truncateDepth(one, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, truncateDepth(one, levels - 1)]));
}
