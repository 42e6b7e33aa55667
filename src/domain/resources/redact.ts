/**
 * Removes secrets from a body before a snapshot exists: values at the secret patterns of its document, and credentials
 * in addresses at any path. The names of members are no criterion, because users choose many of them.
 */
import { isObject, type Json, pointerOf, sameJson } from './json.ts';

export interface Redacted {
  readonly body: Json;
  /**
   * JSON Pointers of values that the body does not have as Azure does: removed, masked, or hidden by Azure. Named
   * elements of a list are addressed by name, as in the path of a change.
   */
  readonly redactedPaths: readonly string[];
}

/** The body without secrets; parts without any are the given ones. `patterns` are the secret patterns of its document. */
export function redactSecrets(body: Json, patterns: readonly string[]): Redacted {
  const redactedPaths: string[] = [];
  const path: string[] = [];
  const clean = (value: Json, below: readonly Tokens[]): Json => {
    if (typeof value === 'string') {
      const shown = redactCredentials(value);
      if (HIDDEN.test(shown)) redactedPaths.push(pointerOf(path));
      return shown;
    }
    if (Array.isArray(value)) {
      const elements = value.map((element, index) => member(element, String(index), nameOf(element), below));
      if (elements.every((kept, index) => kept === value[index])) return value;
      return elements.flatMap((kept) => (kept === undefined ? [] : [kept]));
    }
    if (!isObject(value)) return value;
    let replaced: Map<string, Json | undefined> | undefined;
    for (const key of Object.keys(value)) {
      const one = value[key] ?? null;
      const kept = member(one, key, null, below);
      if (kept === one) continue;
      replaced ??= new Map();
      replaced.set(key, kept);
    }
    if (replaced === undefined) return value;
    // Not by assignment, which would make a member called __proto__ the prototype.
    const members = Object.entries({ ...value, ...Object.fromEntries(replaced) });
    return Object.fromEntries(members.flatMap(([key, kept]) => (kept === undefined ? [] : [[key, kept]])));
  };
  /** The member; undefined when it was removed. */
  const member = (value: Json, key: string, name: string | null, above: readonly Tokens[]): Json | undefined => {
    // The path has matched as many tokens as it has names.
    const depth = path.length;
    const below = above.length === 0 ? above : above.filter((tokens) => isCalled(key, tokens[depth]));
    if (below.some((tokens) => tokens.length === depth + 1) && !isEmpty(value)) {
      redactedPaths.push(pointerOf([...path, name ?? key]));
      return undefined;
    }
    // Most values are neither texts nor lists; they are kept as they are, without a path.
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return value;
    path.push(name ?? key);
    const kept = clean(value, below);
    path.pop();
    return kept;
  };
  return { body: clean(body, patterns.map(tokensOfPlace)), redactedPaths };
}

/** Masks the credentials in addresses and connection strings of a text. */
export function redactCredentials(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return [PARAMETER, PART].reduce(
    (shown, parameter) => shown.replaceAll(parameter, `$1${MASK}`),
    text.replaceAll(USER_INFORMATION, `$1${MASK}$2`),
  );
}

/** Whether a value contains a credential in an address. */
export function containsCredentials(value: Json): boolean {
  return !sameJson(redactSecrets(value, []).body, value);
}

const MASK = '***';
/** A value that is not shown: the mask of Plumbline, or what Azure writes instead. */
const HIDDEN = /\*{3}|^\[?(?:redacted|hidden)\]?$|^#{3,}$/i;
/** Characters that each of the patterns below requires. Most texts have none of them. */
const SUSPECT = /[@=]|%40|%3d/i;
/** `user:password@` after the slashes of an address, also inside another address or in JSON that escapes them. */
const USER_INFORMATION = /(\/\/|\\\/\\\/|%2f%2f)(?:(?!%2f|%3f|%23)[^\s/?#"'<>\\])+(@|%40)/gi;
/**
 * Parameters of addresses that are secret by their name: signatures of Storage and Logic Apps, keys of Functions and
 * API Management, tokens of OAuth 2.0.
 */
const PARAMETER =
  /((?:[?&#]|&amp;|%3f|%26)(?:sig|signature|code|key|token|(?:access|id|refresh)_token|secret|api[-_]?key|subscription-key|x-functions-key)(?:=|%3d))(?!\*{3})[^\s"'<>&;#]+/gi;
/**
 * Parts of connection strings, and arguments of commands. A value may be quoted, and the sign may have spaces around
 * it.
 */
const PART =
  /((?:^|[\s"'?&;#-]|%3f|%26|%3b)(?:password|passwd|pwd|client_?secret|(?:account|access|shared(?:access)?)key|sharedaccesssignature)(?:\s*=\s*|%3d))(?!\*{3})(?:\\?"[^"]*"?|\\?'[^']*'?|[^\s"'<>&;#]+)/gi;

type Tokens = readonly string[];

function tokensOfPlace(pattern: string): Tokens {
  return pattern.toLowerCase().split('/').slice(1);
}

/** Azure changes the case of names. */
function isCalled(key: string, expected: string | undefined): boolean {
  return expected === '*' || expected === key.toLowerCase();
}

function nameOf(element: Json): string | null {
  return isObject(element) && typeof element.name === 'string' && element.name !== '' ? element.name : null;
}

/** An empty value contains no secret. */
function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === null || value === '';
}
