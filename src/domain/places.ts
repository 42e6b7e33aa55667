/** Places in documents: JSON Pointers in which `*` stands for any member or element. Names compare without case. */
import { tokensOf } from './json.ts';

/** Whether a JSON Pointer leads to a place or below it. */
export function isWithin(pointer: string, place: string): boolean {
  const tokens = tokensOf(pointer);
  return tokensOf(place).every((wanted, at) => {
    const token = tokens[at];
    return token !== undefined && (wanted === '*' || wanted.toLowerCase() === token.toLowerCase());
  });
}
