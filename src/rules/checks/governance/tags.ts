/**
 * Tags: their names, and their values on a resource. Names compare without case, as in Azure; a tag without a value does
 * not count.
 */

import * as z from 'zod';
import { isObject, type Json } from '../../../domain/resources/json.ts';

/** A tag name that Azure accepts. */
export const tagName = z
  .string()
  .regex(
    /^(?!\s)[^<>%&\\?/]{1,512}(?<!\s)$/,
    'must be the name of a tag: up to 512 characters, none of them < > % & \\ ? or /',
  );

/** The value of a tag, without blanks around it; null where there is none. */
export function tagIn(tags: Json | undefined, name: string): string | null {
  const wanted = name.toLowerCase();
  const found = isObject(tags) ? Object.entries(tags).find(([key]) => key.toLowerCase() === wanted)?.[1] : null;
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : null;
}
