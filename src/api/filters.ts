/** The query parameters that several calls share, with their one meaning. */
import * as z from 'zod';
import { isScope } from '../domain/resource.ts';

/** An id of ours, a rule's or an object's: what cannot be one is refused before any store is asked. */
const ID = /^[\w.:~-]{1,128}$/;

export const id = z.string().regex(ID, 'must be an id');

export function isId(text: string | undefined): text is string {
  return text !== undefined && ID.test(text);
}

export const resourceOrAbove = z
  .string()
  .refine(isScope, 'must be the ARM id of a resource or of a scope above it')
  .transform((scope) => scope.replace(/\/$/, ''))
  .describe('The ARM id of a resource, or any scope above it by whole segments; cases do not matter.');

/** A moment in any offset, as the ISO time in UTC that stores compare. Before 1970, which no key can hold, is 1970. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be an ISO 8601 time such as 2026-01-31T12:00:00Z')
  .transform((time) => new Date(Math.max(0, Date.parse(time))).toISOString());
