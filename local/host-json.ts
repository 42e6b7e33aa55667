/**
 * JSON as the Functions host reads it: Newtonsoft.Json, whose reader stops at its MaxDepth of 64. Of what is deeper it
 * makes no metadata. https://github.com/JamesNK/Newtonsoft.Json: JsonReader.cs (13.0.3)
 */

/** The value; undefined for what is no JSON. */
export function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Whether the host reads a value: it has no more levels of lists and objects than its reader goes through. */
export function hostReads(value: unknown): boolean {
  return levelsOf(value) <= MOST_LEVELS;
}

const MOST_LEVELS = 64;

function levelsOf(value: unknown): number {
  const holds = (one: unknown) => typeof one === 'object' && one !== null;
  let [level, levels] = [[value].filter(holds), 0];
  for (; level.length > 0; levels += 1) level = level.flatMap((one) => Object.values(Object(one))).filter(holds);
  return levels;
}
