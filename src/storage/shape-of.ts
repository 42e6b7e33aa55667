/** How the shapes of stored rows are held to the domain's types, in both directions. */
import * as z from 'zod';

/** What was written as T can be read, and what is read is a T. */
export function shapeOf<T>() {
  return <S extends z.ZodType<T>>(shape: [T] extends [z.input<S>] ? S : never): S => shape;
}

export function listOf<S extends z.ZodType>(shape: S) {
  return z.array(shape).readonly();
}
