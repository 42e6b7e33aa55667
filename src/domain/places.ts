/** Places in documents: JSON Pointers in which `*` stands for any member or element. Names compare without case. */
import { tokensOf } from './json.ts';

/** Whether one of two pointers or places leads to the other or below it. */
export function overlap(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** Whether a JSON Pointer leads to a place or below it. */
export function isWithin(pointer: string, place: string): boolean {
  const tokens = tokensOf(pointer);
  return tokensOf(place).every((wanted, at) => {
    const token = tokens[at];
    return token !== undefined && (wanted === '*' || wanted.toLowerCase() === token.toLowerCase());
  });
}
