/**
 * What Plumbline must never hold is taken out of a body before a snapshot of it exists: the values at places that the table
 * of documents names, and the credentials in addresses, wherever they stand. Keys alone say nothing: people choose many.
 */
import { isObject, type Json, pointerOf, sameJson } from './json.ts';

export interface Cleaned {
  readonly body: Json;
  /**
   * JSON Pointers of what the body does not hold as Azure does: dropped, masked, or shown hidden by Azure itself. An
   * element of a list is called by its name where it has one, as in the path of a change.
   */
  readonly lost: readonly string[];
}

/** A body without what is secret. `places` are those of its document. */
export function withoutSecrets(body: Json, places: readonly string[]): Cleaned {
  const lost: string[] = [];
  const path: string[] = [];
  const clean = (value: Json, below: readonly Tokens[]): Json => {
    if (typeof value === 'string') {
      const shown = withoutCredentials(value);
      if (HIDDEN.test(shown)) lost.push(pointerOf(path));
      return shown;
    }
    if (Array.isArray(value)) {
      return value.flatMap((element, index) => member(element, String(index), nameOf(element) ?? String(index), below));
    }
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => member(one, key, key, below).map((kept) => [key, kept])),
    );
  };
  /** The member, or nothing when it was dropped. */
  const member = (value: Json, key: string, called: string, above: readonly Tokens[]): Json[] => {
    const below = above.flatMap(([wanted, ...rest]) => (isCalled(key, wanted) ? [rest] : []));
    path.push(called);
    const dropped = below.some((rest) => rest.length === 0) && !isEmpty(value);
    if (dropped) lost.push(pointerOf(path));
    const kept = dropped ? [] : [clean(value, below)];
    path.pop();
    return kept;
  };
  return { body: clean(body, places.map(tokensOfPlace)), lost };
}

/** A text without the credentials in its addresses and connection strings; what is left says that there were some. */
export function withoutCredentials(text: string): string {
  return [PARAMETER, PART].reduce(
    (shown, parameter) => shown.replaceAll(parameter, `$1${MASK}`),
    text.replaceAll(USER_INFORMATION, `$1${MASK}$2`),
  );
}

/** Whether a value holds a credential in an address. */
export function holdsCredentials(value: Json): boolean {
  return !sameJson(withoutSecrets(value, []).body, value);
}

const MASK = '***';
/** What stands for a value that is not shown: our mask, and what Azure writes instead of one. */
const HIDDEN = /\*{3}|^\[?(?:redacted|hidden)\]?$|^#{3,}$/i;
/** `user:password@` after the slashes of an address, also inside of another address or of JSON that escapes them. */
const USER_INFORMATION = /(\/\/|\\\/\\\/|%2f%2f)(?:(?!%2f|%3f|%23)[^\s/?#"'<>\\])+(@|%40)/gi;
/**
 * Parameters of addresses whose names alone say what they are: signatures of Storage and Logic Apps, keys of Functions and
 * API Management, tokens of OAuth 2.0.
 */
const PARAMETER =
  /((?:[?&#]|&amp;|%3f|%26)(?:sig|signature|code|key|token|(?:access|id|refresh)_token|secret|api[-_]?key|subscription-key|x-functions-key)(?:=|%3d))(?!\*{3})[^\s"'<>&;#]+/gi;
/** Parts of connection strings, and arguments of commands: a value may be quoted, and blanks may stand around the sign. */
const PART =
  /((?:^|[\s"'?&;#-]|%3f|%26|%3b)(?:password|passwd|pwd|client_?secret|(?:account|access|shared(?:access)?)key|sharedaccesssignature)(?:\s*=\s*|%3d))(?!\*{3})(?:\\?"[^"]*"?|\\?'[^']*'?|[^\s"'<>&;#]+)/gi;

type Tokens = readonly string[];

function tokensOfPlace(place: string): Tokens {
  return place.toLowerCase().split('/').slice(1);
}

/** Azure changes the case of names. */
function isCalled(key: string, wanted: string | undefined): boolean {
  return wanted === '*' || wanted === key.toLowerCase();
}

function nameOf(element: Json): string | null {
  return isObject(element) && typeof element.name === 'string' && element.name !== '' ? element.name : null;
}

/** What is empty holds no secret. */
function isEmpty(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === null || value === '';
}
