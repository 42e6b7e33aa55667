/**
 * JSON as the Functions host reads it: Newtonsoft.Json, whose reader stops at its MaxDepth of 64. It makes no metadata
 * of deeper values. https://github.com/JamesNK/Newtonsoft.Json: JsonReader.cs (13.0.3)
 */

/** The value; undefined for what is no JSON. */
export function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Whether the host reads a value: it has no more levels of lists and objects than its reader accepts. */
export function isWithinMaxDepth(value: unknown): boolean {
  return levelsOf(value) <= MAX_LEVELS;
}

const MAX_LEVELS = 64;

function levelsOf(value: unknown): number {
  const holds = (one: unknown) => typeof one === 'object' && one !== null;
  let [level, levels] = [[value].filter(holds), 0];
  for (; level.length > 0; levels += 1) level = level.flatMap((one) => Object.values(Object(one))).filter(holds);
  return levels;
}

/** JSON text of a value of any depth. JSON.stringify is recursive and fails on deep values. */
export function stringifyDeep(value: unknown): string {
  const pieces: string[] = [];
  const rest: (string | { readonly value: unknown })[] = [{ value }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (typeof next === 'string') pieces.push(next);
    else if (typeof next.value !== 'object' || next.value === null) pieces.push(JSON.stringify(next.value) ?? 'null');
    else {
      const [open, close] = Array.isArray(next.value) ? ['[', ']'] : ['{', '}'];
      rest.push(close);
      const members = Object.entries(next.value);
      for (const [index, [key, member]] of [...members.entries()].reverse()) {
        const name = open === '{' ? `${JSON.stringify(key)}:` : '';
        rest.push({ value: member }, `${index === 0 ? '' : ','}${name}`);
      }
      rest.push(open);
    }
  }
  return pieces.join('');
}
