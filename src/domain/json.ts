/** JSON values as ARM sends them, and the few questions that everything here asks of them. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deep equality; absent and null are the same, as on the wire of Resource Manager. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => sameJson(element, b[index]));
  }
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameJson(a[key], b[key]));
  }
  return false;
}

/** The JSON Pointer (RFC 6901) of a path of keys; the root is the empty string. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * The same value, with every half of a surrogate pair that stands alone replaced: it has no UTF-8, and RFC 8785 tells
 * programs to stop at it.
 */
export function wellFormed<T>(value: T): T {
  const text = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(text)) return value;
  return JSON.parse(text.replaceAll(/\\(?:u(d[89a-f]..)|.)/g, (written, half) => (half ? '\\ufffd' : written)));
}

/** The names and positions that a JSON Pointer (RFC 6901) leads through. */
export function tokensOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** JSON in ASCII: it can be cut anywhere, and nothing on the way can mistake a character or a line end in it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Levels of lists and objects in what comes from outside; what Azure sends has some twenty. Functions that walk a value call
 * themselves for each level, so what has more is refused where it comes in, before anything walks it.
 */
export const DEEPEST = 64;

/** Whether a value has more levels than these. */
export function isDeeper(value: unknown, levels = DEEPEST): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** The same value without what lies deeper than these levels: null stands there. */
export function shallow(value: unknown, levels = DEEPEST): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((one) => shallow(one, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shallow(one, levels - 1)]));
}
