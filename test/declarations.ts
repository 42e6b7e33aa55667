/** The members that the code itself names, of interfaces and of object schemas, for the tests of the architecture. */

export interface Declaration {
  /** Empty for a schema inside another one. */
  readonly name: string;
  /** Without those that come from another type or schema: by `extends`, `pick`, `omit` or a spread. */
  readonly members: readonly string[];
}

const BEGIN =
  /\b(?:interface|type) (\w+)[^{;=]*(?:= )?\{|(?:\b(\w+)(?: =|:)\s*)?\bz\s*\.(?:strict|loose)?[oO]bject\(\{|\.extend\(\{/g;

/** The interfaces and object schemas in code without comments. */
export function declarationsIn(code: string): Declaration[] {
  return [...code.matchAll(BEGIN)].map((found) => ({
    name: found[1] ?? found[2] ?? '',
    members: membersAt(code, found.index + found[0].length),
  }));
}

/** The names before a colon, from the start of a body to its closing brace, and not those of bodies inside it. */
function membersAt(code: string, start: number): string[] {
  let own = '';
  for (let at = start, depth = 1; depth > 0 && at < code.length; at++) {
    const character = code.charAt(at);
    if ('{[('.includes(character)) depth++;
    if ('}])'.includes(character)) depth--;
    if (depth === 1) own += character;
  }
  return [...own.matchAll(/(?:^|[;,\n])\s*(?:readonly\s+)?(\w+)\??:/g)].map(([, name]) => name ?? '');
}
