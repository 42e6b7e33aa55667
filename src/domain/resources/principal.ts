/** Who somebody is. Everything that names somebody takes its members from the schema `principal`. */
import * as z from 'zod';
import type { Infer } from './schema.ts';

const principal = z.strictObject({
  objectId: z.string(),
  name: z.string().exactOptional(),
  type: z.enum(['user', 'app', 'service']),
});

/** A user or an application. Plumbline is none of its own callers. */
export const caller = principal.extend({ type: principal.shape.type.exclude(['service']) }).meta({ id: 'Caller' });
export type Caller = Infer<typeof caller>;

/** Somebody by name, where the type is known. */
export const person = principal.pick({ objectId: true }).extend({ name: z.string() }).meta({ id: 'Person' });
export type Person = Infer<typeof person>;

/** Who did what an audit entry is about. Plumbline has no object id when its token does not contain one. */
export const actor = principal.pick({ type: true }).extend({
  objectId: principal.shape.objectId.exactOptional(),
  name: principal.shape.name,
});
export type Actor = Infer<typeof actor>;

/** Plumbline as Azure knows it; null where its token does not say. */
export interface ServiceIdentity {
  readonly objectId: string | null;
  readonly appId: string | null;
}

/** Plumbline as an actor. */
export function serviceActor({ objectId }: Pick<ServiceIdentity, 'objectId'>): Actor {
  return { type: 'service', name: 'Plumbline', ...(objectId === null ? {} : { objectId }) };
}

/** The caller alone, of a value that has further members. */
export function asCaller({ objectId, name, type }: Caller): Caller {
  return { objectId, type, ...(name === undefined ? {} : { name }) };
}
