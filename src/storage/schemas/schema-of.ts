/** Types the schemas of stored rows against the types of the domain, in both directions. */
import * as z from 'zod';

/** Requires that every T can be read by the schema, and that a parsed value is a T. */
export function schemaOf<T>() {
  return <S extends z.ZodType<T>>(schema: [T] extends [z.input<S>] ? S : never): S => schema;
}

export function arrayOf<S extends z.ZodType>(schema: S) {
  return z.array(schema).readonly();
}
