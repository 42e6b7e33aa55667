/** Path patterns: JSON Pointers in which `*` stands for any member or element. Names compare without case. */
import { tokensOf } from './json.ts';

/** Whether one of two pointers or patterns is at or below the other. */
export function patternsOverlap(one: string, other: string): boolean {
  return matchesPattern(one, other) || matchesPattern(other, one);
}

/** Whether a JSON Pointer is at or below a pattern. */
export function matchesPattern(pointer: string, pattern: string): boolean {
  const tokens = tokensOf(pointer.toLowerCase());
  return tokensOf(pattern.toLowerCase()).every((part, at) => part === tokens[at] || (part === '*' && at in tokens));
}
