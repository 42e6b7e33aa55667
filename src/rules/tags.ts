/**
 * Tags: the names that Azure takes, and what the tags of a resource say under one. Names compare without case, as Azure
 * compares them; what says nothing is no tag.
 */
import * as z from 'zod';
import { isObject, type Json } from '../domain/json.ts';

/** A name that Azure takes for a tag. */
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
