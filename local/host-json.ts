/**
 * JSON as the Functions host reads it: Newtonsoft.Json, whose reader stops at its MaxDepth of 64. What the host cannot read
 * never reaches a function. https://github.com/JamesNK/Newtonsoft.Json: JsonReader.cs (13.0.3)
 */

/** The value; undefined for what is no JSON, or has more levels of lists and objects than the host reads. */
export function parseJson(content: string): unknown {
  try {
    const value: unknown = JSON.parse(content);
    return levelsOf(value) > MOST_LEVELS ? undefined : value;
  } catch {
    return undefined;
  }
}

const MOST_LEVELS = 64;

function levelsOf(value: unknown): number {
  const holds = (one: unknown) => typeof one === 'object' && one !== null;
  let [level, levels] = [[value].filter(holds), 0];
  for (; level.length > 0; levels += 1) level = level.flatMap((one) => Object.values(Object(one))).filter(holds);
  return levels;
}
