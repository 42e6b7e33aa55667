/** The query parameters that lists share, beside `limit` and `cursor`. */
import * as z from 'zod';

export { several } from '../../domain/resources/schema.ts';

/** The order of a list: a field, or with a minus before it the reverse, such as `-requested`. The first is the default. */
export function sortOf<const Fields extends readonly [string, ...string[]]>(orders: Fields) {
  return z.enum(orders).default(orders[0]);
}

/** A text that a list is searched for, without case. */
export const searchText = z.string().trim().min(1, 'must have a character').max(256, 'may have 256 characters at most');

/** Whether a list shall say how many items match. */
export const total = z.literal('true').exactOptional().describe('`true`: the answer says how many items match.');
